/// The clauses of a message that may call for help: what stands in one says nothing of another. "No fever, but chest pain"
/// denies the fever alone.
struct EmergencyClauses {
  /// In order, without the words that end them.
  private(set) var all: [Range<Int>] = []

  /// - Parameters:
  ///   - tokens: where the words stand among all tokens; a mark between two ends the clause.
  ///   - ends: words that end it, too.
  init(_ words: [UInt64], _ tokens: [Int], _ ends: HashTable) {
    var start = 0
    for index in words.indices {
      if index > start, tokens[index] != tokens[index - 1] + 1 {
        all.append(start..<index)
        start = index
      }
      if ends.contains(words[index]) {
        if index > start { all.append(start..<index) }
        start = index + 1
      }
    }
    if start < words.count { all.append(start..<words.count) }
  }

  /// The clause, or the clauses, that a phrase stands in.
  func around(_ phrase: Range<Int>) -> Range<Int> {
    let touched = all.filter { $0.overlaps(phrase) }
    return min(
      touched.first?.lowerBound ?? phrase.lowerBound, phrase.lowerBound)..<max(
        touched.last?.upperBound ?? phrase.upperBound, phrase.upperBound)
  }

  /// Whether "he said" is about what the clause says: it stands there, or it is about all of the clause beside it.
  func covers(_ report: Range<Int>, _ clause: Range<Int>) -> Bool {
    if report.overlaps(clause) { return true }
    guard let own = all.first(where: { $0.overlaps(report) }), own.count * 2 < report.count * 3 else { return false }
    return all.firstIndex(of: own).map { place in
      [place - 1, place + 1].contains { all.indices.contains($0) && all[$0].overlaps(clause) }
    } ?? false
  }
}
