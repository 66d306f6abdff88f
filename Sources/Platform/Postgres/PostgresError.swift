import Base

package struct PostgresError: SpeakingError {
  package enum Kind: String, Sendable {
    /// libpq is not installed.
    case unavailable
    /// The address, the statement or a value is none; nothing was sent.
    case invalid
    /// There was no connection; nothing was sent.
    case unreachable
    /// The server would not.
    case refused
    /// It took too long: it was never sent, or the server stopped it.
    case timeout
    /// The answer has more rows or bytes than are taken.
    case tooLarge
    /// The connection was lost or given up meanwhile: whether the statement was done is not known.
    case unknown
  }
  package let kind: Kind
  /// Never holds the password; what the server says may name a value that it would not take.
  package let sentence: String
  /// The server's code of five characters, such as `23505`, where it gave one.
  package let state: String?
  package var code: String { "postgres.\(kind.rawValue)" }

  package init(_ kind: Kind, _ sentence: String, state: String? = nil) {
    self.kind = kind
    self.sentence = sentence
    self.state = state
  }
}
