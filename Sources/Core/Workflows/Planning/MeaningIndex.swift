import Base
import Embedding
import Glibc
import Synchronization
import Text

/// Finds what comes nearest to some words: by what they mean where the encoder is there, by the words themselves else.
final class MeaningIndex: Sendable {
  struct Match: Sendable {
    let id: String
    /// 0…1.
    let score: Double
  }

  private struct Item: Sendable {
    let id: String
    let words: Set<String>
  }

  private let texts: [String]
  private let items: [Item]
  /// How rare a word is among all items.
  private let weights: [String: Double]
  private let encoder: LazyEncoder?
  private let points = Mutex<[[Float]]?>(nil)

  init(_ items: [(id: String, text: String)], encoder: LazyEncoder?) {
    self.items = items.map { Item(id: $0.id, words: Self.words($0.text)) }
    texts = items.map(\.text)
    self.encoder = encoder
    var counts: [String: Int] = [:]
    for item in self.items { for word in item.words { counts[word, default: 0] += 1 } }
    let total = Double(max(items.count, 1))
    weights = counts.mapValues { 1 + log(total / Double($0)) }
  }

  /// The nearest few, best first.
  func nearest(_ text: String, count: Int = 3, where isWanted: (String) -> Bool = { _ in true }) async -> [Match] {
    let asked = Self.words(text)
    let whole = asked.reduce(0) { $0 + weight($1) }
    let point = await point(text)
    let known = point == nil ? nil : points.withLock { $0 }
    let all = items.indices.compactMap { index -> Match? in
      guard isWanted(items[index].id) else { return nil }
      let shared = asked.reduce(0) { sum, word in
        items[index].words.contains { Self.isAkin($0, word) } ? sum + weight(word) : sum
      }
      let words = whole > 0 ? shared / whole : 0
      guard let point, let known else { return Match(id: items[index].id, score: words) }
      return Match(id: items[index].id, score: 0.7 * Double(Self.cosine(point, known[index])) + 0.3 * words)
    }
    return Array(all.sorted { ($1.score, $0.id) < ($0.score, $1.id) }.prefix(count))
  }

  private func weight(_ word: String) -> Double { weights[word] ?? 1.5 }

  /// The first time, all items are placed too, on a thread that may take half a second for it.
  private func point(_ text: String) async -> [Float]? {
    guard let encoder else { return nil }
    if points.withLock({ $0 == nil }) {
      let found = try? await BlockingCall.run("meaning") { [texts] in encoder.encoder?.embed(texts).map(\.final) }
      points.withLock { $0 = $0 ?? found ?? [] }
    }
    guard points.withLock({ $0?.isEmpty == false }) else { return nil }
    return encoder.encoder?.embed(text).final
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Float {
    var (dot, aa, bb): (Float, Float, Float) = (0, 0, 0)
    for index in a.indices {
      dot += a[index] * b[index]
      aa += a[index] * a[index]
      bb += b[index] * b[index]
    }
    return aa > 0 && bb > 0 ? dot / (aa * bb).squareRoot() : 0
  }

  private static let plain: Set<String> = [
    "the", "a", "an", "of", "to", "for", "and", "or", "in", "on", "at", "my", "me", "all", "is", "are", "was", "what",
    "who",
    "it", "its", "by", "when", "with", "that", "some", "how", "one", "up", "out", "left", "has", "have", "been",
  ]

  private static func words(_ text: String) -> Set<String> {
    Set(GoalText(text).words.filter { !$0.isMark }.map(\.folded)).subtracting(plain)
  }

  /// "anomaly" and "anomalies".
  private static func isAkin(_ one: String, _ other: String) -> Bool {
    if one == other { return true }
    // in bytes: every word of every action is compared, and counting letters takes far longer than comparing
    let shared = zip(one.utf8, other.utf8).prefix { $0 == $1 }.count
    return shared >= 4 && shared >= max(one.utf8.count, other.utf8.count) - 3
  }
}
