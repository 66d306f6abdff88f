import Formats
import Testing

@testable import Learning

@Suite("Figures")
struct CalibrationTests {
  private func outcome(_ expected: String?, _ intent: String, _ confidence: Double, out: Double) -> Evaluation.Outcome {
    .init(
      expected: expected,
      prediction: TextPrediction(
        candidates: [.init(intent: intent, confidence: confidence)], outOfScope: out, isOutOfScope: out >= 0.5))
  }

  @Test("calibration error, by hand")
  func calibrationError() {
    #expect(Calibration.error(confidences: [], areRight: []) == 0)
    #expect(Calibration.error(confidences: [1, 1], areRight: [true, true]) == 0)
    #expect(abs(Calibration.error(confidences: [0.95, 0.95], areRight: [true, false]) - 0.45) < 1e-9)
    // Two bins: |0.95 − 1| once, |0.25 − 0.5| twice.
    let error = Calibration.error(confidences: [0.95, 0.25, 0.25], areRight: [true, true, false])
    #expect(abs(error - (0.05 + 0.5) / 3) < 1e-9)
  }

  @Test("the mix undoes what made confidence wrong and leaves out who only guesses")
  func mix() {
    // Right nine times of ten wherever the score is one ahead: the odds of 9 need a lead of ln 9.
    let labels = (0..<1_000).map { $0 % 10 == 9 ? 1 : 0 }
    let sure = [[[Float]]](repeating: [[1, 0]], count: 1_000)
    #expect(abs(Calibration.mix(sure, labels: labels, start: [1])[0] - 2.197) < 0.05)
    let misled = labels.indices.map { [[Float(1), 0], labels[$0] == 0 ? [0, 1] : [1, 0], []] }
    let mix = Calibration.mix(misled, labels: labels, start: [1, 1, 0])
    #expect(mix[1] == 0 && mix[2] == 0 && abs(mix[0] - 2.197) < 0.05)
    #expect(Calibration.mix([], labels: [], start: [1, 0.5]) == [1, 0.5])
  }

  @Test("accuracy, F1, rejection and the area under the curve, by hand")
  func figures() {
    let evaluation = Evaluation([
      outcome("a", "a", 0.9, out: 0.1), outcome("a", "a", 0.9, out: 0.6), outcome("a", "b", 0.5, out: 0.2),
      outcome("b", "b", 0.8, out: 0.0), outcome(nil, "a", 0.4, out: 0.7), outcome(nil, "b", 0.4, out: 0.3),
    ])
    #expect(evaluation.accuracy == 0.75)
    #expect(evaluation.accuracyWithRejection == 0.5)
    #expect(evaluation.outOfScopeRecall == 0.5 && evaluation.outOfScopePrecision == 0.5)
    // a: precision 1, recall 2/3 → 0.8; b: precision 1/2, recall 1 → 2/3.
    #expect(abs((evaluation.macroF1 ?? 0) - (0.8 + 2.0 / 3) / 2) < 1e-9)
    // Of eight pairs one is the wrong way round.
    #expect(evaluation.outOfScopeAUROC == 7.0 / 8)
  }

  @Test("what cannot be counted is left out")
  func empty() {
    let none = Evaluation([outcome(nil, "a", 0.4, out: 0.3)])
    #expect(
      none.accuracy == nil && none.macroF1 == nil && none.calibrationError == nil && none.outOfScopePrecision == nil)
    #expect(none.json["accuracy"]?.isNull == true)
    #expect(Evaluation([outcome("a", "a", 1, out: 0)]).outOfScopeRecall == nil)
  }
}
