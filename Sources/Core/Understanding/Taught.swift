import Text

/// Sentences that a tenant taught: the nearest one pulls the answer towards its intent.
struct Taught: Sendable {
  struct Item: Sendable {
    var intent: String
    var language: Language
    var text: String
    var features: [UInt32: Float]
  }

  private(set) var items: [Item] = []
  /// Feature → the items that have it: a message looks only at what it shares.
  private var postings: [UInt32: [(item: Int32, value: Float)]] = [:]
  /// The oldest go first.
  static let limit = 2_000

  mutating func add(_ fresh: [Item]) {
    let before = items.count
    items.removeAll { old in fresh.contains { $0.text == old.text && $0.language == old.language } }
    let isGrown = items.count == before && before + fresh.count <= Self.limit
    items += fresh
    if items.count > Self.limit { items.removeFirst(items.count - Self.limit) }
    if isGrown {
      for place in before..<items.count { file(place) }
    } else {
      postings = [:]
      for place in items.indices { file(place) }
    }
  }

  private mutating func file(_ place: Int) {
    for (feature, value) in items[place].features { postings[feature, default: []].append((Int32(place), value)) }
  }

  /// Cosine to the nearest sentence of each intent.
  func nearest(_ rows: [UInt32], _ values: [Float], without skipped: Int? = nil) -> [String: Float] {
    var sums = [Float](repeating: 0, count: items.count)
    for index in rows.indices {
      for (item, value) in postings[rows[index]] ?? [] { sums[Int(item)] += value * values[index] }
    }
    var best: [String: Float] = [:]
    for place in items.indices where place != skipped && sums[place] > best[items[place].intent] ?? 0 {
      best[items[place].intent] = sums[place]
    }
    return best
  }

  static func vector(_ rows: [UInt32], _ values: [Float]) -> [UInt32: Float] {
    var features: [UInt32: Float] = [:]
    for index in rows.indices { features[rows[index], default: 0] += values[index] }
    return features
  }
}
