import Base
import Learning

/// A softmax over hashed features, in bytes: one row of weights for each feature that training saw.
struct LinearModel: Sendable {
  /// Names of the classes; "" is out of scope.
  var labels: [String]
  /// Row width: the classes, padded to a multiple of 16.
  var width: Int
  /// Bucket → row; the last row is all zero and stands for what was never seen.
  var index: Numbers<UInt32>
  var weights: Numbers<Int8>
  var scales: Numbers<Float>
  var bias: [Float]
  /// Divides the scores, so that confidence means frequency.
  var temperature: Float = 1

  /// Scores of all classes, before the softmax.
  func scores(_ rows: [UInt32], _ values: [Float]) -> [Float] {
    var mapped = [UInt32](repeating: 0, count: rows.count)
    index.withUnsafeBufferPointer { index in
      for place in rows.indices { mapped[place] = index[Int(rows[place])] }
    }
    var out = bias
    weights.withUnsafeBufferPointer { weights in
      scales.withUnsafeBufferPointer { scales in
        mapped.withUnsafeBufferPointer { mapped in
          values.withUnsafeBufferPointer { values in
            out.withUnsafeMutableBufferPointer { out in
              guard let bytes = weights.baseAddress, let scale = scales.baseAddress, let score = out.baseAddress else {
                return
              }
              LinearKernel.scores(bytes: bytes, scales: scale, rows: mapped, values: values, width: width, into: score)
            }
          }
        }
      }
    }
    return out
  }

  static func softmax(_ scores: [Float], count: Int, temperature: Float) -> [Float] {
    var best = -Float.infinity
    for index in 0..<count { best = max(best, scores[index]) }
    var sum: Float = 0
    var out = [Float](repeating: 0, count: count)
    for index in 0..<count {
      out[index] = Exp.approximate((scores[index] - best) / temperature)
      sum += out[index]
    }
    for index in 0..<count { out[index] /= sum }
    return out
  }

  func probabilities(_ rows: [UInt32], _ values: [Float]) -> [Float] {
    Self.softmax(scores(rows, values), count: labels.count, temperature: temperature)
  }
}

#if canImport(Glibc)
  import Glibc
#endif

enum Exp {
  static func approximate(_ x: Float) -> Float { expf(x) }
  static func log(_ x: Float) -> Float { logf(x) }
}

/// Trains by stochastic gradient descent with AdaGrad; the same data and seed give the same model.
struct LinearTrainer {
  struct Row: Sendable {
    var rows: [UInt32]
    var values: [Float]
    var label: Int
    var weight: Float = 1
    /// Says where it stands in each epoch's order (`Shuffle.order`).
    var key: UInt64 = 0
  }

  let labels: [String]
  let width: Int
  private var index: [UInt32]
  private var used = 0
  private var weights: [Float] = []
  private var squares: [Float] = []
  private var bias: [Float]
  private var biasSquares: [Float]

  /// - Parameter features: how many there are; those of the rows are smaller numbers.
  init(labels: [String], rows: [Row], features: Int = FeatureExtractor.buckets) {
    self.labels = labels
    width = (labels.count + 15) / 16 * 16
    index = [UInt32](repeating: UInt32.max, count: features)
    for row in rows {
      for bucket in row.rows where index[Int(bucket)] == UInt32.max {
        index[Int(bucket)] = UInt32(used)
        used += 1
      }
    }
    for bucket in index.indices where index[bucket] == UInt32.max { index[bucket] = UInt32(used) }
    weights = [Float](repeating: 0, count: (used + 1) * width)
    squares = [Float](repeating: 0, count: used + 1)
    bias = [Float](repeating: 0, count: width)
    biasSquares = [Float](repeating: 1, count: width)
  }

  private func mapped(_ rows: [UInt32]) -> [UInt32] { rows.map { index[Int($0)] } }

  mutating func train(_ data: [Row], epochs: Int, seed: UInt64, rate: Float = 0.9, decay: Float = 2e-5) {
    let compact = data.map { (rows: mapped($0.rows), values: $0.values, label: $0.label, weight: $0.weight) }
    let keys = data.map(\.key)
    var gradient = [Float](repeating: 0, count: width)
    for epoch in 0..<epochs {
      let order = Shuffle.order(of: keys, seed: seed &+ UInt64(epoch))
      let rateNow = rate * (1 - 0.9 * Float(epoch) / Float(max(1, epochs)))
      for place in order {
        let row = compact[Int(place)]
        gradient.withUnsafeMutableBufferPointer { gradient in
          for c in 0..<width { gradient[c] = bias[c] }
          step(row.rows, row.values, label: row.label, weight: row.weight, rate: rateNow, decay: decay, gradient)
          for c in 0..<labels.count where gradient[c] != 0 {
            biasSquares[c] += gradient[c] * gradient[c]
            bias[c] -= 0.1 * rateNow / biasSquares[c].squareRoot() * gradient[c]
          }
        }
      }
    }
  }

  /// One example: scores, gradient, update. `gradient` comes with the bias and leaves with the gradient.
  private mutating func step(
    _ rows: [UInt32], _ values: [Float], label: Int, weight: Float, rate: Float, decay: Float,
    _ gradient: UnsafeMutableBufferPointer<Float>
  ) {
    rows.withUnsafeBufferPointer { rows in
      values.withUnsafeBufferPointer { values in
        weights.withUnsafeMutableBufferPointer { weights in
          squares.withUnsafeMutableBufferPointer { squares in
            guard let weights = weights.baseAddress, let squares = squares.baseAddress, let out = gradient.baseAddress
            else { return }
            LinearKernel.scores(weights: weights, rows: rows, values: values, width: width, into: out)
            var norm: Float = 0
            Self.loss(gradient, count: labels.count, label: label, weight: weight, norm: &norm)
            guard norm > 1e-7 else { return }
            LinearKernel.update(
              weights: weights, squares: squares, rows: rows, values: values, width: width, gradient: out, norm: norm,
              rate: rate, decay: decay)
          }
        }
      }
    }
  }

  /// Turns scores into the gradient of the cross entropy, in place.
  private static func loss(
    _ scores: UnsafeMutableBufferPointer<Float>, count: Int, label: Int, weight: Float, norm: inout Float
  ) {
    var best = -Float.infinity
    for c in 0..<count { best = max(best, scores[c]) }
    var sum: Float = 0
    for c in 0..<count {
      scores[c] = Exp.approximate(scores[c] - best)
      sum += scores[c]
    }
    for c in 0..<count {
      // A little smoothing keeps the weights of clean data from growing without end.
      let wanted: Float = c == label ? 0.97 : 0.03 / Float(count - 1)
      scores[c] = (scores[c] / sum - wanted) * weight
      if abs(scores[c]) < 2e-4 { scores[c] = 0 }
      norm += scores[c] * scores[c]
    }
    for c in count..<scores.count { scores[c] = 0 }
  }

  func model() -> LinearModel {
    var bytes = [Int8](repeating: 0, count: (used + 1) * width)
    var scales = [Float](repeating: 0, count: used + 1)
    for row in 0..<used {
      var most: Float = 0
      for c in 0..<width { most = max(most, abs(weights[row * width + c])) }
      guard most > 0 else { continue }
      scales[row] = most / 127
      for c in 0..<width { bytes[row * width + c] = Int8((weights[row * width + c] / most * 127).rounded()) }
    }
    return LinearModel(
      labels: labels, width: width, index: Numbers(index), weights: Numbers(bytes), scales: Numbers(scales), bias: bias)
  }
}

/// Chance from a seed (SplitMix64), the same on every machine.
struct Shuffle {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  /// An order of all keys that leaves the others where they are when one is added or taken away: what is learnt changes
  /// near a new sentence, and not everywhere because all others came in another order.
  static func order(of keys: [UInt64], seed: UInt64) -> [Int32] {
    var mixed: [(UInt64, Int32)] = []
    mixed.reserveCapacity(keys.count)
    for (place, key) in keys.enumerated() {
      var random = Shuffle(seed: key ^ seed &* 0x9E37_79B9_7F4A_7C15)
      mixed.append((random.next(), Int32(place)))
    }
    mixed.sort { ($0.0, $0.1) < ($1.0, $1.1) }
    return mixed.map(\.1)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
  mutating func below(_ count: Int) -> Int { count <= 1 ? 0 : Int(next() % UInt64(count)) }
}
