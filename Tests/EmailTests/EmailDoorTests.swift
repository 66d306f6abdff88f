import Base
import Formats
import Mail
import Messages
import People
import RoomTesting
import Synchronization
import Testing
import Text

@testable import Delivery
@testable import Email

@Suite("The e-mail door") struct EmailDoorTests {
  private func configuration(_ port: Int = 1) throws -> EmailConfiguration {
    EmailConfiguration(
      server: SMTPServer(host: "127.0.0.1", port: port, security: .none),
      from: try #require(MailAddress("house@example.org")), publicURL: "https://house.example.org")
  }

  private func door(_ port: Int = 1) throws -> EmailDoor {
    let clock = VirtualClock(try #require(Instant(iso8601: "2026-11-26T18:30:00Z")))
    return try EmailDoor(configuration: try configuration(port), clock: clock, reader: { _ in ("லட்சுமி", .tamil) })
  }

  private func item(_ message: OutboundMessage, to user: String = "amma@example.org") -> OutboxItem {
    OutboxItem(
      tenant: TenantID("t"), id: "0193", person: PersonID("p"), address: Address(door: "email", user: user), chat: user,
      message: message, urgency: .normal, dueAt: .epoch)
  }

  @Test("an e-mail says what the message says: its first line above, where to answer below, the picture beside")
  func message() throws {
    let message = OutboundMessage(
      text: StyledText("\nமருந்து நேரம்\nமெட்ஃபார்மின் 500"), buttons: [.init(id: "x", label: "எடுத்தேன்")],
      location: Coordinate(latitude: 13.1, longitude: 80.2))
    let to = try #require(MailAddress("amma@example.org"))
    let picture = KeptFile(id: "k", type: "application/pdf", name: nil, bytes: [1, 2], person: nil)
    let mail = try door().message(item(message), to: to, picture: picture)
    #expect(mail.subject == "மருந்து நேரம்" && mail.toName == "லட்சுமி" && mail.language == "ta")
    #expect(mail.text.hasSuffix("mlat=13.1&mlon=80.2\n\n→ https://house.example.org/\n"))
    #expect(mail.attachment?.bytes == [1, 2] && mail.id == "0193")
    let large = KeptFile(
      id: "k", type: "image/png", name: "a", bytes: [UInt8](repeating: 0, count: EmailDoor.attachmentLimit + 1),
      person: nil)
    #expect(try door().message(item(OutboundMessage(text: StyledText("hi"))), to: to, picture: large).attachment == nil)
    #expect(
      EmailDoor.subject(String(repeating: "word ", count: 40)).map { $0.count <= 80 && $0.hasSuffix("word…") } == true)
    #expect(EmailDoor.subject(" \n ") == nil)
  }

  @Test("a server that is not there is tried again; what is no address is given up")
  func outcomes() async throws {
    let message = OutboundMessage(text: StyledText("hi"))
    guard case .retry(_, let reason, _) = await (try door()).send(item(message), picture: nil) else {
      Issue.record("not tried again")
      return
    }
    #expect(reason == "The mail server 127.0.0.1:1 cannot be reached.")
    guard case .unreachable = await (try door()).send(item(message, to: "x\r\ny@z"), picture: nil) else {
      Issue.record("not given up")
      return
    }
  }

  @Test("what cannot be safe does not open")
  func problems() throws {
    var configuration = try configuration()
    #expect(configuration.problem == nil)
    configuration.server.user = "u"
    #expect(configuration.problem?.contains("email.password") == true)
    configuration.server.password = "secret"
    #expect(configuration.problem == nil, "on this machine nobody reads along")
    configuration.server.host = "mail.example.org"
    #expect(configuration.problem?.contains("readable on its way") == true)
    let unsafe = configuration
    #expect(throws: EmailError.self) {
      try EmailDoor(configuration: unsafe, clock: FixedClock(.epoch))
    }
    configuration.server.security = .starttls
    #expect(configuration.problem == nil)
  }
}
