import Base

/// Why the server could not start.
package struct HTTPServerError: SpeakingError {
  package enum Kind: String, Sendable {
    case addressInvalid, addressInUse, socketFailed, certificateUnreadable, startFailed
  }

  package let kind: Kind
  package let sentence: String

  package var code: String { "http.\(kind.rawValue)" }
}
