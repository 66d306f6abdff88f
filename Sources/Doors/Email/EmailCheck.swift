package import Actions
import Mail

/// Signs in at the mail server, for `doctor`. Sends nothing.
package struct EmailCheck: Sendable {
  private let configuration: EmailConfiguration

  package init(configuration: EmailConfiguration) { self.configuration = configuration }

  package func findings() async -> [Check.Finding] {
    if let problem = configuration.problem { return [.wrong(problem)] }
    let server = configuration.server
    do {
      try await SMTPClient(server).check()
    } catch let failure as SMTPFailure {
      return [.wrong("\(failure.sentence)\(Self.mend(failure))")]
    } catch {
      return [.unreachable("The mail server", "the call was cut short.")]
    }
    guard server.security != .none else {
      return [.fine("\(server.host):\(server.port) takes mail, without TLS.")]
    }
    return [.fine("\(server.host):\(server.port) takes mail\(server.user == nil ? "" : " and knows the user").")]
  }

  private static func mend(_ failure: SMTPFailure) -> String {
    switch failure.kind {
    case .credentials: " Many providers want a password made for programs (“app password”)."
    case .insecure: " A server with a certificate of its own needs email.authority, the file of its authority."
    case .unreachable: " Look at email.host and email.port; many networks close port 25."
    default: ""
    }
  }
}
