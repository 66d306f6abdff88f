import Base
import CVectors

#if canImport(Glibc)
  import Glibc
#endif

/// Trains nets with one hidden layer whose labels are most likely, by small steps after a few rows each (Adam), most
/// hidden numbers left out at random at every step so that none relies on another.
///
/// Each net is one thread's from start to end and has a seed of its own: the result does not depend on how many cores
/// there are.
struct HiddenTrainer {
  struct Options: Sendable {
    var seed: UInt64 = 7
    var nets = 2
    /// Hidden numbers a net, a multiple of 32.
    var breadth = 256
    /// Of 256 hidden numbers, how many stay in a step.
    var kept: UInt8 = 72
    /// How often each row is seen, and how many steps there are at least.
    var passes = 14
    var leastSteps = 240
    /// How far the first steps go.
    var rate: Float = 2e-3
    var decay: Float = 0.01
  }

  /// A net as it is trained: on rows less their mean, times a scale.
  struct Weights: Sendable {
    var mean: [Float]
    var scale: Float
    var first: [Float]
    var firstBias: [Float]
    var second: [Float]
    var secondBias: [Float]
  }

  /// Rows a step.
  private static let batch = 128

  /// `labels.count × depth`
  let rows: [Float]
  let depth: Int
  let labels: [Int32]
  /// What each row weighs in the loss.
  let weights: [Float]
  let classes: Int
  let options: Options

  /// - Parameter start: nets to go on from.
  func train(from start: [Weights]? = nil) -> [Weights] {
    var nets = start ?? begun()
    let mean = nets[0].mean, scale = nets[0].scale
    let total = weights.reduce(0, +) / Float(max(1, weights.count))
    let shares = weights.map { $0 / max(total, .leastNormalMagnitude) }
    _ = Shards.run(&nets) { place, net in
      var course = HiddenCourse(self, net, shares, seed: options.seed &+ UInt64(place) &* 0x9E37)
      net = course.run(mean: mean, scale: scale, batch: Self.batch)
    }
    return nets
  }

  private func begun() -> [Weights] {
    var mean = [Float](repeating: 0, count: depth)
    for row in 0..<labels.count {
      for column in 0..<depth { mean[column] += rows[row * depth + column] / Float(labels.count) }
    }
    var square = 0.0
    for row in 0..<labels.count {
      var sum: Float = 0
      for column in 0..<depth {
        let way = rows[row * depth + column] - mean[column]
        sum += way * way
      }
      square += Double(sum)
    }
    // Rows that are all alike have nothing to stretch.
    let scale = Float(1 / max(1e-3, (square / Double(max(1, rows.count))).squareRoot()))
    let (breadth, width) = (options.breadth, MarginTrainer.width(classes))
    return (0..<options.nets).map { place in
      let random = SeededRandom(seed: options.seed &* 31 &+ UInt64(place))
      // Even chances between two bounds, whose spread is that of He and others (2015).
      func drawn(_ count: Int, _ bound: Float) -> [Float] {
        (0..<count).map { _ in (Float(random.next() >> 40) / Float(1 << 23) - 1) * bound }
      }
      return Weights(
        mean: mean, scale: scale, first: drawn(depth * breadth, (6 / Float(depth)).squareRoot()),
        firstBias: [Float](repeating: 0, count: breadth),
        second: drawn(breadth * width, (0.75 / Float(breadth)).squareRoot()),
        secondBias: [Float](repeating: 0, count: width))
    }
  }
}

/// One net's way through all steps.
private struct HiddenCourse {
  private let trainer: HiddenTrainer
  private let shares: [Float]
  private var first, firstBias, second, secondBias: AdamWeights
  private let random: SeededRandom

  init(_ trainer: HiddenTrainer, _ net: HiddenTrainer.Weights, _ shares: [Float], seed: UInt64) {
    self.trainer = trainer
    self.shares = shares
    let decay = trainer.options.decay
    (first, second) = (AdamWeights(net.first, decay: decay), AdamWeights(net.second, decay: decay))
    (firstBias, secondBias) = (AdamWeights(net.firstBias, decay: 0), AdamWeights(net.secondBias, decay: 0))
    random = SeededRandom(seed: seed)
  }

  mutating func run(mean: [Float], scale: Float, batch: Int) -> HiddenTrainer.Weights {
    let count = trainer.labels.count, size = min(batch, count)
    let steps = max(trainer.options.leastSteps, trainer.options.passes * count / max(1, size))
    var order = Array(0..<count), next = count
    var rows = [Float](repeating: 0, count: size * trainer.depth)
    for number in 1...steps {
      if next + size > count {
        for index in order.indices.reversed() where index > 0 { order.swapAt(index, random.below(index + 1)) }
        next = 0
      }
      let some = order[next..<next + size]
      next += size
      for (place, row) in some.enumerated() {
        for column in 0..<trainer.depth {
          rows[place * trainer.depth + column] = (trainer.rows[row * trainer.depth + column] - mean[column]) * scale
        }
      }
      let share = Float(number) / Float(steps)
      let rate = trainer.options.rate * min(1, Float(number) / 50) * 0.5 * (1 + cos(.pi * share))
      step(rows, Array(some))
      first.step(rate, number)
      firstBias.step(rate, number)
      second.step(rate, number)
      secondBias.step(rate, number)
    }
    return HiddenTrainer.Weights(
      mean: mean, scale: scale, first: first.weights, firstBias: firstBias.weights, second: second.weights,
      secondBias: secondBias.weights)
  }

  /// Adds up the slopes of one step's rows.
  private mutating func step(_ rows: [Float], _ chosen: [Int]) {
    let (n, depth, breadth) = (chosen.count, trainer.depth, trainer.options.breadth)
    let width = secondBias.weights.count
    var hidden = (0..<n).flatMap { _ in firstBias.weights }
    th_dense_scores(rows, n, depth, first.weights, breadth, &hidden)
    let mask = mask(hidden)
    for index in hidden.indices { hidden[index] *= mask[index] }
    var scores = (0..<n).flatMap { _ in secondBias.weights }
    th_dense_scores(hidden, n, breadth, second.weights, width, &scores)
    Likelihood.residuals(
      &scores, width: width, classes: trainer.classes,
      chosen.map { (trainer.labels[$0], shares[$0] / Float(chosen.count)) })
    th_dense_gradient(hidden, n, breadth, scores, width, &second.slopes)
    // Back through the second layer: its weights with rows and columns exchanged.
    var turned = [Float](repeating: 0, count: width * breadth)
    for row in 0..<breadth {
      for column in 0..<width { turned[column * breadth + row] = second.weights[row * width + column] }
    }
    var slopes = [Float](repeating: 0, count: n * breadth)
    th_dense_scores(scores, n, width, turned, breadth, &slopes)
    for index in slopes.indices { slopes[index] *= mask[index] }
    th_dense_gradient(rows, n, depth, slopes, breadth, &first.slopes)
    for row in 0..<n {
      for column in 0..<breadth { firstBias.slopes[column] += slopes[row * breadth + column] }
      for column in 0..<width { secondBias.slopes[column] += scores[row * width + column] }
    }
  }

  /// What each hidden number is multiplied with: 0 where it is negative or left out, else what keeps their sum.
  private func mask(_ hidden: [Float]) -> [Float] {
    let kept = trainer.options.kept, factor = 256 / Float(trainer.options.kept)
    var bits: UInt64 = 0
    return hidden.indices.map { index in
      if index % 8 == 0 { bits = random.next() } else { bits >>= 8 }
      return hidden[index] > 0 && UInt8(truncatingIfNeeded: bits) < kept ? factor : 0
    }
  }
}
