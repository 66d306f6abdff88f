import Base
import Formats
import Time

@testable import Recall

enum Sample {
  static func words() throws -> RecallWords {
    try RecallWords(YAML.parse("en: {stop: \"to, the, what, did, does, a\", own: \"i, my\"}", file: "words.yaml"))
  }

  static let day = CivilDate(year: 2026, month: 3, day: 3) ?? .distantPast

  /// Of length 1, at a cosine to `vector(1)`.
  static func vector(_ cosine: Float) -> [Float] {
    var vector = [Float](repeating: 0, count: VectorShelf.width)
    vector[0] = cosine
    vector[1] = (1 - cosine * cosine).squareRoot()
    return vector
  }

  static func entry(
    _ id: Int64, _ speaker: String, _ text: String, session: String = "a", channel: String = "", hour: Int64 = 0
  ) -> RecallEntry {
    RecallEntry(
      id: id, at: Instant(seconds: hour * 3_600), day: day, session: session, speaker: speaker, channel: channel,
      text: text)
  }
}
