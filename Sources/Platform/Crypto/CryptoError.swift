internal import Base

package struct CryptoError: SpeakingError {
  package enum Kind: String, Sendable {
    /// The text or bytes were changed, moved, or sealed with another key.
    case notAuthentic
    /// Not in the format that this program writes.
    case malformed
    /// The key file cannot be used as it is.
    case keyFile
    /// The crypto library refused.
    case library
    case busy
  }

  package let kind: Kind
  package let sentence: String

  package init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }

  package var code: String { "crypto.\(kind.rawValue)" }
}
