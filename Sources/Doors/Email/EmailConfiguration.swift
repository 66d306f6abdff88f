import Base
package import Delivery
package import Mail

/// How the e-mail door is opened. Everything comes from the house's configuration.
package struct EmailConfiguration: Sendable {
  package var server: SMTPServer
  /// Who the mail is from.
  package var from: MailAddress
  package var name: String
  /// Where the chat page is, for what is answered by a tap.
  package var publicURL: String?
  package var pace: Pace

  package init(
    server: SMTPServer, from: MailAddress, name: String = "Thinnai", publicURL: String? = nil,
    pace: Pace = Pace(total: 1)
  ) {
    self.server = server
    self.from = from
    self.name = name
    self.publicURL = publicURL
    self.pace = pace
  }

  /// What keeps the door from opening.
  package var problem: String? {
    if (server.user == nil) != (server.password == nil) {
      return "E-mail needs both email.user and email.password, or neither."
    }
    let isHere = ["127.0.0.1", "::1", "localhost"].contains(server.host)
    if server.security == .none, server.password != nil, !isHere {
      return "email.security is none: the password would be readable on its way. Set it to starttls or tls."
    }
    return nil
  }
}

package struct EmailError: SpeakingError {
  package let sentence: String
  package var code: String { "email.configuration" }
}
