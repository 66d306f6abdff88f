import Base

#if canImport(Glibc)
  import Glibc
#endif

/// Logistic regression over a handful of numbers, by Newton's method; inputs are brought to one scale first.
struct SmallLogistic: Sendable {
  private var means: [Double]
  private var spreads: [Double]
  /// One a number, then the constant.
  private var weights: [Double]

  /// Fixed weights, for when there is nothing to learn from.
  init(weights: [Double], constant: Double) {
    means = [Double](repeating: 0, count: weights.count)
    spreads = [Double](repeating: 1, count: weights.count)
    self.weights = weights + [constant]
  }

  /// - Parameters:
  ///   - isOne: which rows stand for 1.
  ///   - importance: of each row.
  ///   - ridge: pull of the weights towards zero, in rows.
  init(_ rows: [[Double]], isOne: [Bool], importance: [Double], ridge: Double) {
    let width = rows.first?.count ?? 0
    let total = max(importance.reduce(0, +), .leastNormalMagnitude)
    var means = [Double](repeating: 0, count: width), spreads = means
    for (row, share) in zip(rows, importance) {
      for index in 0..<width { means[index] += row[index] * share / total }
    }
    for (row, share) in zip(rows, importance) {
      for index in 0..<width { spreads[index] += (row[index] - means[index]) * (row[index] - means[index]) * share }
    }
    spreads = spreads.map { max(1e-6, ($0 / total).squareRoot()) }
    (self.means, self.spreads) = (means, spreads)
    weights = [Double](repeating: 0, count: width + 1)
    let scaled = rows.map { scale($0) + [1] }
    for _ in 0..<25 {
      var gradient = [Double](repeating: 0, count: width + 1)
      var curvature = [[Double]](repeating: gradient, count: width + 1)
      for index in 0..<width {
        gradient[index] = -ridge * weights[index]
        curvature[index][index] = ridge
      }
      curvature[width][width] = 1e-6
      for (index, row) in scaled.enumerated() {
        let p = Self.sigmoid(zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 })
        let slack = ((isOne[index] ? 1 : 0) - p) * importance[index]
        let bend = max(1e-9, p * (1 - p)) * importance[index]
        for i in 0...width {
          gradient[i] += slack * row[i]
          for j in 0...i { curvature[i][j] += bend * row[i] * row[j] }
        }
      }
      let step = Self.solve(curvature, gradient)
      let length = step.reduce(0) { max($0, abs($1)) }
      // A long step would leap over the bowl when classes hardly overlap.
      let share = length > 3 ? 3 / length : 1
      for index in weights.indices { weights[index] += share * step[index] }
      if length < 1e-6 { break }
    }
  }

  func probability(_ row: [Double]) -> Double {
    Self.sigmoid(zip(scale(row) + [1], weights).reduce(0) { $0 + $1.0 * $1.1 })
  }

  private func scale(_ row: [Double]) -> [Double] { row.indices.map { (row[$0] - means[$0]) / spreads[$0] } }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// Solves a·x = b for a positive definite `a`, of which the lower half is given (Cholesky).
  static func solve(_ a: [[Double]], _ b: [Double]) -> [Double] {
    let n = b.count
    var l = a
    var x = b
    for i in 0..<n {
      for j in 0...i {
        var sum = a[i][j]
        for k in 0..<j { sum -= l[i][k] * l[j][k] }
        l[i][j] = i == j ? max(sum, 1e-12).squareRoot() : sum / l[j][j]
      }
    }
    for i in 0..<n {
      for k in 0..<i { x[i] -= l[i][k] * x[k] }
      x[i] /= l[i][i]
    }
    for i in (0..<n).reversed() {
      for k in i + 1..<n { x[i] -= l[k][i] * x[k] }
      x[i] /= l[i][i]
    }
    return x
  }

  // MARK: Keeping

  func write(to writer: inout DataWriter) {
    writer.array(means)
    writer.array(spreads)
    writer.array(weights)
  }

  init(from reader: inout DataReader, width: Int) throws {
    (means, spreads, weights) = (try reader.array(), try reader.array(), try reader.array())
    guard means.count == width, spreads.count == width, weights.count == width + 1 else { throw DataReader.Damaged() }
  }
}
