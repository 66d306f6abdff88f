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
    /// How much of the words it has itself: 0…1.
    let share: Double

    /// Somebody would see why it was taken: a good part of the words is in it, or it means very nearly the same.
    var isPlain: Bool { share >= 0.4 || score >= 0.65 }
  }

  private let ids: [String]
  private let texts: [String]
  /// The items that have a word, by its first four bytes: words that are akin share these, so few need to be compared.
  private let byStart: [UInt32: [(word: String, items: [Int])]]
  /// How rare a word is among all items.
  private let weights: [String: Double]
  private let points: MeaningPoints?
  private let places = Mutex<Places?>(nil)

  /// All points, one number of each after the other, so that one walk compares them all with another.
  private struct Places: Sendable {
    /// A multiple of sixteen, as the kernel wants it.
    let width: Int
    let numbers: [Float]

    init(_ rows: [[Float]]) {
      width = (rows.count + 15) / 16 * 16
      var numbers = [Float](repeating: 0, count: width * SentenceEncoder.width)
      for (column, row) in rows.enumerated() {
        for (place, number) in row.enumerated() { numbers[place * width + column] = number }
      }
      self.numbers = numbers
    }

    private static let all = [UInt32](0..<UInt32(SentenceEncoder.width))

    /// The cosine with each: all have length 1.
    func cosines(_ point: [Float]) -> [Float] {
      var scores = [Float](repeating: 0, count: width)
      guard point.count == SentenceEncoder.width, width > 0 else { return scores }
      numbers.withUnsafeBufferPointer { numbers in
        Self.all.withUnsafeBufferPointer { rows in
          point.withUnsafeBufferPointer { values in
            scores.withUnsafeMutableBufferPointer { scores in
              guard let weights = numbers.baseAddress, let out = scores.baseAddress else { return }
              LinearKernel.scores(weights: weights, rows: rows, values: values, width: width, into: out)
            }
          }
        }
      }
      return scores
    }
  }

  init(_ items: [(id: String, text: String)], points: MeaningPoints?) {
    ids = items.map(\.id)
    texts = items.map(\.text)
    self.points = points
    var holders: [String: [Int]] = [:]
    for (index, item) in items.enumerated() {
      for word in Self.words(item.text) { holders[word, default: []].append(index) }
    }
    let total = Double(max(items.count, 1))
    weights = holders.mapValues { 1 + log(total / Double($0.count)) }
    byStart = Dictionary(grouping: holders.map { (word: $0.key, items: $0.value) }) { Self.start($0.word) }
  }

  /// The nearest few, best first.
  func nearest(_ text: String, count: Int = 3, where isWanted: (String) -> Bool = { _ in true }) async -> [Match] {
    let shares = shares(of: text)
    let cosines = await cosines(text)
    let all = ids.indices.compactMap { index -> Match? in
      guard isWanted(ids[index]) else { return nil }
      let share = shares[index]
      guard let cosines else { return Match(id: ids[index], score: share, share: share) }
      return Match(id: ids[index], score: 0.7 * Double(cosines[index]) + 0.3 * share, share: share)
    }
    return Array(all.sorted { ($1.score, $0.id) < ($0.score, $1.id) }.prefix(count))
  }

  /// How much of a text's words each item has, the rarer the more: 0…1.
  private func shares(of text: String) -> [Double] {
    let asked = Self.words(text)
    var shares = [Double](repeating: 0, count: ids.count)
    let whole = asked.reduce(0) { $0 + weight($1) }
    guard whole > 0 else { return shares }
    for word in asked {
      let akin = (byStart[Self.start(word)] ?? []).filter { Self.isAkin($0.word, word) }
      for item in Set(akin.flatMap(\.items)) { shares[item] += weight(word) / whole }
    }
    return shares
  }

  /// How much of a text's words one item has.
  func share(of text: String, in id: String) -> Double { ids.firstIndex(of: id).map { shares(of: text)[$0] } ?? 0 }

  private func weight(_ word: String) -> Double { weights[word] ?? 1.5 }

  /// The first time, all items are placed too, on a thread that may take half a second for it where they are not kept.
  private func cosines(_ text: String) async -> [Float]? {
    guard let points else { return nil }
    if places.withLock({ $0 == nil }) {
      let rows = try? await BlockingCall.run("meaning") { [texts] in
        _ = points.row(text)
        return points.rows(texts)
      }
      let found = Places((rows ?? nil) ?? [])
      places.withLock { $0 = $0 ?? found }
    }
    guard let places = places.withLock({ $0 }), places.width >= ids.count, places.width > 0,
      let point = points.row(text)
    else { return nil }
    return places.cosines(point)
  }

  private static let plain: Set<String> = [
    "the", "a", "an", "of", "to", "for", "and", "or", "in", "on", "at", "my", "me", "all", "is", "are", "was", "what",
    "who",
    "it", "its", "by", "when", "with", "that", "some", "how", "one", "up", "out", "left", "has", "have", "been",
  ]

  private static func words(_ text: String) -> Set<String> {
    Set(GoalText(text).words.filter { !$0.isMark }.map(\.folded)).subtracting(plain)
  }

  private static func start(_ word: String) -> UInt32 {
    word.utf8.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// "anomaly" and "anomalies".
  private static func isAkin(_ one: String, _ other: String) -> Bool {
    if one == other { return true }
    // in bytes: counting letters takes far longer than comparing
    let shared = zip(one.utf8, other.utf8).prefix { $0 == $1 }.count
    return shared >= 4 && shared >= max(one.utf8.count, other.utf8.count) - 3
  }
}
