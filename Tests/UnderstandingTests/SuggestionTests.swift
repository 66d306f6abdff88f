import Formats
import Foundation
import RoomTesting
import Testing
import Text

@testable import Understanding

/// What a persona offers to try (`suggestions` in `Personas/*.yaml`): on the web page one tap says it.
@Suite struct SuggestionTests {
  private static let alarming: Set = ["emergency.alert", "emergency.silent"]

  @Test("is understood, and calls nobody", arguments: ["founder", "elder", "client", "energy"])
  func suggestions(_ persona: String) async throws {
    let engine = try await Engine.shared()
    let file = RoomHarness.share + "/Personas/\(persona).yaml"
    let node = try YAML.parse(String(contentsOfFile: file, encoding: .utf8), file: file)
    let languages = node["suggestions"]?.mapping ?? []
    #expect(languages.isEmpty == false)
    for (key, value) in languages {
      let language = try #require(Language(code: key.string ?? ""))
      for text in try value.strings(expecting: "sentences") {
        let understood = engine.understandNow(Engine.request(text, languages: [language]))
        #expect(
          understood.intent.map { !Self.alarming.contains($0) } == true, "\(text): \(understood.intent ?? "nothing")")
      }
    }
  }
}
