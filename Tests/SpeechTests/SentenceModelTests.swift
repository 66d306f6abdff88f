import Foundation
import RoomTesting
import Testing
import Text

@testable import Speech

@Suite("Sentences as a recogniser reads them") struct SentenceModelTests {
  @Test(
    "numbers stand as they are spoken",
    arguments: [
      ("Remind me at 9 pm!", "remind me at nine pm"), ("what's 45?", "what's forty five"),
      ("wake me 5:30am", "wake me five thirty am"),
      ("2400 rupees", "two thousand four hundred rupees"), ("   ", ""), ("தமிழ்", ""),
    ])
  func words(_ written: String, _ spoken: String) {
    #expect(SentenceModel.words(of: written).joined(separator: " ") == spoken)
  }

  @Test("behind each context the chances of all words add up to one")
  func sums() throws {
    let sentences = ["remind me at nine", "remind me to walk", "list reminders", "remind her at nine"].map {
      SentenceModel.words(of: $0)
    }
    let model = SentenceModel(sentences)
    let lines = model.arpa.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    var chances: [[String]: Double] = [:]
    var backing: [[String]: Double] = [:]
    for line in lines where line.count > 1 {
      guard let chance = Double(line[0]) else { continue }
      let isLast = Double(line.last ?? "") == nil
      let run = Array(line.dropFirst().dropLast(isLast ? 0 : 1))
      chances[run] = pow(10, chance)
      if !isLast { backing[run] = pow(10, Double(line.last ?? "") ?? 0) }
    }
    let vocabulary = chances.keys.filter { $0.count == 1 && $0 != ["<s>"] }.map { $0[0] }
    func chance(_ run: [String]) -> Double {
      chances[run] ?? (backing[Array(run.dropLast())] ?? 1) * chance(Array(run.dropFirst()))
    }
    for context in [["remind"], ["me"], ["<s>", "remind"], ["remind", "me"], ["list"]] {
      let sum = vocabulary.reduce(0) { $0 + chance(context + [$1]) }
      #expect(abs(sum - 1) < 0.01, "\(context): \(sum)")
    }
    #expect(abs(vocabulary.reduce(0) { $0 + chance([$1]) } - 1) < 0.01)
  }

  private static let canHear = EmbeddedTranscriber.missing.isEmpty

  @Test("a machine's clear English is heard word for word where the sentences are known", .enabled(if: canHear))
  func hears() async throws {
    let folder = try TestFolder("ear")
    let path = RoomHarness.share + "/Fixtures/voice/en-remind.ogg"
    let note = try OpusNote(Array(try #require(FileManager.default.contents(atPath: path))))
    let ear = EmbeddedTranscriber(
      sentences: {
        ["remind me to take my medicine at 9", "what do I have today", "I fell down", "call the plumber at 5"]
      }, folder: folder.path)
    let transcript = try await ear.transcribe(note, in: .english)
    #expect(transcript.text == "remind me to take my medicine at nine")
    #expect((transcript.confidence ?? 1) < 0.6)
  }
}
