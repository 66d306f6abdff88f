/// The words of a text in their order, each as the runs of letters in it that training texts have: what a `SequenceHead` reads.
///
/// A word is itself and its runs of 3 to 6 letters, borders among them, hashed into buckets; only buckets that training
/// texts hit have a column, the most frequent if there are too many.
struct WordRuns: Sendable {
  private static let bits = 18
  private static let none = UInt32.max
  /// What of a text, and of a word, is read.
  private static let wordLimit = 40
  private static let runLimit = 44

  /// By bucket: its column, or `none`.
  private let columns: Numbers<UInt32>
  let width: Int

  /// Learns from the texts it will be used on.
  init(_ texts: [WordForms], most: Int) {
    var seen = [Int32](repeating: 0, count: 1 << Self.bits)
    for text in texts {
      for bucket in Set(Self.buckets(text).joined()) { seen[Int(bucket)] += 1 }
    }
    let frequent = seen.indices.filter { seen[$0] > 0 }.sorted { (seen[$0], $1) > (seen[$1], $0) }.prefix(most)
    var columns = [UInt32](repeating: Self.none, count: 1 << Self.bits)
    for (column, bucket) in frequent.sorted().enumerated() { columns[bucket] = UInt32(column) }
    self.columns = Numbers(columns)
    width = frequent.count
  }

  /// The columns of each word; none of a word that is like no other.
  func words(_ text: WordForms) -> [[UInt32]] {
    columns.withUnsafeBufferPointer { columns in
      Self.buckets(text).map { word in word.map { columns[Int($0)] }.filter { $0 != Self.none } }
    }
  }

  private static func buckets(_ text: WordForms) -> [[UInt32]] {
    let mask = UInt32(1 << bits) - 1
    // one number is like another
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return text.words.prefix(wordLimit).map { word in
      let bytes = [0x3C] + word.map { digits.contains($0) ? digits.lowerBound : $0 } + [0x3E]
      var runs = [Fingerprint("w").adding(bytes).bucket & mask]
      // where letters begin: a letter outside ASCII has several bytes
      let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
      for length in 3...6 where starts.count > length {
        for first in 0..<starts.count - length {
          var print = Fingerprint("r")
          for index in starts[first]..<starts[first + length] { print.add(bytes[index]) }
          runs.append(print.bucket & mask)
        }
      }
      return Array(runs.prefix(runLimit))
    }
  }

  // MARK: Keeping

  init(from reader: inout DataReader) throws {
    let (columns, width): (Numbers<UInt32>, Int) = (try reader.numbers(), try reader.int())
    guard columns.count == 1 << Self.bits, (0...1 << Self.bits).contains(width),
      columns.withUnsafeBufferPointer({ $0.allSatisfy { $0 == Self.none || $0 < width } })
    else { throw DataReader.Damaged() }
    (self.columns, self.width) = (columns, width)
  }

  func write(to writer: inout DataWriter) {
    writer.array(columns.array)
    writer.number(width)
  }
}
