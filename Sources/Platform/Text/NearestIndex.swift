import Base

/// Finds the nearest of many known words in a time that hardly grows with their number.
///
/// Every word is filed under the hashes of its beginnings with up to two letters left out; a misspelt word shares one
/// of them with the right one. Source: W. Garbe, "SymSpell". `EditDistance.nearest` suits a handful of words.
package struct NearestIndex: Sendable {
  private let words: [[Unicode.Scalar]]
  private let texts: [String]
  private var files: [Int: [Int32]] = [:]
  private let limit: Int
  private static let prefix = 7

  package init(_ words: some Sequence<String>, limit: Int = 2) {
    var seen: Set<String> = []
    texts = words.filter { seen.insert($0).inserted }
    self.words = texts.map { Array($0.unicodeScalars) }
    self.limit = max(0, min(limit, 2))
    for (number, word) in self.words.enumerated() {
      for hash in Self.hashes(word, self.limit) { files[hash, default: []].append(Int32(number)) }
    }
  }

  /// The closest word within the limit (one slip for words of four letters or fewer) and its distance.
  package func nearest(_ text: some StringProtocol) -> (word: String, distance: Int)? {
    let letters = Array(text.unicodeScalars)
    guard letters.count <= 64 else { return nil }
    var allowed = letters.count <= 4 ? min(limit, 1) : limit
    var best: (number: Int, distance: Int)?
    var seen: Set<Int32> = []
    for hash in Self.hashes(letters, limit) {
      for number in files[hash] ?? [] where seen.insert(number).inserted {
        guard let distance = EditDistance.between(letters, words[Int(number)], limit: allowed) else { continue }
        if let best, best.distance == distance, best.number < Int(number) { continue }
        best = (Int(number), distance)
        allowed = distance
      }
    }
    return best.map { (texts[$0.number], $0.distance) }
  }

  private static func hashes(_ word: [Unicode.Scalar], _ limit: Int) -> Set<Int> {
    let start = Array(word.prefix(prefix))
    var all: Set<Int> = [start.hashValue]
    var current: Set<[Unicode.Scalar]> = [start]
    for _ in 0..<limit {
      var shorter: Set<[Unicode.Scalar]> = []
      for letters in current {
        for index in letters.indices {
          var rest = letters
          rest.remove(at: index)
          shorter.insert(rest)
        }
      }
      for letters in shorter { all.insert(letters.hashValue) }
      current = shorter
    }
    return all
  }
}
