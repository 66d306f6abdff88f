import Base

package struct UnderstandingError: SpeakingError {
  package enum Code: String, Sendable { case unknownIntent, noExamples, badExample, dataMissing }

  package let fact: Code
  package let sentence: String
  package let field: String?

  package init(_ fact: Code, _ sentence: String, field: String? = nil) {
    self.fact = fact
    self.sentence = sentence
    self.field = field
  }

  package var code: String { "understanding.\(fact.rawValue)" }
}
