import CRecall
import Glibc

/// For each term the rows that hold it, with a byte that says how much it tells there.
struct Postings {
  private struct List {
    var rows: [UInt32] = []
    var impacts: [UInt8] = []
  }

  /// A term of a row.
  struct Posting: Equatable {
    var term: UInt32
    var impact: UInt8
  }

  private var lists: [UInt32: List] = [:]

  /// BM25's part of a term in a turn, at most 1 + saturation, in steps of a byte.
  private static let step = (1 + RecallWeights.saturation) / 255

  /// What is kept of a text.
  static func postings(of reader: TermReader) -> [Posting] {
    let penalty =
      RecallWeights.saturation
      * (1 - RecallWeights.lengthPenalty
        + RecallWeights.lengthPenalty * Float(reader.length) / RecallWeights.usualLength)
    return reader.terms.map { term, count in
      let part = Float(count) * (1 + RecallWeights.saturation) / (Float(count) + penalty)
      return Posting(term: term, impact: UInt8(max(1, min(255, (part / step).rounded()))))
    }
  }

  /// Rows come in their order.
  mutating func add(_ postings: some Sequence<Posting>, row: Int) {
    for posting in postings {
      lists[posting.term, default: List()].rows.append(UInt32(row))
      lists[posting.term, default: List()].impacts.append(posting.impact)
    }
  }

  mutating func remove(_ postings: some Sequence<Posting>, row: Int) {
    for posting in postings {
      guard var list = lists[posting.term], let place = list.rows.firstIndex(of: UInt32(row)) else {
        continue
      }
      lists[posting.term] = nil
      list.rows.remove(at: place)
      list.impacts.remove(at: place)
      if !list.rows.isEmpty { lists[posting.term] = list }
    }
  }

  var bytes: Int { lists.values.reduce(0) { $0 + $1.rows.count * 5 } }

  /// BM25 of the rows that hold any of the terms.
  ///
  /// - Parameters:
  ///   - count: of rows there are.
  ///   - scores: as many zeros; clear it with `sheet.clear()`.
  func score(_ terms: [UInt32], count: Int, into sheet: inout ScoreSheet) {
    sheet.reserve(count)
    for term in terms {
      guard let list = lists[term] else { continue }
      let holding = Float(list.rows.count)
      let rarity = Self.step * Glibc.log1pf((Float(count) - holding + 0.5) / (holding + 0.5))
      guard rarity > 0 else { continue }
      sheet.add(list.rows, list.impacts, rarity)
    }
  }
}

/// A score for each row, nearly all of them 0, and which are not.
struct ScoreSheet {
  private(set) var scores: [Float] = []
  private var touchedRows: [UInt32] = []
  private var count = 0

  var touched: ArraySlice<UInt32> { touchedRows.prefix(count) }

  mutating func reserve(_ rows: Int) {
    guard scores.count < rows else { return }
    scores = [Float](repeating: 0, count: rows + rows / 2)
    // One more: it is written before it is known whether it counts.
    touchedRows = [UInt32](repeating: 0, count: rows + rows / 2 + 1)
    count = 0
  }

  mutating func add(_ rows: [UInt32], _ impacts: [UInt8], _ weight: Float) {
    count = th_recall_add(rows, impacts, rows.count, weight, &scores, &touchedRows, count)
  }

  mutating func clear() {
    for row in touchedRows.prefix(count) { scores[Int(row)] = 0 }
    count = 0
  }
}
