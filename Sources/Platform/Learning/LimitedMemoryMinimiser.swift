import CVectors

/// L-BFGS (Nocedal and Wright, algorithm 7.5) with a backtracking line search, for smooth convex functions of many
/// numbers that stand in rows.
struct LimitedMemoryMinimiser {
  private struct Step {
    var move: [Float]
    var change: [Float]
    /// 1 / (move · change)
    var inverse: Double
    /// change · (scales × change)
    var bend: Double
  }

  private let count: Int
  private let memory: Int
  /// By row, how far to go for a slope of one, as far as that is known beforehand: where rows are bent very differently,
  /// this halves the iterations.
  private let scales: [Float]
  private var steps: [Step] = []

  /// - Parameter scales: one a row; `count` is a multiple of how many there are.
  init(count: Int, memory: Int, scales: [Float]) {
    precondition(count % scales.count == 0)
    self.count = count
    self.memory = memory
    self.scales = scales
  }

  /// From the given point, until the iterations are used up or nothing improves by more than a millionth.
  ///
  /// - Parameter function: gives the value at the point and writes the gradient there.
  mutating func minimise(
    from start: [Float], iterations: Int, _ function: ([Float], inout [Float]) -> Double
  ) -> [Float] {
    var point = start
    var gradient = [Float](repeating: 0, count: count)
    var value = function(point, &gradient)
    var trial = point, trialGradient = gradient
    for _ in 0..<iterations {
      let direction = self.direction(gradient)
      let slope = dot(direction, gradient)
      guard slope < 0 else { break }
      var length = steps.isEmpty ? Float(1 / max(1e-12, (-slope).squareRoot())) : 1
      var isLower = false
      var next = value
      for _ in 0..<12 {
        copy(point, into: &trial)
        add(direction, length, to: &trial)
        next = function(trial, &trialGradient)
        if next <= value + 1e-4 * Double(length) * slope {
          isLower = true
          break
        }
        length *= 0.4
      }
      guard isLower else { break }
      remember(from: point, to: trial, gradient, trialGradient)
      swap(&point, &trial)
      swap(&gradient, &trialGradient)
      let gain = value - next
      value = next
      if gain < 1e-6 * max(1e-3, abs(value)) { break }
    }
    return point
  }

  private mutating func remember(from: [Float], to: [Float], _ before: [Float], _ after: [Float]) {
    var step = steps.count < memory ? Step(move: to, change: after, inverse: 0, bend: 0) : steps.removeFirst()
    if steps.count + 1 == memory {
      copy(to, into: &step.move)
      copy(after, into: &step.change)
    }
    add(from, -1, to: &step.move)
    add(before, -1, to: &step.change)
    let product = dot(step.move, step.change)
    // Without curvature along the step the pair would spoil the estimate.
    guard product > 1e-12 * dot(step.change, step.change) else { return }
    step.inverse = 1 / product
    var scaled = step.change
    scale(&scaled)
    step.bend = dot(step.change, scaled)
    steps.append(step)
  }

  /// −H·gradient, H being the estimate of the inverse curvature.
  private func direction(_ gradient: [Float]) -> [Float] {
    var direction = gradient
    var shares: [Double] = []
    for step in steps.reversed() {
      let share = step.inverse * dot(step.move, direction)
      shares.append(share)
      add(step.change, Float(-share), to: &direction)
    }
    scale(&direction)
    if let last = steps.last {
      let length = Float(1 / (last.inverse * max(1e-30, last.bend)))
      add(direction, length - 1, to: &direction)
    }
    for (step, share) in zip(steps, shares.reversed()) {
      let back = step.inverse * dot(step.change, direction)
      add(step.move, Float(share - back), to: &direction)
    }
    add(direction, -2, to: &direction)
    return direction
  }

  private func dot(_ a: [Float], _ b: [Float]) -> Double {
    a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in th_dot(a.baseAddress, b.baseAddress, count) } }
  }

  private func scale(_ rows: inout [Float]) {
    rows.withUnsafeMutableBufferPointer { th_scale_rows($0.baseAddress, scales, scales.count, count / scales.count) }
  }

  private func add(_ x: [Float], _ scale: Float, to y: inout [Float]) {
    x.withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in th_add_scaled(y.baseAddress, x.baseAddress, scale, count) }
    }
  }

  private func copy(_ x: [Float], into y: inout [Float]) {
    x.withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        guard let from = x.baseAddress, let into = y.baseAddress else { return }
        into.update(from: from, count: count)
      }
    }
  }
}
