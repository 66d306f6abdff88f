import Glibc

/// For each term the rows that hold it, with a byte that says how much it tells there.
struct Postings {
  private struct List {
    var rows: [UInt32] = []
    var impacts: [UInt8] = []
  }
  private var lists: [UInt32: List] = [:]

  /// BM25's part of a term in a turn, at most 1 + saturation, in steps of a byte.
  private static let step = (1 + RecallWeights.saturation) / 255

  mutating func add(_ reader: TermReader, row: Int) {
    let penalty =
      RecallWeights.saturation
      * (1 - RecallWeights.lengthPenalty
        + RecallWeights.lengthPenalty * Float(reader.length) / RecallWeights.usualLength)
    for (term, count) in reader.terms {
      let part = Float(count) * (1 + RecallWeights.saturation) / (Float(count) + penalty)
      lists[term, default: List()].rows.append(UInt32(row))
      lists[term, default: List()].impacts.append(UInt8(max(1, min(255, (part / Self.step).rounded()))))
    }
  }

  /// BM25 of each row.
  func scores(_ terms: [UInt32], rows: Int) -> [Float] {
    var scores = [Float](repeating: 0, count: rows)
    for term in terms {
      guard let list = lists[term] else { continue }
      let holding = Float(list.rows.count)
      let rarity = Self.step * Float.log1p((Float(rows) - holding + 0.5) / (holding + 0.5))
      for (row, impact) in zip(list.rows, list.impacts) { scores[Int(row)] += rarity * Float(impact) }
    }
    return scores
  }
}

extension Float {
  static func log1p(_ value: Float) -> Float { Glibc.log1pf(value) }
}
