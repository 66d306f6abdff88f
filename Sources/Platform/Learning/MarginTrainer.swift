import CVectors
import Dispatch

/// Rows that mostly are zero: for row `i`, `values[starts[i]..<starts[i + 1]]` at `columns` of the same range.
struct SparseRows: Sendable {
  private(set) var starts: [Int64] = [0]
  private(set) var columns: [UInt32] = []
  private(set) var values: [Float] = []

  mutating func append(_ row: NGrams.Row) {
    columns += row.columns
    values += row.values
    starts.append(Int64(columns.count))
  }
}

/// What a classifier learns from: for every row dense numbers (may be none), sparse ones (may be none) and a label.
struct TrainingRows: Sendable {
  /// Numbers a dense row.
  var depth = 0
  /// `count × depth`, row after row.
  var dense: [Float] = []
  var sparse = SparseRows()
  /// How many columns sparse rows have; 0: they are not looked at.
  var columns = 0
  var labels: [Int32] = []
  /// What each row weighs in the loss.
  var weights: [Float] = []

  var count: Int { labels.count }
}

/// A linear layer over dense and sparse features whose label leads every rival by one, short leads counting by their
/// square (a support vector machine after Crammer and Singer, smooth), by L-BFGS on the whole set.
///
/// Convex, so there is nothing to be lucky with; work is cut into a fixed number of shards whose sums are added in order,
/// so the result does not depend on how many cores there are.
struct MarginTrainer {
  struct Options: Sendable {
    /// Decay of the weights, on the mean loss.
    var decay: Float = 2e-4
    var iterations = 40
  }

  private static let shards = 4
  /// About which share of the rows is a near rival of an intent: only these bend its loss.
  private static let rivalShare: Float = 0.1
  /// Rows that pass through the kernels together: their scores stay in the second-level cache.
  private static let block = 128

  let rows: TrainingRows
  let classes: Int
  let width: Int
  let options: Options
  private let rowWeights: [Float]

  init(_ rows: TrainingRows, classes: Int, options: Options) {
    self.rows = rows
    self.classes = classes
    self.options = options
    width = Self.width(classes)
    let total = rows.weights.reduce(0, +)
    rowWeights = rows.weights.map { $0 / max(total, .leastNormalMagnitude) }
  }

  /// Columns of the weights: what the kernels take.
  static func width(_ classes: Int) -> Int { (classes + 31) / 32 * 32 }

  /// Weights a row: dense features, sparse columns, then the bias.
  var parameterRows: Int { rows.depth + rows.columns + 1 }

  /// - Parameter start: weights to go on from.
  /// - Returns: `parameterRows × width` weights.
  func train(from start: [Float]? = nil) -> [Float] {
    let count = parameterRows * width
    // Each remembered step costs two copies of the weights: many labels get a shorter memory, not a larger one.
    let memory = max(3, min(8, (1 << 30) / max(1, count * 8)))
    var minimiser = LimitedMemoryMinimiser(count: count, memory: memory, scales: scales())
    var shards = [[Float]](repeating: [Float](repeating: 0, count: count), count: Self.shards)
    let start = start ?? [Float](repeating: 0, count: count)
    precondition(start.count == count)
    return minimiser.minimise(from: start, iterations: options.iterations) { weights, gradient in
      loss(weights, &gradient, &shards)
    }
  }

  /// One over how much the loss bends along a parameter row: its mean square and its decay.
  private func scales() -> [Float] {
    var squares = [Float](repeating: 0, count: parameterRows)
    for row in 0..<rows.count {
      let weight = rowWeights[row] * Self.rivalShare
      for column in 0..<rows.depth {
        let value = rows.dense[row * rows.depth + column]
        squares[column] += weight * value * value
      }
      guard rows.columns > 0 else { continue }
      for place in Int(rows.sparse.starts[row])..<Int(rows.sparse.starts[row + 1]) {
        let value = rows.sparse.values[place]
        squares[rows.depth + Int(rows.sparse.columns[place])] += weight * value * value
      }
    }
    squares[parameterRows - 1] = Self.rivalShare
    return squares.map { 1 / ($0 + options.decay) }
  }

  private func loss(_ weights: [Float], _ gradient: inout [Float], _ shards: inout [[Float]]) -> Double {
    let losses = Shards.run(&shards) { index, part in
      part.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
      return shardLoss(index, weights, &part)
    }
    let weightCount = (parameterRows - 1) * width
    var decay = 0.0
    gradient.withUnsafeMutableBufferPointer { gradient in
      weights.withUnsafeBufferPointer { weights in
        guard let into = gradient.baseAddress, let from = weights.baseAddress else { return }
        gradient.update(repeating: 0)
        for part in shards {
          part.withUnsafeBufferPointer { th_add_scaled(into, $0.baseAddress, 1, gradient.count) }
        }
        th_add_scaled(into, from, options.decay, weightCount)
        decay = 0.5 * Double(options.decay) * th_dot(from, from, weightCount)
      }
    }
    return losses.reduce(0, +) + decay
  }

  /// One shard's loss; its gradient is added to `part`.
  private func shardLoss(_ shard: Int, _ weights: [Float], _ part: inout [Float]) -> Double {
    let first = rows.count * shard / Self.shards, last = rows.count * (shard + 1) / Self.shards
    var scores = [Float](repeating: 0, count: Self.block * width)
    var loss = 0.0
    for start in stride(from: first, to: last, by: Self.block) {
      let range = start..<min(last, start + Self.block)
      let n = range.count
      withPointers(weights, &part, &scores) { weights, part, scores in
        let bias = weights + (parameterRows - 1) * width
        for row in 0..<n { (scores + row * width).update(from: bias, count: width) }
        rows.dense.withUnsafeBufferPointer { dense in
          rows.sparse.starts.withUnsafeBufferPointer { starts in
            rows.sparse.columns.withUnsafeBufferPointer { columns in
              rows.sparse.values.withUnsafeBufferPointer { values in
                if rows.depth > 0, let dense = dense.baseAddress {
                  th_dense_scores(dense + start * rows.depth, n, rows.depth, weights, width, scores)
                }
                let sparseWeights = weights + rows.depth * width
                if rows.columns > 0, let starts = starts.baseAddress {
                  th_sparse_scores(
                    starts + start, columns.baseAddress, values.baseAddress, n, sparseWeights, width, scores)
                }
                loss += residuals(range, scores)
                if rows.depth > 0, let dense = dense.baseAddress {
                  th_dense_gradient(dense + start * rows.depth, n, rows.depth, scores, width, part)
                }
                if rows.columns > 0, let starts = starts.baseAddress {
                  th_sparse_gradient(
                    starts + start, columns.baseAddress, values.baseAddress, n, scores, width,
                    part + rows.depth * width)
                }
              }
            }
          }
        }
        let biasPart = part + (parameterRows - 1) * width
        for row in 0..<n { th_add_scaled(biasPart, scores + row * width, 1, width) }
      }
    }
    return loss
  }

  private func residuals(_ range: Range<Int>, _ scores: UnsafeMutablePointer<Float>) -> Double {
    rows.labels.withUnsafeBufferPointer { labels in
      rowWeights.withUnsafeBufferPointer { weights in
        guard let labels = labels.baseAddress, let weights = weights.baseAddress else { return 0 }
        return th_margin_residuals(
          scores, range.count, width, classes, labels + range.lowerBound, weights + range.lowerBound)
      }
    }
  }

  private func withPointers(
    _ weights: [Float], _ part: inout [Float], _ scores: inout [Float],
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    weights.withUnsafeBufferPointer { weights in
      part.withUnsafeMutableBufferPointer { part in
        scores.withUnsafeMutableBufferPointer { scores in
          guard let weights = weights.baseAddress, let part = part.baseAddress, let scores = scores.baseAddress else {
            return
          }
          body(weights, part, scores)
        }
      }
    }
  }
}

/// Work cut into parts that run side by side.
enum Shards {
  // Sendable: every index is handed to one call only, so no element is touched by two threads.
  private struct Places<Element, Value>: @unchecked Sendable {
    let elements: UnsafeMutablePointer<Element>
    let values: UnsafeMutablePointer<Value?>
  }

  /// Calls the body for every element, on as many cores as there are; results keep the order.
  static func run<Element, Value>(
    _ elements: inout [Element], _ body: (Int, inout Element) -> Value
  ) -> [Value] {
    var values = [Value?](repeating: nil, count: elements.count)
    elements.withUnsafeMutableBufferPointer { elements in
      values.withUnsafeMutableBufferPointer { values in
        guard let first = elements.baseAddress, let into = values.baseAddress else { return }
        let places = Places(elements: first, values: into)
        withoutActuallyEscaping(body) { body in
          // Sendable: `concurrentPerform` returns after the last call; the closure only reads what it captured.
          nonisolated(unsafe) let body = body
          DispatchQueue.concurrentPerform(iterations: elements.count) { index in
            places.values[index] = body(index, &places.elements[index])
          }
        }
      }
    }
    return values.compactMap { $0 }
  }

  /// The same for ranges of `0..<count`, a few a core.
  static func map<Value>(_ count: Int, _ body: (Range<Int>) -> [Value]) -> [Value] {
    let parts = max(1, min(16, count / 64))
    var ranges = (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    return run(&ranges) { _, range in body(range) }.flatMap { $0 }
  }
}
