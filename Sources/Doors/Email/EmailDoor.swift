package import Base
package import Delivery
import Mail
import Messages
import People
import Synchronization
import Telemetry
package import Text

/// E-mail as a way to tell people things. Nothing comes in by it: an answer is given in a chat or at the page.
package final class EmailDoor: OutboundDoor {
  /// Larger files stay behind: mailboxes refuse them.
  static let attachmentLimit = 10 << 20
  static let subjectLimit = 78

  package let name = PeopleBook.emailDoor
  package var pace: Pace { configuration.pace }

  private let configuration: EmailConfiguration
  private let client: SMTPClient
  private let clock: any WallClock
  private let random: any RandomSource
  private let reader: @Sendable (PersonID) -> (name: String, language: Language)
  private let onTrouble: @Sendable (String) -> Void
  private let log = Log("email")
  private let lastComplaint = Mutex(Instant.epoch)

  /// - Parameters:
  ///   - reader: whose name and language an e-mail states.
  ///   - onTrouble: what the owner must mend, in a sentence. Must not block.
  /// - Throws: `EmailError` when the configuration cannot be used; the sentence says what to mend.
  package init(
    configuration: EmailConfiguration, clock: any WallClock, random: any RandomSource = SystemRandom(),
    reader: @escaping @Sendable (PersonID) -> (name: String, language: Language) = { _ in ("", .english) },
    onTrouble: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    if let problem = configuration.problem { throw EmailError(sentence: problem) }
    if let password = configuration.server.password { Redactor.register(password) }
    self.configuration = configuration
    client = SMTPClient(configuration.server)
    self.clock = clock
    self.random = random
    self.reader = reader
    self.onTrouble = onTrouble
  }

  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
    guard let to = MailAddress(item.address.user) else { return .unreachable(reason: "That is no e-mail address.") }
    let mail = message(item, to: to, picture: picture)
    do {
      let bytes = mail.bytes(boundary: random.code(24))
      try await client.send(bytes, from: configuration.from, to: to)
      return .sent(externalID: "\(item.id)@\(configuration.from.domain)")
    } catch let failure as SMTPFailure {
      return outcome(of: failure)
    } catch {
      return .retry(after: nil, reason: "The mail could not be handed in.", piecesSent: 0)
    }
  }

  func message(_ item: OutboxItem, to: MailAddress, picture: KeptFile?) -> MailMessage {
    let reader = reader(item.person)
    let words = item.message.text.text
    var parts = [words]
    if let place = item.message.location {
      parts.append("https://www.openstreetmap.org/?mlat=\(place.latitude)&mlon=\(place.longitude)")
    }
    // a tap is not possible here: the page has the same message with its buttons
    if !item.message.buttons.isEmpty, let url = configuration.publicURL { parts.append("→ \(url)/") }
    let file = picture.flatMap { file in
      file.bytes.count > Self.attachmentLimit
        ? nil : MailMessage.Attachment(type: file.type, name: file.name ?? "picture.png", bytes: file.bytes)
    }
    return MailMessage(
      from: configuration.from, fromName: configuration.name, to: to, toName: reader.name,
      subject: Self.subject(words) ?? configuration.name, text: parts.joined(separator: "\n\n") + "\n",
      attachment: file, language: reader.language.code, id: item.id, date: clock.now)
  }

  /// The first line that says something, cut between words where it is long.
  static func subject(_ text: String) -> String? {
    guard let line = text.split(whereSeparator: \.isNewline).first(where: { !$0.allSatisfy(\.isWhitespace) }) else {
      return nil
    }
    guard line.count > subjectLimit else { return String(line) }
    let cut = line.prefix(subjectLimit)
    return String(cut[..<(cut.lastIndex(of: " ") ?? cut.endIndex)]) + "…"
  }

  private func outcome(of failure: SMTPFailure) -> SendOutcome {
    switch failure.kind {
    case .recipient: return .unreachable(reason: failure.sentence)
    case .refused: return .refused(reason: failure.sentence)
    case .lost: return .unknown(reason: failure.sentence, piecesSent: 0)
    case .unreachable, .later: return .retry(after: nil, reason: failure.sentence, piecesSent: 0)
    case .credentials, .insecure:
      // our fault, not the message's: it waits until the owner has mended it
      complain(failure)
      return .retry(after: .minutes(5), reason: failure.sentence, piecesSent: 0)
    }
  }

  /// Says once in ten minutes that the owner must mend something.
  private func complain(_ failure: SMTPFailure) {
    onTrouble(failure.sentence)
    let now = clock.now
    let isDue = lastComplaint.withLock { last in
      guard now - last >= .minutes(10) || now < last else { return false }
      last = now
      return true
    }
    if isDue { log.error("The mail server refuses us. Run doctor", ["error": .error(failure)]) }
  }
}
