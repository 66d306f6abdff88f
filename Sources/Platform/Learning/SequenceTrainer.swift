import Base
import CVectors

#if canImport(Glibc)
  import Glibc
#endif

/// Trains small nets that read words in their order, from nothing but the sentences themselves: a word is the sum of its runs
/// of letters, three words side by side are looked at together, and of what is found the most and the mean count.
///
/// A sentence encoder knows the language that it was made from; these know how the people write whose sentences they are,
/// which is what tells intents apart in romanised Hindi. Each net is one thread's and has a seed of its own.
struct SequenceTrainer {
  struct Options: Sendable {
    var seed: UInt64 = 7
    var nets = 2
    /// How often each row is seen, and how many steps there are at least.
    var passes = 15
    var leastSteps = 750
    /// How far the first steps go; the later, the less far.
    var rate: Float = 2e-3
    var decay: Float = 0.01
  }

  /// A net as it is trained.
  struct Weights: Sendable {
    /// `columns × wordDepth`
    var runs: [Float]
    /// `3 × wordDepth × breadth`
    var first: [Float]
    var firstBias: [Float]
    /// `2 × breadth × width`: for the most, then for the mean.
    var second: [Float]
    var secondBias: [Float]
  }

  /// Numbers of a word, and what is looked for in three of them; multiples of 32.
  static let wordDepth = 128
  static let breadth = 256
  /// Rows a step.
  private static let batch = 32

  /// By row: the columns of each word.
  let rows: [[[UInt32]]]
  let columns: Int
  let labels: [Int32]
  /// What each row weighs in the loss.
  let weights: [Float]
  let classes: Int
  let options: Options

  func train() -> [Weights] {
    var nets = (0..<options.nets).map { begun($0) }
    // each word once: most are said again and again
    var numbers: [[UInt32]: Int32] = [:], words: [[UInt32]] = []
    let said = rows.map { row in
      row.map { word -> Int32 in
        if let number = numbers[word] { return number }
        numbers[word] = Int32(words.count)
        words.append(word)
        return Int32(words.count - 1)
      }
    }
    let total = self.weights.reduce(0, +) / Float(max(1, self.weights.count))
    let shares = self.weights.map { $0 / max(total, .leastNormalMagnitude) }
    _ = Shards.run(&nets) { place, net in
      var course = SequenceCourse(
        self, net, words, said, shares, seed: options.seed &+ UInt64(place) &* 0x9E37 &+ 0x5E9)
      net = course.run(batch: Self.batch)
    }
    return nets
  }

  private func begun(_ place: Int) -> Weights {
    let random = SeededRandom(seed: options.seed &* 37 &+ UInt64(place))
    // even chances between two bounds: their spread is the bound over √3
    func drawn(_ count: Int, _ spread: Float) -> [Float] {
      let bound = spread * Float(3).squareRoot()
      return (0..<count).map { _ in (Float(random.next() >> 40) / Float(1 << 23) - 1) * bound }
    }
    let (depth, breadth, width) = (Self.wordDepth, Self.breadth, MarginTrainer.width(classes))
    return Weights(
      runs: drawn(columns * depth, 0.3), first: drawn(3 * depth * breadth, 1 / Float(3 * depth).squareRoot()),
      firstBias: [Float](repeating: 0, count: breadth), second: drawn(2 * breadth * width, 0.05),
      secondBias: [Float](repeating: 0, count: width))
  }
}

/// One net's way through all steps.
private struct SequenceCourse {
  private static let depth = SequenceTrainer.wordDepth
  private static let breadth = SequenceTrainer.breadth
  /// Of 256, how many runs of letters, words, numbers of words and findings stay in a step: none may be relied on.
  private static let (runsKept, wordsKept, numbersKept, findingsKept): (UInt8, UInt8, UInt8, UInt8) = (
    179, 230, 205, 128
  )

  private let trainer: SequenceTrainer
  private let words: [[UInt32]]
  private let said: [[Int32]]
  private let shares: [Float]
  private var runs, first, firstBias, second, secondBias: AdamWeights
  /// By column: the step in which it was moved last.
  private var moved: [Int32]
  private var chance: Chance

  init(
    _ trainer: SequenceTrainer, _ net: SequenceTrainer.Weights, _ words: [[UInt32]], _ said: [[Int32]],
    _ shares: [Float], seed: UInt64
  ) {
    (self.trainer, self.words, self.said, self.shares) = (trainer, words, said, shares)
    let decay = trainer.options.decay
    (runs, first, second) = (
      AdamWeights(net.runs, decay: decay), AdamWeights(net.first, decay: decay), AdamWeights(net.second, decay: decay)
    )
    (firstBias, secondBias) = (AdamWeights(net.firstBias, decay: 0), AdamWeights(net.secondBias, decay: 0))
    moved = [Int32](repeating: 0, count: trainer.columns)
    chance = Chance(SeededRandom(seed: seed))
  }

  mutating func run(batch: Int) -> SequenceTrainer.Weights {
    let count = trainer.labels.count, size = min(batch, count)
    let steps = max(trainer.options.leastSteps, trainer.options.passes * count / max(1, size))
    let most = trainer.options.rate
    let rate = { (number: Int) in most * min(1, Float(number) / 50) * (1 - Float(number - 1) / Float(steps)) }
    var order = Array(0..<count), next = count
    for number in 1...steps {
      if next + size > count {
        for index in order.indices.reversed() where index > 0 { order.swapAt(index, chance.random.below(index + 1)) }
        next = 0
      }
      let columns = step(Array(order[next..<next + size]))
      next += size
      runs.step(rows: columns, width: Self.depth, number, rate: rate, last: &moved)
      first.step(rate(number), number)
      firstBias.step(rate(number), number)
      second.step(rate(number), number)
      secondBias.step(rate(number), number)
    }
    for column in 0..<trainer.columns { runs.catchUp(column, Self.depth, to: steps, rate, &moved) }
    return SequenceTrainer.Weights(
      runs: runs.weights, first: first.weights, firstBias: firstBias.weights, second: second.weights,
      secondBias: secondBias.weights)
  }

  /// The words of a step's rows: each once, with the runs of letters that are not left out.
  private struct Words {
    /// Marks into the columns, as sparse rows have them.
    var starts: [Int64] = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    /// `count × depth`
    var numbers: [Float] = []
    var count: Int { starts.count - 1 }
  }

  private mutating func words(of chosen: [Int]) -> (words: Words, places: [Int32]) {
    var found = Words(), number: [Int32: Int32] = [:], places: [Int32] = []
    for row in chosen {
      for word in said[row] {
        if let known = number[word] {
          places.append(known)
          continue
        }
        let kept = words[Int(word)].filter { _ in chance.keeps(Self.runsKept) }
        found.columns += kept
        found.values += [Float](repeating: SequenceHead.share(kept.count), count: kept.count)
        found.starts.append(Int64(found.columns.count))
        number[word] = Int32(found.count - 1)
        places.append(Int32(found.count - 1))
      }
    }
    found.numbers = [Float](repeating: 0, count: found.count * Self.depth)
    th_sparse_scores(
      found.starts, found.columns, found.values, found.count, runs.weights, Self.depth, &found.numbers)
    return (found, places)
  }

  /// Adds up the slopes of one step's rows. - Returns: the columns that have one.
  private mutating func step(_ chosen: [Int]) -> [Int] {
    let (depth, breadth) = (Self.depth, Self.breadth)
    let (found, places) = words(of: chosen)
    let n = places.count
    // the numbers of each place, some left out
    let factor = 256 / Float(Self.numbersKept)
    var mask = [Float](repeating: 0, count: n * depth)
    for place in 0..<n where chance.keeps(Self.wordsKept) {
      for index in place * depth..<(place + 1) * depth where chance.keeps(Self.numbersKept) { mask[index] = factor }
    }
    var line = [Float](repeating: 0, count: n * depth)
    for place in 0..<n {
      let from = Int(places[place]) * depth
      for index in 0..<depth { line[place * depth + index] = found.numbers[from + index] * mask[place * depth + index] }
    }
    let lengths = chosen.map { Int32(said[$0].count) }
    var windows = [Float](repeating: 0, count: n * 3 * depth)
    th_windows(line, lengths, chosen.count, depth, &windows)
    var findings = Self.repeated(firstBias.weights, n)
    th_dense_scores(windows, n, 3 * depth, first.weights, breadth, &findings)
    var sums = [Float](repeating: 0, count: chosen.count * 2 * breadth)
    th_most_and_mean(&findings, lengths, chosen.count, breadth, &sums)
    let whole = sums
    var left = [Float](repeating: 0, count: sums.count)
    for index in left.indices where chance.keeps(Self.findingsKept) { left[index] = 256 / Float(Self.findingsKept) }
    for index in sums.indices { sums[index] *= left[index] }
    // forward to the labels, and back
    let width = secondBias.weights.count
    var scores = Self.repeated(secondBias.weights, chosen.count)
    th_dense_scores(sums, chosen.count, 2 * breadth, second.weights, width, &scores)
    Likelihood.residuals(
      &scores, width: width, classes: trainer.classes,
      chosen.map { (trainer.labels[$0], shares[$0] / Float(chosen.count)) })
    th_dense_gradient(sums, chosen.count, 2 * breadth, scores, width, &second.slopes)
    var sumSlopes = [Float](repeating: 0, count: sums.count)
    th_dense_scores(
      scores, chosen.count, width, Self.turned(second.weights, 2 * breadth, width), 2 * breadth, &sumSlopes)
    for index in sumSlopes.indices { sumSlopes[index] *= left[index] }
    for row in chosen.indices {
      for column in 0..<width { secondBias.slopes[column] += scores[row * width + column] }
    }
    var findingSlopes = [Float](repeating: 0, count: findings.count)
    th_most_and_mean_gradient(
      findings, whole, sumSlopes, lengths, chosen.count, breadth, &findingSlopes)
    th_dense_gradient(windows, n, 3 * depth, findingSlopes, breadth, &first.slopes)
    firstBias.slopes.withUnsafeMutableBufferPointer { slopes in
      for place in 0..<n {
        findingSlopes.withUnsafeBufferPointer {
          guard let to = slopes.baseAddress, let from = $0.baseAddress else { return }
          th_add_scaled(to, from + place * breadth, 1, breadth)
        }
      }
    }
    var windowSlopes = [Float](repeating: 0, count: n * 3 * depth)
    th_dense_scores(
      findingSlopes, n, breadth, Self.turned(first.weights, 3 * depth, breadth), 3 * depth, &windowSlopes)
    var lineSlopes = [Float](repeating: 0, count: n * depth)
    th_windows_gradient(windowSlopes, lengths, chosen.count, depth, &lineSlopes)
    let wordSlopes = Self.wordSlopes(lineSlopes, mask, places, words: found.count)
    th_sparse_gradient(
      found.starts, found.columns, found.values, found.count, wordSlopes, depth, &runs.slopes)
    return Set(found.columns).sorted().map(Int.init)
  }

  private static func wordSlopes(_ line: [Float], _ mask: [Float], _ places: [Int32], words: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: words * depth) { slopes, count in
      slopes.update(repeating: 0)
      line.withUnsafeBufferPointer { line in
        mask.withUnsafeBufferPointer { mask in
          for (place, word) in places.enumerated() {
            let (from, to) = (place * depth, Int(word) * depth)
            for index in 0..<depth { slopes[to + index] += line[from + index] * mask[from + index] }
          }
        }
      }
      count = words * depth
    }
  }

  private static func repeated(_ row: [Float], _ times: Int) -> [Float] {
    var all: [Float] = []
    all.reserveCapacity(row.count * times)
    for _ in 0..<times { all += row }
    return all
  }

  /// Rows and columns exchanged.
  private static func turned(_ weights: [Float], _ rows: Int, _ columns: Int) -> [Float] {
    var turned = [Float](repeating: 0, count: weights.count)
    for row in 0..<rows {
      for column in 0..<columns { turned[column * rows + row] = weights[row * columns + column] }
    }
    return turned
  }
}

/// Decides what is left out, eight decisions a random number.
private struct Chance {
  let random: SeededRandom
  private var bits: UInt64 = 0
  private var left = 0

  init(_ random: SeededRandom) { self.random = random }

  /// - Parameter share: of 256.
  mutating func keeps(_ share: UInt8) -> Bool {
    if left == 0 { (bits, left) = (random.next(), 8) }
    defer { (bits, left) = (bits >> 8, left - 1) }
    return UInt8(truncatingIfNeeded: bits) < share
  }
}
