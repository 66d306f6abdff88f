import Base
import Foundation
import RoomTesting
import Testing
import Text
import Time

@testable import Understanding

/// Measured on the `evaluation:` sentences, which training never sees.
@Suite struct AccuracyTests {
  @Test("understands sentences it was not trained on, in every language")
  func accuracy() async throws {
    let engine = try await Engine.shared()
    var rows: [Language: (right: Int, all: Int)] = [:]
    var misses: [String] = []
    for sentence in try engine.evaluation() {
      let request = Engine.request(sentence.text, languages: [sentence.language])
      let understood = engine.understandNow(request)
      rows[sentence.language, default: (0, 0)].all += 1
      if understood.intent == sentence.intent {
        rows[sentence.language]?.right += 1
      } else {
        misses.append(
          "\(sentence.language) \(sentence.intent ?? "-") ← \(understood.intent ?? "-") \(understood.confidence) “\(sentence.text)”"
        )
      }
    }
    for (language, row) in rows.sorted(by: { $0.key.code < $1.key.code }) {
      let share = Double(row.right) / Double(row.all)
      print("accuracy \(language): \(row.right) of \(row.all) = \((share * 1_000).rounded() / 10) %")
      #expect(share >= (language == .english ? 0.90 : 0.85), "\(language)")
    }
    print(misses.joined(separator: "\n"))
  }
}

enum Engine {
  static let folder = TrainedUnderstanding.folder

  static func shared() async throws -> NativeUnderstanding { try await TrainedUnderstanding.shared() }

  static let chennai = (try? Zone.named("Asia/Kolkata")) ?? .utc

  /// Saturday, 21 November 2026, 10:00 in the zone, unless told otherwise.
  static func request(
    _ text: String, languages: [Language] = [.english], zone: Zone = chennai, at local: String = "2026-11-21T10:00:00"
  ) -> UnderstandingRequest {
    let now = CivilDateTime(local).map { zone.instant(of: $0) } ?? .epoch
    return UnderstandingRequest(text: text, now: now, zone: zone, languages: languages)
  }
}
