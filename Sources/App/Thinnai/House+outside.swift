import Base
import Crypto
import Email
import Formats
import Mail
import Models
import Postgres
import Synchronization
import Time
import Workflows

extension SMTPFailure: FinalFailure {
  package var isFinal: Bool {
    switch kind {
    case .recipient, .refused: true
    case .unreachable, .insecure, .credentials, .later, .lost: false
    }
  }
}

extension PostgresError: FinalFailure {
  package var isFinal: Bool {
    switch kind {
    // of what may have been done nobody knows, and it must not be done twice
    case .invalid, .refused, .tooLarge, .unavailable, .unknown: true
    case .unreachable, .timeout: false
    }
  }
}

/// One client for each address, whose connection is kept.
private final class Databases: Sendable {
  private let clients = Mutex<[String: PostgresClient]>([:])

  func client(_ address: String) -> PostgresClient {
    clients.withLock { clients in
      if let known = clients[address] { return known }
      // an address whose password has changed is another one; the old ones are let go
      if clients.count >= 16 { clients = [:] }
      let client = PostgresClient(address: address, timeout: .seconds(10))
      clients[address] = client
      return client
    }
  }
}

/// What a mail step names that is no address.
private struct NoAddress: SpeakingError, FinalFailure {
  let text: String
  var code: String { "mail.address" }
  var sentence: String { "\(text) is no e-mail address." }
  var isFinal: Bool { true }
}

extension House {
  /// What workflows reach outside of the house: mail, where a server is set, and the language model, where one is.
  static func outside(_ configuration: Configuration, _ clock: any WallClock) -> WorkflowOutside {
    var outside = WorkflowOutside()
    if let settings = configuration.email, settings.problem == nil {
      let client = SMTPClient(settings.server)
      outside.mail = { to, subject, text, key in
        guard let address = MailAddress(to) else { throw NoAddress(text: to) }
        let mail = MailMessage(
          from: settings.from, fromName: settings.name, to: address, toName: "", subject: subject, text: text + "\n",
          // each try of a step has the same key, so a mailbox can tell a repeat
          language: "en", id: String(Hex.encode(SHA256.hash(key)).prefix(32)), date: clock.now)
        try await client.send(mail.bytes(boundary: SystemRandom().code(24)), from: settings.from, to: address)
      }
    }
    if let settings = configuration.languageModel {
      outside.model = RemoteChatModel(settings, transport: LazyTransport())
    }
    let databases = Databases()
    outside.database = { address, query, values in
      let found = try await databases.client(address).run(query, values, deadline: .seconds(60), limit: 1_000)
      return ["rows": .array(found.rows.map { .object($0) }), "changed": JSON(found.changed)]
    }
    return outside
  }
}
