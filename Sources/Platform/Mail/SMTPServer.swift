import Base

/// Where mail is handed in.
package struct SMTPServer: Sendable, Hashable {
  package enum Security: String, Sendable, CaseIterable {
    /// Open at first, then secured before anything is said (port 587).
    case starttls
    /// Secured from the first byte (port 465).
    case tls
    /// Open; for a server of this machine.
    case none
  }

  package var host: String
  package var port: Int
  package var security: Security
  package var user: String?
  package var password: String?
  /// A PEM file of trusted authorities instead of the system's.
  package var authorityFile: String?

  package init(
    host: String, port: Int, security: Security, user: String? = nil, password: String? = nil,
    authorityFile: String? = nil
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.user = user
    self.password = password
    self.authorityFile = authorityFile
  }
}

/// Why mail was not handed in. The sentence names the server and nothing of the message.
package struct SMTPFailure: SpeakingError, Hashable {
  package enum Kind: String, Sendable {
    /// No connection; nothing was said.
    case unreachable
    /// The server cannot be trusted, or does not speak as securely as was asked.
    case insecure
    /// The user or the password is wrong.
    case credentials
    /// Not now (4xx).
    case later
    /// This recipient does not exist there.
    case recipient
    /// The message is not taken (5xx).
    case refused
    /// The connection ended after the message was given: it may have been taken.
    case lost
  }
  package let kind: Kind
  package let sentence: String
  package var code: String { "smtp.\(kind.rawValue)" }
}
