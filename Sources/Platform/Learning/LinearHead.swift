import Base
import CVectors

/// One trained layer: scores of all labels from dense numbers, hashed n-grams, or both.
///
/// Weights of n-grams are kept as bytes with one scale a column, which halves nothing but the file.
struct LinearHead: Sendable {
  let classes: Int
  let width: Int
  /// 0 when this head looks at n-grams only.
  let depth: Int
  let dense: Numbers<Float>
  /// Empty when this head looks at dense numbers only.
  let sparse: Numbers<Int8>
  let scales: Numbers<Float>
  let bias: Numbers<Float>

  var columns: Int { scales.count }

  /// - Parameter weights: as `MarginTrainer` gives them: dense rows, columns of n-grams, bias.
  init(_ weights: [Float], classes: Int, width: Int, depth: Int) {
    self.classes = classes
    self.width = width
    self.depth = depth
    let rows = weights.count / width - 1
    dense = Numbers(Array(weights[..<(depth * width)]))
    bias = Numbers(Array(weights[(rows * width)...]))
    var bytes = [Int8](repeating: 0, count: (rows - depth) * width)
    var scales = [Float](repeating: 0, count: rows - depth)
    for row in 0..<rows - depth {
      let from = weights[((depth + row) * width)..<((depth + row + 1) * width)]
      let largest = from.reduce(0) { max($0, abs($1)) }
      guard largest > 0 else { continue }
      scales[row] = largest / 127
      for (column, weight) in from.enumerated() {
        bytes[row * width + column] = Int8((weight / scales[row]).rounded())
      }
    }
    sparse = Numbers(bytes)
    self.scales = Numbers(scales)
  }

  init(from reader: inout DataReader, classes: Int) throws {
    self.classes = classes
    width = try reader.int()
    depth = try reader.int()
    (dense, sparse, scales) = (try reader.numbers(), try reader.numbers(), try reader.numbers())
    bias = try reader.numbers()
    // What the kernels index without looking.
    guard width > 0, width % 32 == 0, classes > 0, classes <= width, width < 1 << 24, depth >= 0, depth < 1 << 24,
      dense.count == depth * width, sparse.count == scales.count * width, bias.count == width
    else { throw DataReader.Damaged() }
  }

  func write(to writer: inout DataWriter) {
    writer.number(width)
    writer.number(depth)
    writer.array(dense.array)
    writer.array(sparse.array)
    writer.array(scales.array)
    writer.array(bias.array)
  }

  /// - Parameter numbers: at least `depth`.
  func scores(_ numbers: [Float], _ grams: NGrams.Row) -> [Float] {
    precondition(numbers.count >= depth)
    var scores = bias.array
    scores.withUnsafeMutableBufferPointer { scores in
      guard let into = scores.baseAddress else { return }
      if depth > 0 {
        dense.withUnsafeBufferPointer { th_dense_scores(numbers, 1, depth, $0.baseAddress, width, into) }
      }
      guard columns > 0 else { return }
      sparse.withUnsafeBufferPointer { bytes in
        scales.withUnsafeBufferPointer { scales in
          grams.columns.withUnsafeBufferPointer { columns in
            grams.values.withUnsafeBufferPointer { values in
              guard let bytes = bytes.baseAddress, let scales = scales.baseAddress else { return }
              LinearKernel.scores(
                bytes: bytes, scales: scales, rows: columns, values: values, width: width, into: into)
            }
          }
        }
      }
    }
    scores.removeLast(width - classes)
    return scores
  }
}
