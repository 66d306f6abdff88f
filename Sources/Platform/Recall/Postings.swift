import CRecall
import Glibc

/// For each term the rows that hold it, with a byte that says how much it tells there.
struct Postings {
  private struct List {
    var rows: [UInt32] = []
    var impacts: [UInt8] = []

    /// - Parameter leaving: rising, as `rows` are.
    mutating func remove(_ leaving: [UInt32]) {
      guard let first = leaving.first else { return }
      var place = rows.place(of: first)
      var (kept, next) = (place, 0)
      while place < rows.count {
        while next < leaving.count, leaving[next] < rows[place] { next += 1 }
        if next == leaving.count {
          // Nothing more goes: what is behind moves up as one piece.
          rows.removeSubrange(kept..<place)
          impacts.removeSubrange(kept..<place)
          return
        }
        if leaving[next] != rows[place] {
          rows[kept] = rows[place]
          impacts[kept] = impacts[place]
          kept += 1
        }
        place += 1
      }
      rows.removeSubrange(kept...)
      impacts.removeSubrange(kept...)
    }
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

  /// Takes rows away; each list is walked once, however many of its rows go.
  ///
  /// - Parameter leaving: the rows, rising, with all their terms.
  mutating func remove(_ leaving: [(row: Int, terms: [UInt32])]) {
    var byTerm: [UInt32: [UInt32]] = [:]
    for (row, terms) in leaving {
      for term in terms { byTerm[term, default: []].append(UInt32(row)) }
    }
    for (term, rows) in byTerm {
      // Taken out of the table while it changes, so that nothing is copied.
      guard var list = lists.removeValue(forKey: term) else { continue }
      list.remove(rows)
      if !list.rows.isEmpty { lists[term] = list }
    }
  }

  var bytes: Int { lists.values.reduce(0) { $0 + $1.rows.count * 5 } }

  /// BM25 of the rows that hold any of the terms.
  ///
  /// - Parameters:
  ///   - count: of rows there are.
  ///   - scores: as many zeros; clear it with `sheet.clear()`.
  func score(_ terms: [UInt32], count: Int, into sheet: inout ScoreSheet) {
    let lists = terms.compactMap { self.lists[$0] }
    sheet.begin(count, postings: lists.reduce(0) { $0 + $1.rows.count })
    for list in lists {
      let holding = Float(list.rows.count)
      let rarity = Self.step * Glibc.log1pf((Float(count) - holding + 0.5) / (holding + 0.5))
      guard rarity > 0 else { continue }
      sheet.add(list.rows, list.impacts, rarity)
    }
  }
}

extension [UInt32] {
  /// Where the first number stands that is not below; the numbers rise.
  fileprivate func place(of number: UInt32) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// A score for each row. Where few have one, these are noted; where common words give one to many, all are looked through.
struct ScoreSheet {
  private(set) var scores: [Float] = []
  private var touchedRows: [UInt32] = []
  private var touched = 0
  private var count = 0
  private var isDense = false

  /// From this part of the rows on, walking them all is cheaper than noting each.
  private static let dense = 16
  /// Rows that are looked through at once: the best so far show which of the next need not be looked at.
  private static let block = 4_096

  /// - Parameters:
  ///   - rows: how many there are; all their scores are 0.
  ///   - postings: how many scores will be added.
  mutating func begin(_ rows: Int, postings: Int) {
    count = rows
    isDense = postings > rows / Self.dense
    guard scores.count < rows else { return }
    scores = [Float](repeating: 0, count: rows + rows / 2)
    // One more: it is written before it is known whether it counts.
    touchedRows = [UInt32](repeating: 0, count: max(rows + rows / 2, Self.block) + 1)
  }

  mutating func add(_ rows: [UInt32], _ impacts: [UInt8], _ weight: Float) {
    if isDense {
      th_recall_pour(rows, impacts, rows.count, weight, &scores)
    } else {
      touched = th_recall_add(rows, impacts, rows.count, weight, &scores, &touchedRows, touched)
    }
  }

  /// Every row that has a score of some height.
  ///
  /// - Parameters:
  ///   - least: a row below is passed over; asked now and then, as it may rise.
  mutating func each(least: () -> Float, _ body: (_ row: UInt32, _ score: Float) -> Void) {
    guard isDense else {
      return scores.withUnsafeBufferPointer { scores in
        touchedRows.withUnsafeBufferPointer { rows in
          for row in rows.prefix(touched) { body(row, scores[Int(row)]) }
        }
      }
    }
    for start in stride(from: 0, to: count, by: Self.block) {
      let found = VectorShelf.above(
        scores, start..<min(start + Self.block, count), least: least(), into: &touchedRows)
      for row in touchedRows.prefix(found) { body(row, scores[Int(row)]) }
    }
  }

  mutating func clear() {
    if isDense {
      scores.withUnsafeMutableBufferPointer { scores in
        for row in 0..<count { scores[row] = 0 }
      }
    } else {
      for row in touchedRows.prefix(touched) { scores[Int(row)] = 0 }
    }
    (touched, count) = (0, 0)
  }
}
