/// How many slips of the finger apart two words are, for "did you mean".
package enum EditDistance {
  /// Damerau–Levenshtein (optimal string alignment): insert, delete, replace, or swap two neighbours.
  ///
  /// - Returns: `nil` beyond the limit. O(limit × length).
  package static func between(_ a: some StringProtocol, _ b: some StringProtocol, limit: Int = 2) -> Int? {
    between(Array(a.unicodeScalars), Array(b.unicodeScalars), limit: limit)
  }

  package static func between<T: Equatable>(_ a: [T], _ b: [T], limit: Int = 2) -> Int? {
    guard abs(a.count - b.count) <= limit else { return nil }
    let far = limit + 1
    var beforeLast = [Int](repeating: far, count: b.count + 1)
    var last = (0...b.count).map { min($0, far) }
    var row = [Int](repeating: far, count: b.count + 1)
    for i in 0..<a.count {
      let low = max(0, i - limit)
      let high = min(b.count - 1, i + limit)
      row[0] = min(i + 1, far)
      if low > 0 { row[low] = far }
      var best = row[0]
      if low <= high {
        for j in low...high {
          var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1)
          // Beyond the band the row above holds no value of this round.
          if j < i + limit { cost = min(cost, last[j + 1] + 1) }
          if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
          row[j + 1] = min(cost, far)
          best = min(best, cost)
        }
      }
      if best > limit { return nil }
      (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[b.count] <= limit ? last[b.count] : nil
  }

  /// The closest candidate within the limit (one slip for words of four letters or fewer); the first of equals. "Tower b"
  /// is no slip for "Tower a": single letters and numbers tell things of one name apart.
  package static func nearest(
    _ word: some StringProtocol, in candidates: some Sequence<String>, limit: Int = 2
  ) -> String? {
    let letters = Array(word.unicodeScalars)
    var allowed = letters.count <= 4 ? min(limit, 1) : limit
    var best: String?
    for candidate in candidates {
      guard let distance = between(letters, Array(candidate.unicodeScalars), limit: allowed) else { continue }
      if distance == 0 { return candidate }
      guard !isOther(word, candidate) else { continue }
      best = candidate
      allowed = distance - 1
    }
    return best
  }

  private static func isOther(_ word: some StringProtocol, _ candidate: String) -> Bool {
    let (one, other) = (word.split(separator: " "), candidate.split(separator: " "))
    guard one.count > 1, one.count == other.count else { return false }
    return zip(one, other).contains { $0 != $1 && (isMark($0) || isMark($1)) }
  }

  private static func isMark(_ word: some StringProtocol) -> Bool {
    word.count == 1 || word.contains(where: \.isNumber)
  }
}
