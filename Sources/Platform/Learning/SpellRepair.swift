import Base

#if canImport(Glibc)
  import Glibc
#endif

/// Puts words that nobody knows back to the nearest word of the training sentences, as the words around them suggest.
///
/// Only words of Latin letters: for other scripts a letter says more, and spellings vary by habit rather than by slip.
struct SpellRepair: Sendable {
  /// Words of the training sentences, one after the other, and where each ends.
  let letters: Numbers<UInt8>
  let ends: Numbers<UInt32>
  /// A bit for every letter a word has: words a slip apart differ in two of them at most.
  let signatures: Numbers<UInt32>
  let counts: Numbers<Float>
  /// Fingerprints, rising: of words that need no repair, and of pairs that stand side by side in training.
  let known: Numbers<UInt64>
  let pairs: Numbers<UInt64>
  let pairCounts: Numbers<Float>

  /// Shorter words are left alone: too many lie one slip away.
  private static let shortest = 3
  /// From this length on, two slips are believed.
  private static let longEnough = 6

  /// - Parameter alsoKnown: words that are spelt right although no training sentence has them.
  init(_ texts: [WordForms], alsoKnown: [String] = []) {
    var counts: [[UInt8]: Float] = [:]
    var pairs: [UInt64: Float] = [:]
    for text in texts {
      var last = Self.edge
      for word in text.words {
        counts[word, default: 0] += 1
        let print = Self.print(word)
        pairs[Self.pair(last, print), default: 0] += 1
        last = print
      }
      pairs[Self.pair(last, Self.edge), default: 0] += 1
    }
    let words = counts.keys.filter { $0.count >= Self.shortest && Self.isLatin($0) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    letters = Numbers(words.flatMap { $0 })
    var end: UInt32 = 0
    ends = Numbers(
      words.map {
        end += UInt32($0.count)
        return end
      })
    signatures = Numbers(words.map(Self.signature))
    self.counts = Numbers(words.map { counts[$0] ?? 1 })
    known = Numbers(Set(counts.keys.map(Self.print) + alsoKnown.map { Self.print(Array($0.utf8)) }).sorted())
    // A pair seen once says little and there are many of them.
    let kept = pairs.filter { $0.value > 1 }.sorted { $0.key < $1.key }
    self.pairs = Numbers(kept.map(\.key))
    pairCounts = Numbers(kept.map(\.value))
  }

  init(from reader: inout DataReader) throws {
    (letters, ends, signatures) = (try reader.numbers(), try reader.numbers(), try reader.numbers())
    (counts, known) = (try reader.numbers(), try reader.numbers())
    (pairs, pairCounts) = (try reader.numbers(), try reader.numbers())
    let isWhole = ends.withUnsafeBufferPointer { ends in
      zip([0] + ends, ends).allSatisfy { $0 <= $1 } && Int(ends.last ?? 0) == letters.count
    }
    guard isWhole, signatures.count == ends.count, counts.count == ends.count, pairCounts.count == pairs.count else {
      throw DataReader.Damaged()
    }
  }

  func write(to writer: inout DataWriter) {
    writer.array(letters.array)
    writer.array(ends.array)
    writer.array(signatures.array)
    writer.array(counts.array)
    writer.array(known.array)
    writer.array(pairs.array)
    writer.array(pairCounts.array)
  }

  /// The same text with its unknown words repaired; `nil` when there is nothing to repair.
  func repaired(_ text: WordForms) -> WordForms? {
    var copy = text
    var isChanged = false
    for index in copy.words.indices where isUnknown(copy.words[index]) {
      let before = index > 0 ? Self.print(copy.words[index - 1]) : Self.edge
      let after = index + 1 < copy.words.count ? Self.print(copy.words[index + 1]) : Self.edge
      guard let better = nearest(copy.words[index], before, after) else { continue }
      copy.words[index] = better
      isChanged = true
    }
    return isChanged ? copy : nil
  }

  private func isUnknown(_ word: [UInt8]) -> Bool {
    word.count >= Self.shortest && Self.isLatin(word) && place(of: Self.print(word), in: known) == nil
  }

  private func nearest(_ word: [UInt8], _ before: UInt64, _ after: UInt64) -> [UInt8]? {
    let limit = word.count >= Self.longEnough ? 2 : 1
    let signature = Self.signature(word)
    var best: (score: Float, word: [UInt8])?
    letters.withUnsafeBufferPointer { letters in
      ends.withUnsafeBufferPointer { ends in
        signatures.withUnsafeBufferPointer { signatures in
          for index in ends.indices {
            guard (signatures[index] ^ signature).nonzeroBitCount <= 2 * limit else { continue }
            let start = index > 0 ? Int(ends[index - 1]) : 0
            guard abs(Int(ends[index]) - start - word.count) <= limit else { continue }
            let candidate = Array(letters[start..<Int(ends[index])])
            guard let distance = EditDistance.between(word, candidate, limit: limit) else { continue }
            let score = score(candidate, index, distance, first: word[0], before, after)
            if best.map({ score > $0.score }) ?? true { best = (score, candidate) }
          }
        }
      }
    }
    return best?.word
  }

  /// A slip costs more than any count gives; among equals the frequent word and the one that fits its neighbours win.
  private func score(
    _ word: [UInt8], _ index: Int, _ distance: Int, first: UInt8, _ before: UInt64, _ after: UInt64
  ) -> Float {
    let print = Self.print(word)
    let frequency = counts.withUnsafeBufferPointer { log($0[index]) }
    let fit = log(1 + count(Self.pair(before, print))) + log(1 + count(Self.pair(print, after)))
    return -4 * Float(distance) + 0.5 * frequency + fit + (word.first == first ? 0.7 : 0)
  }

  private func count(_ pair: UInt64) -> Float {
    place(of: pair, in: pairs).map { place in pairCounts.withUnsafeBufferPointer { $0[place] } } ?? 0
  }

  private func place(of value: UInt64, in sorted: Numbers<UInt64>) -> Int? {
    sorted.withUnsafeBufferPointer { sorted in
      var low = 0, high = sorted.count
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < value { low = middle + 1 } else { high = middle }
      }
      return low < sorted.count && sorted[low] == value ? low : nil
    }
  }

  private static let edge = Fingerprint("^").value
  private static func print(_ word: [UInt8]) -> UInt64 { Fingerprint("w").adding(word).value }
  private static func pair(_ a: UInt64, _ b: UInt64) -> UInt64 { Fingerprint("p").adding(a).adding(b).value }
  private static func isLatin(_ word: [UInt8]) -> Bool {
    word.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
  }
  private static func signature(_ word: [UInt8]) -> UInt32 {
    word.reduce(0) { $0 | 1 << UInt32($1 & 31) }
  }
}
