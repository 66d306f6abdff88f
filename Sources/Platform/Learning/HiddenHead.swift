import CVectors

/// Scores of all labels from dense numbers through a hidden layer, the mean of a few such nets that were trained apart.
struct HiddenHead: Sendable {
  /// One net: dense numbers to hidden ones, of which the positive go on, to scores.
  struct Net: Sendable {
    /// `depth × breadth`
    let first: Numbers<Float>
    /// `breadth`
    let firstBias: Numbers<Float>
    /// `breadth × width`
    let second: Numbers<Float>
    /// `width`
    let secondBias: Numbers<Float>
  }

  let classes: Int
  let width: Int
  let depth: Int
  let breadth: Int
  let nets: [Net]

  init(_ trained: [HiddenTrainer.Weights], classes: Int, width: Int, depth: Int, breadth: Int) {
    (self.classes, self.width, self.depth, self.breadth) = (classes, width, depth, breadth)
    nets = trained.map { trained in
      // The trainer's rows are moved and stretched; here the weights are, so that a text's numbers go in as they are.
      let first = trained.first.map { $0 * trained.scale }
      var bias = trained.firstBias
      for (row, mean) in trained.mean.enumerated() {
        for column in bias.indices { bias[column] -= mean * first[row * breadth + column] }
      }
      return Net(
        first: Numbers(first), firstBias: Numbers(bias), second: Numbers(trained.second),
        secondBias: Numbers(trained.secondBias))
    }
  }

  init(from reader: inout DataReader, classes: Int) throws {
    self.classes = classes
    (width, depth, breadth) = (try reader.int(), try reader.int(), try reader.int())
    nets = try reader.list {
      Net(
        first: try $0.numbers(), firstBias: try $0.numbers(), second: try $0.numbers(), secondBias: try $0.numbers())
    }
    let (width, depth, breadth) = (width, depth, breadth)
    // What the kernels index without looking.
    guard [width, breadth].allSatisfy({ $0 > 0 && $0 % 32 == 0 && $0 < 1 << 24 }), (1..<1 << 24).contains(depth),
      classes > 0, classes <= width, !nets.isEmpty,
      nets.allSatisfy({
        $0.first.count == depth * breadth && $0.firstBias.count == breadth && $0.second.count == breadth * width
          && $0.secondBias.count == width
      })
    else { throw DataReader.Damaged() }
  }

  func write(to writer: inout DataWriter) {
    for number in [width, depth, breadth] { writer.number(number) }
    writer.list(nets) {
      for numbers in [$1.first, $1.firstBias, $1.second, $1.secondBias] { $0.array(numbers.array) }
    }
  }

  /// - Parameter numbers: at least `depth`.
  func scores(_ numbers: [Float]) -> [Float] {
    precondition(numbers.count >= depth)
    var sum = [Float](repeating: 0, count: classes)
    for net in nets {
      var hidden = net.firstBias.array, scores = net.secondBias.array
      net.first.withUnsafeBufferPointer { th_dense_scores(numbers, 1, depth, $0.baseAddress, breadth, &hidden) }
      for index in hidden.indices where hidden[index] < 0 { hidden[index] = 0 }
      net.second.withUnsafeBufferPointer { th_dense_scores(hidden, 1, breadth, $0.baseAddress, width, &scores) }
      for index in sum.indices { sum[index] += scores[index] / Float(nets.count) }
    }
    return sum
  }
}
