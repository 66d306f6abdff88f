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
  /// More would slow every message of the tenant; the oldest go first.
  static let limit = 2_000

  mutating func add(_ item: Item) {
    items.removeAll { $0.text == item.text && $0.language == item.language }
    items.append(item)
    if items.count > Self.limit { items.removeFirst(items.count - Self.limit) }
  }

  /// Cosine to the nearest sentence of each intent.
  func nearest(_ rows: [UInt32], _ values: [Float], without skipped: Int? = nil) -> [String: Float] {
    var best: [String: Float] = [:]
    for (place, item) in items.enumerated() where place != skipped {
      var sum: Float = 0
      for index in rows.indices { sum += (item.features[rows[index]] ?? 0) * values[index] }
      if sum > best[item.intent] ?? 0 { best[item.intent] = sum }
    }
    return best
  }

  static func vector(_ rows: [UInt32], _ values: [Float]) -> [UInt32: Float] {
    var features: [UInt32: Float] = [:]
    for index in rows.indices { features[rows[index], default: 0] += values[index] }
    return features
  }
}
