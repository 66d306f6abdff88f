import Base
import Glibc

/// Why an index of memories cannot be used.
package struct RecallError: SpeakingError {
  package enum Code: String, Sendable { case file }
  private let fact: Code
  package let sentence: String
  package var code: String { "recall.\(fact.rawValue)" }

  static func file(_ what: String, _ path: String, _ number: Int32 = errno) -> Self {
    Self(
      fact: .file,
      sentence:
        "The index of memories cannot \(what) \(path): \(String(cString: strerror(number))).")
  }
}
