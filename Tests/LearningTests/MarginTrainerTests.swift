import Testing

@testable import Learning

@Suite("A head with a margin")
struct MarginTrainerTests {
  private func rows(_ dense: [[Float]], _ labels: [Int32]) -> TrainingRows {
    var rows = TrainingRows()
    (rows.depth, rows.dense, rows.labels) = (dense[0].count, dense.flatMap { $0 }, labels)
    rows.weights = labels.map { _ in 1 }
    return rows
  }

  private func scores(_ rows: TrainingRows, classes: Int, decay: Float = 1e-5) -> [[Float]] {
    var options = MarginTrainer.Options()
    options.decay = decay
    let head = LinearHead(
      MarginTrainer(rows, classes: classes, options: options).train(), classes: classes,
      width: MarginTrainer.width(classes), depth: rows.depth)
    return (0..<rows.count).map {
      head.scores(Array(rows.dense[($0 * rows.depth)..<(($0 + 1) * rows.depth)]), NGrams.Row())
    }
  }

  @Test("every label leads its rivals by one")
  func lead() {
    // The second axis is a hundred times shorter: rows bent so differently need their scales.
    let scores = scores(rows([[1, 0], [0, 0.01], [-1, 0]], [0, 1, 2]), classes: 3, decay: 1e-8)
    for (label, row) in scores.enumerated() {
      let rival = row.indices.filter { $0 != label }.map { row[$0] }.max() ?? 0
      #expect(row[label] - rival > 0.98)
    }
  }

  @Test("a sentence with two labels leans to the commoner by how much commoner it is")
  func contradiction() {
    // Three times one label, once the other: the least of 3(1 − d)² + (1 + d)² lies at d = ½.
    let row = scores(rows([[1], [1], [1], [1]], [0, 0, 0, 1]), classes: 2, decay: 1e-8)[0]
    #expect(abs(row[0] - row[1] - 0.5) < 0.01)
  }

  @Test("going on from where a training stood ends where more of it would have")
  func goingOn() {
    // Many rows, most of which soon lead by enough, and more labels than stand in one stretch of columns.
    let labels = (0..<400).map { Int32($0 % 40) }
    let dense = labels.enumerated().map { row, label in
      (0..<40).map { Float($0 == Int(label) ? 1 : 0) + Float((row * 7 + $0 * 3) % 11) / 40 }
    }
    let rows = rows(dense, labels)
    func train(_ iterations: Int, from start: [Float]? = nil) -> [Float] {
      var options = MarginTrainer.Options()
      options.iterations = iterations
      return MarginTrainer(rows, classes: 40, options: options).train(from: start)
    }
    let whole = train(200), halves = train(100, from: train(20))
    #expect(zip(whole, halves).allSatisfy { abs($0 - $1) < 0.02 })
    #expect(whole.contains { abs($0) > 0.2 })
  }

  @Test("weights follow their n-grams into another set of columns")
  func carried() {
    let (old, new) = (
      NGrams([WordForms("lamp on")], most: 1_000), NGrams([WordForms("lamp on"), WordForms("song")], most: 1_000)
    )
    let (depth, width) = (2, 32)
    let weights = (0..<(depth + old.width + 1) * width).map(Float.init)
    let carried = new.carried(weights, from: old, depth, width)
    #expect(carried.count == (depth + new.width + 1) * width)
    #expect(carried[..<(depth * width)] == weights[..<(depth * width)])
    #expect(carried.suffix(width) == weights.suffix(width))
    let (from, to) = (old.row(WordForms("lamp")).columns, new.row(WordForms("lamp")).columns)
    #expect(!from.isEmpty && from.count == to.count)
    for (from, to) in zip(from, to) {
      #expect(weights[(depth + Int(from)) * width] == carried[(depth + Int(to)) * width])
    }
    let unseen = new.row(WordForms("song")).columns.filter { !to.contains($0) }
    #expect(unseen.contains { carried[(depth + Int($0)) * width] == 0 })
  }

  @Test("one label alone has nothing to lead")
  func alone() {
    #expect(scores(rows([[1], [2]], [0, 0]), classes: 1) == [[0], [0]])
  }
}
