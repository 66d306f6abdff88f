/// Fixes on sentences that training has not seen how confident a classifier may be and when it rejects.
struct Judge {
  let trainer: TextClassifierTrainer
  /// In scope.
  let held: [TextClassifierTrainer.Example]
  let outOfScope: [TextClassifierTrainer.Example]

  /// With fewer examples of what is out of scope, intents are left out of a second training and stand for it.
  private static let enoughOutOfScope = 30
  private static let shareLeftOut = 4
  /// Left-out trainings teach the detector's weights only; more sentences would not change them.
  private static let leftOutExamples = 2_500
  private static let leftOutIterations = 25
  /// What all sentences out of scope weigh beside those in scope.
  private static let outOfScopeWeight = 0.25

  func judged(
    _ trained: TextClassifier, intents: [String], examples: [TextClassifierTrainer.Example]
  ) throws -> TextClassifier {
    var classifier = trained
    let rows = try features(held, classifier)
    let labels = held.map { example in intents.firstIndex { $0 == example.intent } ?? -1 }
    let evidence = Shards.map(rows.count) { range in range.map { classifier.evidence(rows[$0]).scores } }
    classifier.mix = Calibration.mix(evidence, labels: labels, start: classifier.mix)
    let inScope = signals(rows, classifier)
    var known = inScope
    var unknown = signals(try features(outOfScope, classifier), classifier)
    if outOfScope.count < Self.enoughOutOfScope {
      let (left, kept) = try leavingOut(classifier, intents, examples)
      known += kept
      unknown += left
    }
    classifier.detector = .fitted(
      inScope: known, outOfScope: unknown, importance: Self.outOfScopeWeight, rejecting: trainer.options.rejecting,
      judge: inScope)
    return classifier
  }

  /// Signals of held-out sentences whose intents another training has not seen, and of those it has.
  private func leavingOut(
    _ classifier: TextClassifier, _ intents: [String], _ examples: [TextClassifierTrainer.Example]
  ) throws -> (left: [OutOfScopeDetector.Signals], kept: [OutOfScopeDetector.Signals]) {
    guard intents.count >= Self.shareLeftOut, held.count >= 16 else { return ([], []) }
    var left: [OutOfScopeDetector.Signals] = [], kept: [OutOfScopeDetector.Signals] = []
    // Intents of one domain stand together in the alphabet as often as not; every fourth one is a fair choice.
    for turn in 0..<2 {
      let gone = Set(intents.enumerated().filter { $0.offset % Self.shareLeftOut == turn }.map(\.element))
      let others = examples.filter { !gone.contains($0.intent ?? "") }
      // Files are often sorted by intent: every n-th sentence leaves some of each.
      let step = max(1, others.count / Self.leftOutExamples)
      let some = stride(from: 0, to: others.count, by: step).map { others[$0] }
      var course = Course(trainer, some, intents.filter { !gone.contains($0) })
      course.iterations = Self.leftOutIterations
      var partial = try course.train()
      partial.mix = classifier.mix
      let all = signals(try features(held, partial), partial)
      for (example, signals) in zip(held, all) {
        if gone.contains(example.intent ?? "") { left.append(signals) } else { kept.append(signals) }
      }
    }
    return (left, kept)
  }

  private func features(
    _ examples: [TextClassifierTrainer.Example], _ classifier: TextClassifier
  ) throws -> [FeatureRow] {
    try FeatureMaker(
      grams: classifier.grams, repair: classifier.repair, vectors: trainer.vectors, extras: trainer.extras
    ).rows(examples.map(\.query))
  }

  private func signals(_ rows: [FeatureRow], _ classifier: TextClassifier) -> [OutOfScopeDetector.Signals] {
    Shards.map(rows.count) { range in range.map { classifier.view(rows[$0]).signals } }
  }
}
