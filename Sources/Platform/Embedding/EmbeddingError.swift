import Base

/// Why an encoder could not be loaded.
package struct EmbeddingError: SpeakingError {
  package enum Code: String, Sendable { case missing, damaged, memory, kernel }
  private let fact: Code
  package let sentence: String

  package var code: String { "embedding.\(fact.rawValue)" }

  static func missing(_ path: String) -> Self {
    Self(fact: .missing, sentence: "The encoder's file \(path) is not there or cannot be read.")
  }

  static func damaged(_ path: String, _ what: String) -> Self {
    Self(
      fact: .damaged, sentence: "The encoder's file \(path) is damaged (\(what)): remove it and start ./thinnai again.")
  }

  static let memory = Self(fact: .memory, sentence: "There is no memory for the encoder.")

  static func kernel(_ name: String) -> Self {
    Self(fact: .kernel, sentence: "This processor has no kernels named \(name).")
  }
}
