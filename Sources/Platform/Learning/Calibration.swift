#if canImport(Glibc)
  import Glibc
#endif

/// How far confidence is from frequency, and the one number that brings them together.
package enum Calibration {
  /// Expected calibration error: the distance of mean confidence from accuracy, over equally wide bins, weighted by size.
  package static func error(confidences: [Double], areRight: [Bool], bins: Int = 10) -> Double {
    var sums = [(count: Int, right: Int, confidence: Double)](repeating: (0, 0, 0), count: bins)
    for (confidence, isRight) in zip(confidences, areRight) {
      let bin = min(bins - 1, max(0, Int(confidence * Double(bins))))
      sums[bin].count += 1
      sums[bin].right += isRight ? 1 : 0
      sums[bin].confidence += confidence
    }
    let distance = sums.reduce(0) { $0 + abs($1.confidence - Double($1.right)) }
    return distance / Double(max(1, confidences.count))
  }

  /// What each source's scores are multiplied with, so that their sum makes the labels most likely: a convex search with
  /// a weight a source, none below zero (Newton's method).
  ///
  /// - Parameters:
  ///   - rows: by sentence, by source, by label. A source without scores for a sentence is left out.
  ///   - start: where the search begins and what it is drawn towards when there are few sentences.
  static func mix(_ rows: [[[Float]]], labels: [Int], start: [Float]) -> [Float] {
    var mix = start.map(Double.init)
    var free = Array(start.indices.filter { start[$0] > 0 })
    // Three sentences' worth of trust in the start.
    let ridge = 3.0
    var isSettled = false
    while !isSettled, !free.isEmpty {
      for _ in 0..<12 {
        var gradient = free.map { ridge * (Double(start[$0]) - mix[$0]) }
        var curvature = free.map { _ in [Double](repeating: 0, count: free.count) }
        for index in free.indices { curvature[index][index] = ridge }
        let parts = Shards.map(rows.count) { range in
          [slope(rows[range], labels[range], mix, free)]
        }
        for part in parts {
          for i in free.indices {
            gradient[i] += part.gradient[i]
            for j in free.indices { curvature[i][j] += part.curvature[i][j] }
          }
        }
        let step = SmallLogistic.solve(curvature, gradient)
        for (index, source) in free.enumerated() { mix[source] += max(-1, min(1, step[index])) }
        if step.allSatisfy({ abs($0) < 1e-4 }) { break }
      }
      isSettled = free.allSatisfy { mix[$0] >= 0 }
      for source in free where mix[source] < 0 { mix[source] = 0 }
      free.removeAll { mix[$0] == 0 }
    }
    return mix.map(Float.init)
  }

  /// Gradient and curvature of the log-likelihood over the weights of the free sources.
  private static func slope(
    _ rows: ArraySlice<[[Float]]>, _ labels: ArraySlice<Int>, _ mix: [Double], _ free: [Int]
  ) -> (gradient: [Double], curvature: [[Double]]) {
    var gradient = [Double](repeating: 0, count: free.count)
    var curvature = free.map { _ in [Double](repeating: 0, count: free.count) }
    for (row, label) in zip(rows, labels) {
      guard let classes = row.first?.count, label >= 0, label < classes else { continue }
      var sum = [Float](repeating: 0, count: classes)
      for (scores, weight) in zip(row, mix) where weight != 0 {
        for index in scores.indices { sum[index] += scores[index] * Float(weight) }
      }
      let probabilities = probabilities(sum)
      let means = free.map { source in zip(row[source], probabilities).reduce(0.0) { $0 + Double($1.0 * $1.1) } }
      for (i, source) in free.enumerated() where !row[source].isEmpty {
        gradient[i] += Double(row[source][label]) - means[i]
        for (j, other) in free.enumerated().prefix(i + 1) where !row[other].isEmpty {
          var product = 0.0
          for index in 0..<classes { product += Double(probabilities[index] * row[source][index] * row[other][index]) }
          curvature[i][j] += product - means[i] * means[j]
          if i != j { curvature[j][i] = curvature[i][j] }
        }
      }
    }
    return (gradient, curvature)
  }

  static func probabilities(_ scores: [Float]) -> [Float] {
    let top = scores.max() ?? 0
    var powers = scores.map { exp($0 - top) }
    let sum = powers.reduce(0, +)
    for index in powers.indices { powers[index] /= sum }
    return powers
  }
}
