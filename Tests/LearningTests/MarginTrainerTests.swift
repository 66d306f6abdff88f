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

  @Test("one label alone has nothing to lead")
  func alone() {
    #expect(scores(rows([[1], [2]], [0, 0]), classes: 1) == [[0], [0]])
  }
}
