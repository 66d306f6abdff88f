import Base

/// What went wrong with training data or a kept model.
package struct LearningError: SpeakingError, Equatable {
  package enum Fact: String, Sendable {
    case noFile = "no_file"
    case noRows = "no_rows"
    case badRow = "bad_row"
    case tooManyIntents = "too_many_intents"
    /// Not a classifier's file at all.
    case foreignModel = "foreign_model"
    /// Ours, but cut short or changed.
    case damagedModel = "damaged_model"
    /// Written by a program of another age.
    case otherVersion = "other_version"
    /// The model was trained with sentence vectors that are not here now, or are others.
    case noVectors = "no_vectors"
    case notWritten = "not_written"
  }

  package let fact: Fact
  package let sentence: String

  package init(_ fact: Fact, _ sentence: String) {
    self.fact = fact
    self.sentence = sentence
  }

  package var code: String { "learning.\(fact.rawValue)" }
}
