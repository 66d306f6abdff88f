package import Formats

/// How well a classifier does on labelled sentences.
package struct Evaluation: Sendable {
  package struct Outcome: Sendable {
    /// `nil`: out of scope.
    package let expected: String?
    package let prediction: TextPrediction

    package init(expected: String?, prediction: TextPrediction) {
      self.expected = expected
      self.prediction = prediction
    }
  }

  package let outcomes: [Outcome]
  package init(_ outcomes: [Outcome]) { self.outcomes = outcomes }

  private var inScope: [Outcome] { outcomes.filter { $0.expected != nil } }
  private var outOfScope: [Outcome] { outcomes.filter { $0.expected == nil } }

  /// Share of sentences in scope whose best intent is right, nothing being rejected.
  package var accuracy: Double? { share(inScope) { $0.prediction.intent == $0.expected } }

  /// The same, a rejected sentence counting as wrong.
  package var accuracyWithRejection: Double? {
    share(inScope) { !$0.prediction.isOutOfScope && $0.prediction.intent == $0.expected }
  }

  /// Share of sentences out of scope that are rejected.
  package var outOfScopeRecall: Double? { share(outOfScope) { $0.prediction.isOutOfScope } }

  /// Share of the rejected sentences that are out of scope.
  package var outOfScopePrecision: Double? {
    outOfScope.isEmpty ? nil : share(outcomes.filter { $0.prediction.isOutOfScope }) { $0.expected == nil }
  }

  /// Mean over the intents that occur of 2·precision·recall / (precision + recall); nothing being rejected.
  package var macroF1: Double? {
    var counts: [String: (expected: Int, predicted: Int, right: Int)] = [:]
    for outcome in inScope {
      guard let expected = outcome.expected else { continue }
      counts[expected, default: (0, 0, 0)].expected += 1
      counts[outcome.prediction.intent, default: (0, 0, 0)].predicted += 1
      if outcome.prediction.intent == expected { counts[expected, default: (0, 0, 0)].right += 1 }
    }
    let occurring = counts.values.filter { $0.expected > 0 }
    guard !occurring.isEmpty else { return nil }
    return occurring.reduce(0) { $0 + 2 * Double($1.right) / Double($1.expected + $1.predicted) }
      / Double(occurring.count)
  }

  /// Expected calibration error of the best intent's confidence, in scope.
  package var calibrationError: Double? {
    inScope.isEmpty
      ? nil
      : Calibration.error(
        confidences: inScope.map(\.prediction.confidence),
        areRight: inScope.map { $0.prediction.intent == $0.expected })
  }

  /// The chance that a sentence out of scope looks more out of scope than one in scope (area under the ROC curve).
  package var outOfScopeAUROC: Double? {
    let (positives, negatives) = (outOfScope.count, inScope.count)
    guard positives > 0, negatives > 0 else { return nil }
    let sorted = outcomes.sorted { $0.prediction.outOfScope < $1.prediction.outOfScope }
    var rankSum = 0.0
    var index = 0
    while index < sorted.count {
      var end = index
      while end < sorted.count, sorted[end].prediction.outOfScope == sorted[index].prediction.outOfScope { end += 1 }
      // Equals share the middle rank.
      let rank = Double(index + 1 + end) / 2
      rankSum += rank * Double(sorted[index..<end].count { $0.expected == nil })
      index = end
    }
    return (rankSum - Double(positives) * Double(positives + 1) / 2) / (Double(positives) * Double(negatives))
  }

  /// The figures by their names in the contract, rounded to a hundredth of a percent; null where there is nothing to count.
  package var json: JSONObject {
    func rounded(_ value: Double?) -> JSON { value.map { .number(($0 * 10_000).rounded() / 10_000) } ?? .null }
    return JSONObject([
      ("accuracy", rounded(accuracy)), ("macro_f1", rounded(macroF1)), ("oos_recall", rounded(outOfScopeRecall)),
      ("oos_precision", rounded(outOfScopePrecision)),
      ("in_scope_accuracy_with_rejection", rounded(accuracyWithRejection)), ("ece", rounded(calibrationError)),
      ("oos_auroc", rounded(outOfScopeAUROC)), ("in_scope_rows", .integer(Int64(inScope.count))),
      ("oos_rows", .integer(Int64(outOfScope.count))),
    ])
  }

  private func share(_ outcomes: [Outcome], _ isTrue: (Outcome) -> Bool) -> Double? {
    outcomes.isEmpty ? nil : Double(outcomes.count(where: isTrue)) / Double(outcomes.count)
  }
}
