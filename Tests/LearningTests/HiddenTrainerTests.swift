import Testing

@testable import Learning

@Suite("The hidden layer")
struct HiddenTrainerTests {
  /// Each label has two opposite corners of a square, which no line tells apart.
  private static let corners: [(x: Float, y: Float, label: Int32)] = [
    (0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, 1),
  ]

  private func trainer(seed: UInt64 = 7) -> HiddenTrainer {
    var options = HiddenTrainer.Options()
    (options.seed, options.breadth) = (seed, 64)
    let rows = (0..<10).flatMap { _ in Self.corners }
    return HiddenTrainer(
      rows: rows.flatMap { [$0.x, $0.y, 0.5] }, depth: 3, labels: rows.map(\.label),
      weights: rows.map { _ in 1 }, classes: 2, options: options)
  }

  private func head(_ trained: [HiddenTrainer.Weights]) -> HiddenHead {
    HiddenHead(trained, classes: 2, width: MarginTrainer.width(2), depth: 3, breadth: 64)
  }

  @Test("tells apart what no line does, and still does after going on")
  func corners() {
    let trained = trainer().train()
    for nets in [trained, trainer().train(from: trained)] {
      let head = head(nets)
      for corner in Self.corners {
        let scores = head.scores([corner.x, corner.y, 0.5])
        #expect((scores[1] > scores[0]) == (corner.label == 1))
      }
    }
  }

  @Test("the same seed gives the same nets, another others, and no two nets of one seed are alike")
  func determinism() {
    let (first, again, other) = (trainer().train(), trainer().train(), trainer(seed: 8).train())
    #expect(first.map(\.first) == again.map(\.first) && first.map(\.secondBias) == again.map(\.secondBias))
    #expect(first[0].first != other[0].first && first[0].first != first[1].first)
  }

  @Test("rows that are all alike are no trouble")
  func alike() {
    let trainer = HiddenTrainer(
      rows: [1, 1, 1, 1], depth: 2, labels: [0, 0], weights: [1, 1], classes: 1, options: .init())
    let width = MarginTrainer.width(1)
    let head = HiddenHead(
      trainer.train(), classes: 1, width: width, depth: 2, breadth: HiddenTrainer.Options().breadth)
    #expect(head.scores([1, 1]).count == 1 && head.scores([1, 1])[0].isFinite)
  }
}
