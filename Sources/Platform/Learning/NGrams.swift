import Base

#if canImport(Glibc)
  import Glibc
#endif

/// Words, pairs of words and runs of 2 to 5 letters inside a word or over its border, hashed into buckets.
///
/// The value of a bucket is (1 + log count) × rarity, and a row has length one; runs of letters let misspelt and unknown
/// words stand near the ones they resemble, in any script. Only buckets that training texts hit have a column, the most
/// frequent if there are too many.
struct NGrams: Sendable {
  private static let bits = 18
  /// By bucket: its column, or `none`.
  private let columns: Numbers<UInt32>
  /// By column: log((1 + texts) / (1 + texts with the bucket)) + 1
  private let rarity: Numbers<Float>
  /// The rarity of a bucket without a column.
  private let unseenRarity: Float

  private static let none = UInt32.max

  var width: Int { rarity.count }

  struct Row: Sendable {
    var columns: [UInt32] = []
    var values: [Float] = []
    /// The share of the weight that lies in buckets without a column.
    var novelty: Float = 0
  }

  /// Learns from the texts it will be used on.
  init(_ texts: [WordForms], most: Int) {
    var seen = [Int](repeating: 0, count: 1 << Self.bits)
    for text in texts {
      for (bucket, _) in Self.counts(text) { seen[Int(bucket)] += 1 }
    }
    let frequent = seen.indices.filter { seen[$0] > 0 }.sorted { (seen[$0], $1) > (seen[$1], $0) }.prefix(most)
    var columns = [UInt32](repeating: Self.none, count: 1 << Self.bits)
    var rarity: [Float] = []
    for bucket in frequent.sorted() {
      columns[bucket] = UInt32(rarity.count)
      rarity.append(log(Float(1 + texts.count) / Float(1 + seen[bucket])) + 1)
    }
    self.columns = Numbers(columns)
    self.rarity = Numbers(rarity)
    unseenRarity = log(Float(1 + texts.count)) + 1
  }

  /// A head's weights with its columns where these n-grams have them; a column that is new begins with nothing.
  ///
  /// - Parameters:
  ///   - weights: rows of `width`: `depth` dense ones, a column's each, the bias.
  ///   - other: whose columns the weights have.
  func carried(_ weights: [Float], from other: NGrams, _ depth: Int, _ width: Int) -> [Float] {
    var result = [Float](repeating: 0, count: (depth + self.width + 1) * width)
    result.replaceSubrange(..<(depth * width), with: weights[..<(depth * width)])
    result.replaceSubrange(((depth + self.width) * width)..., with: weights.suffix(width))
    columns.withUnsafeBufferPointer { columns in
      other.columns.withUnsafeBufferPointer { old in
        for (column, from) in zip(columns, old) where column != Self.none && from != Self.none {
          let (to, from) = ((depth + Int(column)) * width, (depth + Int(from)) * width)
          for index in 0..<width { result[to + index] = weights[from + index] }
        }
      }
    }
    return result
  }

  func row(_ text: WordForms) -> Row {
    var row = Row()
    var square: Float = 0, strange: Float = 0
    columns.withUnsafeBufferPointer { columns in
      rarity.withUnsafeBufferPointer { rarity in
        for (bucket, count) in Self.counts(text) {
          let column = columns[Int(bucket)]
          let value = (1 + log(Float(count))) * (column == Self.none ? unseenRarity : rarity[Int(column)])
          square += value * value
          if column == Self.none {
            strange += value * value
          } else {
            row.columns.append(column)
            row.values.append(value)
          }
        }
      }
    }
    guard square > 0 else { return row }
    let scale = 1 / square.squareRoot()
    for index in row.values.indices { row.values[index] *= scale }
    row.novelty = strange / square
    return row
  }

  /// Buckets in rising order with how often each was hit.
  private static func counts(_ text: WordForms) -> [(bucket: UInt32, count: Int)] {
    var hits: [UInt32] = []
    hits.reserveCapacity(text.words.count * 36)
    let mask = UInt32(1 << bits) - 1
    var last = Fingerprint("^")
    // One number is like another: its digits count, not which they are.
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let words = text.words.map { $0.map { digits.contains($0) ? digits.lowerBound : $0 } }
    borderRuns(words, mask, &hits)
    for word in words {
      hits.append(Fingerprint("w").adding(word).bucket & mask)
      hits.append(Fingerprint("p").adding(last.value).adding(word).bucket & mask)
      last = Fingerprint("").adding(word)
      letterRuns(word, mask, &hits)
    }
    hits.append(Fingerprint("p").adding(last.value).adding([0x24]).bucket & mask)
    hits.sort()
    var counts: [(bucket: UInt32, count: Int)] = []
    counts.reserveCapacity(hits.count)
    for hit in hits {
      if let last = counts.last, last.bucket == hit {
        counts[counts.count - 1].count += 1
      } else {
        counts.append((hit, 1))
      }
    }
    return counts
  }

  private static func letterRuns(_ word: [UInt8], _ mask: UInt32, _ hits: inout [UInt32]) {
    let bytes = [0x3C] + word + [0x3E]
    // Where letters begin: a letter outside ASCII has several bytes.
    let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
    for first in 0..<starts.count - 1 {
      var print = Fingerprint("c")
      for next in first..<min(first + 5, starts.count - 1) {
        for index in starts[next]..<starts[next + 1] { print.add(bytes[index]) }
        if next > first { hits.append(print.bucket & mask) }
      }
    }
  }

  /// Runs of 3 to 5 signs with a space inside: how one word ends and the next begins.
  private static func borderRuns(_ words: [[UInt8]], _ mask: UInt32, _ hits: inout [UInt32]) {
    let space = UInt8(ascii: " ")
    let bytes = [space] + words.joined(separator: [space]) + [space]
    let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
    for first in 0..<starts.count - 1 {
      var print = Fingerprint("b")
      var holdsSpace = false
      for next in first..<min(first + 5, starts.count - 1) {
        if next > first + 1, bytes[starts[next - 1]] == space { holdsSpace = true }
        for index in starts[next]..<starts[next + 1] { print.add(bytes[index]) }
        if holdsSpace { hits.append(print.bucket & mask) }
      }
    }
  }

  // MARK: Keeping

  init(from reader: inout DataReader) throws {
    (columns, rarity) = (try reader.numbers(), try reader.numbers())
    let unseen: [Float] = try reader.array()
    let width = rarity.count
    guard columns.count == 1 << Self.bits, unseen.count == 1,
      columns.withUnsafeBufferPointer({ $0.allSatisfy { $0 == Self.none || $0 < width } })
    else { throw DataReader.Damaged() }
    unseenRarity = unseen[0]
  }

  func write(to writer: inout DataWriter) {
    writer.array(columns.array)
    writer.array(rarity.array)
    writer.array([unseenRarity])
  }
}
