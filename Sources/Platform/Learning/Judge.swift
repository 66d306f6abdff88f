/// Fixes on sentences that training has not seen how confident a classifier may be and when it rejects.
struct Judge {
  /// A training and sentences it has not seen, all in scope.
  struct Sitting {
    var classifier: TextClassifier
    let kept: [TextClassifierTrainer.Example]
    let held: [TextClassifierTrainer.Example]
  }

  let trainer: TextClassifierTrainer
  let intents: [String]
  let outOfScope: [TextClassifierTrainer.Example]

  init(_ trainer: TextClassifierTrainer, _ intents: [String], _ outOfScope: [TextClassifierTrainer.Example]) {
    self.trainer = trainer
    self.intents = intents
    self.outOfScope = outOfScope
  }

  /// With fewer examples of what is out of scope, intents are left out of a second training and stand for it.
  private static let enoughOutOfScope = 30
  private static let shareLeftOut = 4
  /// Left-out trainings teach the detector's weights only; more sentences would not change them.
  private static let leftOutExamples = 2_500
  private static let leftOutIterations = 25
  /// What all sentences out of scope weigh beside those in scope.
  private static let outOfScopeWeight = 0.25

  /// - Returns: what goes for a training on all the sentences that the sittings share.
  func judgement(_ sittings: [Sitting]) throws -> (mix: [Float], detector: OutOfScopeDetector) {
    var sittings = sittings
    var evidence: [[[Float]]] = [], labels: [Int] = []
    let rows = try sittings.map { try features($0.held, $0.classifier) }
    for (sitting, rows) in zip(sittings, rows) {
      evidence += Shards.map(rows.count) { range in range.map { sitting.classifier.evidence(rows[$0]).scores } }
      labels += sitting.held.map { example in intents.firstIndex { $0 == example.intent } ?? -1 }
    }
    let mix = Calibration.mix(evidence, labels: labels, start: sittings[0].classifier.mix)
    for index in sittings.indices { sittings[index].classifier.mix = mix }
    let inScope = zip(sittings, rows).flatMap { signals($1, $0.classifier) }
    var known = inScope
    var unknown = try sittings.prefix(1).flatMap { signals(try features(outOfScope, $0.classifier), $0.classifier) }
    if outOfScope.count < Self.enoughOutOfScope {
      let (left, kept) = try leavingOut(sittings)
      known += kept
      unknown += left
    }
    let detector = OutOfScopeDetector.fitted(
      inScope: known, outOfScope: unknown, importance: Self.outOfScopeWeight, rejecting: trainer.options.rejecting,
      judge: inScope)
    return (mix, detector)
  }

  /// Signals of held-out sentences whose intents another training has not seen, and of those it has.
  private func leavingOut(
    _ sittings: [Sitting]
  ) throws -> (left: [OutOfScopeDetector.Signals], kept: [OutOfScopeDetector.Signals]) {
    guard intents.count >= Self.shareLeftOut, sittings.reduce(0, { $0 + $1.held.count }) >= 16 else { return ([], []) }
    var left: [OutOfScopeDetector.Signals] = [], kept: [OutOfScopeDetector.Signals] = []
    // Intents of one domain stand together in the alphabet as often as not; every fourth one is a fair choice.
    for turn in 0..<max(2, sittings.count) {
      let sitting = sittings[turn % sittings.count]
      let gone = Set(intents.enumerated().filter { ($0.offset + turn) % Self.shareLeftOut == 0 }.map(\.element))
      let others = sitting.kept.filter { !gone.contains($0.intent ?? "") }
      // Files are often sorted by intent: every n-th sentence leaves some of each.
      let step = max(1, others.count / Self.leftOutExamples)
      let some = stride(from: 0, to: others.count, by: step).map { others[$0] }
      var course = Course(trainer, some, intents.filter { !gone.contains($0) })
      course.iterations = Self.leftOutIterations
      course.isHasty = true
      var partial = try course.train().classifier
      partial.mix = sitting.classifier.mix
      let all = signals(try features(sitting.held, partial), partial)
      for (example, signals) in zip(sitting.held, all) {
        if gone.contains(example.intent ?? "") { left.append(signals) } else { kept.append(signals) }
      }
    }
    return (left, kept)
  }

  private func features(
    _ examples: [TextClassifierTrainer.Example], _ classifier: TextClassifier
  ) throws -> [FeatureRow] {
    try FeatureMaker(
      grams: classifier.grams, words: classifier.sequence?.words, repair: classifier.repair, vectors: trainer.vectors,
      extras: trainer.extras
    ).rows(examples.map(\.query))
  }

  private func signals(_ rows: [FeatureRow], _ classifier: TextClassifier) -> [OutOfScopeDetector.Signals] {
    Shards.map(rows.count) { range in range.map { classifier.view(rows[$0]).signals } }
  }
}
