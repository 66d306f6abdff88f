/// What a classifier makes of a sentence.
package struct TextPrediction: Sendable, Equatable {
  package struct Candidate: Sendable, Equatable {
    package let intent: String
    /// How often it is right when it says so, 0 to 1; all candidates of a sentence add up to 1.
    package let confidence: Double

    package init(intent: String, confidence: Double) {
      self.intent = intent
      self.confidence = confidence
    }
  }

  /// The best first; as many as were asked for, one at least.
  package let candidates: [Candidate]
  /// How likely it is that the sentence means nothing the classifier knows, 0 to 1.
  package let outOfScope: Double
  /// Whether that is more than what was fixed on validation sentences.
  package let isOutOfScope: Bool

  package init(candidates: [Candidate], outOfScope: Double, isOutOfScope: Bool) {
    self.candidates = candidates
    self.outOfScope = outOfScope
    self.isOutOfScope = isOutOfScope
  }

  package var intent: String { candidates[0].intent }
  package var confidence: Double { candidates[0].confidence }
}
