import Base
import CVectors

#if canImport(Glibc)
  import Glibc
#endif

/// Scores of all labels from the words of a text in their order; the mean of a few nets that were trained apart by
/// `SequenceTrainer`.
struct SequenceHead: Sendable {
  private struct Net: Sendable {
    /// `columns × wordDepth`, as bytes with one scale a column.
    let runs: Numbers<Int8>
    let scales: Numbers<Float>
    let first, firstBias, second, secondBias: Numbers<Float>
  }

  private static let depth = SequenceTrainer.wordDepth
  private static let breadth = SequenceTrainer.breadth

  let words: WordRuns
  private let classes: Int
  private let width: Int
  private let nets: [Net]

  init(_ trained: [SequenceTrainer.Weights], _ words: WordRuns, classes: Int) {
    (self.words, self.classes, width) = (words, classes, MarginTrainer.width(classes))
    nets = trained.map { net in
      let (bytes, scales) = Self.bytes(net.runs)
      return Net(
        runs: Numbers(bytes), scales: Numbers(scales), first: Numbers(net.first), firstBias: Numbers(net.firstBias),
        second: Numbers(net.second), secondBias: Numbers(net.secondBias))
    }
  }

  private static func bytes(_ weights: [Float]) -> (bytes: [Int8], scales: [Float]) {
    var bytes = [Int8](repeating: 0, count: weights.count)
    let scales = (0..<weights.count / depth).map { column -> Float in
      let range = column * depth..<(column + 1) * depth
      let largest = weights[range].reduce(0) { max($0, abs($1)) }
      guard largest > 0 else { return 0 }
      for index in range { bytes[index] = Int8((weights[index] * 127 / largest).rounded()) }
      return largest / 127
    }
    return (bytes, scales)
  }

  /// What each run of letters of a word is multiplied with before they are added up.
  static func share(_ runs: Int) -> Float { 1 / (Float(runs).squareRoot() + 1) }

  /// - Parameter words: the columns of each word, as `words` gives them.
  func scores(_ words: [[UInt32]]) -> [Float] {
    var sum = [Float](repeating: 0, count: classes)
    for net in nets {
      let scores = scores(words, net)
      for index in sum.indices { sum[index] += scores[index] / Float(nets.count) }
    }
    return sum
  }

  private func scores(_ words: [[UInt32]], _ net: Net) -> [Float] {
    let (depth, breadth) = (Self.depth, Self.breadth)
    var line = [Float](repeating: 0, count: words.count * depth)
    line.withUnsafeMutableBufferPointer { line in
      net.runs.withUnsafeBufferPointer { bytes in
        net.scales.withUnsafeBufferPointer { scales in
          guard let into = line.baseAddress, let bytes = bytes.baseAddress, let scales = scales.baseAddress else {
            return
          }
          for (place, runs) in words.enumerated() where !runs.isEmpty {
            let values = [Float](repeating: Self.share(runs.count), count: runs.count)
            runs.withUnsafeBufferPointer { runs in
              values.withUnsafeBufferPointer { values in
                LinearKernel.scores(
                  bytes: bytes, scales: scales, rows: runs, values: values, width: depth, into: into + place * depth)
              }
            }
          }
        }
      }
    }
    let length = [Int32(words.count)]
    var windows = [Float](repeating: 0, count: words.count * 3 * depth)
    th_windows(line, length, 1, depth, &windows)
    var findings = words.flatMap { _ in net.firstBias.array }
    net.first.withUnsafeBufferPointer {
      th_dense_scores(windows, words.count, 3 * depth, $0.baseAddress, breadth, &findings)
    }
    var sums = [Float](repeating: 0, count: 2 * breadth)
    th_most_and_mean(&findings, length, 1, breadth, &sums)
    var scores = net.secondBias.array
    net.second.withUnsafeBufferPointer { th_dense_scores(sums, 1, 2 * breadth, $0.baseAddress, width, &scores) }
    return scores
  }

  // MARK: Keeping

  init(from reader: inout DataReader, classes: Int) throws {
    words = try WordRuns(from: &reader)
    self.classes = classes
    width = try reader.int()
    nets = try reader.list {
      Net(
        runs: try $0.numbers(), scales: try $0.numbers(), first: try $0.numbers(), firstBias: try $0.numbers(),
        second: try $0.numbers(), secondBias: try $0.numbers())
    }
    let (columns, width, depth, breadth) = (words.width, width, Self.depth, Self.breadth)
    // what the kernels index without looking
    guard width > 0, width % 32 == 0, width < 1 << 24, classes > 0, classes <= width, !nets.isEmpty,
      nets.allSatisfy({
        $0.runs.count == columns * depth && $0.scales.count == columns && $0.first.count == 3 * depth * breadth
          && $0.firstBias.count == breadth && $0.second.count == 2 * breadth * width && $0.secondBias.count == width
      })
    else { throw DataReader.Damaged() }
  }

  func write(to writer: inout DataWriter) {
    words.write(to: &writer)
    writer.number(width)
    writer.list(nets) {
      $0.array($1.runs.array)
      for numbers in [$1.scales, $1.first, $1.firstBias, $1.second, $1.secondBias] { $0.array(numbers.array) }
    }
  }
}
