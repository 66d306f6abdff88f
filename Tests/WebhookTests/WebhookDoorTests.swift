import Base
import Crypto
import Formats
import HTTP
import Messages
import People
import RoomTesting
import Testing
import Text

@testable import Delivery
@testable import Webhook

@Suite("The webhook door") struct WebhookDoorTests {
  private let key = SecretKey(Array(repeating: 7, count: 32)) ?? SecretKey()

  private func door(_ transport: any HTTPTransport, open networks: [String] = []) throws -> WebhookDoor {
    WebhookDoor(
      transport: transport, openNetworks: networks.compactMap { IPNetwork($0) }, masterKey: key,
      clock: VirtualClock(Instant(seconds: 1_795_689_000)), reader: { _ in ("Ravi", .english) })
  }

  private func item(_ url: String = "https://example.org/told", urgency: Urgency = .normal) -> OutboxItem {
    var message = OutboundMessage(
      text: StyledText("Amma calls for help"), buttons: [.init(id: "x", label: "I'm on it")],
      location: Coordinate(latitude: 13.1, longitude: 80.2))
    message.purpose = "alert"
    return OutboxItem(
      tenant: TenantID("t"), id: "0193", person: PersonID("p"), address: Address(door: "webhook", user: url), chat: url,
      message: message, urgency: urgency, dueAt: .epoch)
  }

  private func kind(_ outcome: SendOutcome) -> String {
    switch outcome {
    case .sent: "sent"
    case .retry(let after, _, _): "retry \(after.map { "\($0.seconds)" } ?? "-")"
    case .unknown: "unknown"
    case .refused: "refused"
    case .nobodyThere: "nobody"
    case .unreachable: "unreachable"
    }
  }

  @Test("signs as the published example does")
  func vector() throws {
    let bytes = try #require(Base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let signature = StandardWebhook(key: bytes).signature(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test("calls with an id that stays, the time and a signature over the very bytes")
  func call() async throws {
    let network = MemoryTransport([.fail(.timeout, .unknown)]) { _ in .json([:]) }
    let door = try door(network)
    #expect(kind(await door.send(item(urgency: .emergency), picture: nil)) == "unknown")
    #expect(kind(await door.send(item(urgency: .emergency), picture: nil)) == "sent")
    #expect(network.requests.map { $0.headers["webhook-id"] } == ["msg_0193", "msg_0193"])
    let request = try #require(network.requests.last)
    #expect(request.reach == .guarded && request.method == "POST" && request.url == "https://example.org/told")
    let body = try #require(request.body)
    let secret = StandardWebhook(of: "https://example.org/told", masterKey: key)
    #expect(request.headers["webhook-timestamp"] == "1795689000")
    let shown = try #require(Base64.decode(String(secret.secret.dropFirst("whsec_".count))))
    let expected = HMAC.sha256(key: shown, message: Array("msg_0193.1795689000.".utf8) + body)
    #expect(request.headers["webhook-signature"] == "v1," + Base64.encode(expected))
    #expect(StandardWebhook(of: "https://example.org/other", masterKey: key).secret != secret.secret)
    let json = try JSON.parse(body)
    #expect(json["type"] == "message.told" && json["data"]["text"] == "Amma calls for help")
    #expect(
      json["data"]["urgent"] == true && json["data"]["purpose"] == "alert" && json["data"]["person"]["name"] == "Ravi")
    #expect(json["data"]["location"]["lat"] == 13.1 && json["data"]["buttons"] == ["I'm on it"])
  }

  @Test(
    "answers",
    arguments: [
      (204, "sent"), (410, "unreachable"), (429, "retry 9.0"), (503, "retry 9.0"), (408, "retry 9.0"), (400, "refused"),
      (401, "refused"), (302, "refused"), (404, "refused"),
    ])
  func answers(_ status: Int, _ expected: String) async throws {
    let network = MemoryTransport { _ in .json([:], status: status, headers: ["Retry-After": "9"]) }
    #expect(kind(await (try door(network)).send(item(), picture: nil)) == expected)
  }

  @Test(
    "where it may not go it does not go",
    arguments: [
      ("http://example.org/", 0), ("http://192.168.1.20:9000/x", 1), ("http://192.168.2.20/x", 0),
      ("https://user:pw@example.org/", 0), ("ftp://example.org/", 0), ("nonsense", 0), ("https://localhost/", 0),
    ])
  func guarded(_ url: String, _ calls: Int) async throws {
    let network = MemoryTransport { _ in .json([:]) }
    let outcome = await (try door(network, open: ["192.168.1.0/24"])).send(item(url), picture: nil)
    #expect(network.requests.count == calls && kind(outcome) == (calls == 0 ? "unreachable" : "sent"))
    // the client's own guard has the last word about names
    let closed = MemoryTransport { _ in .fail(.blocked, .notSent) }
    #expect(kind(await (try door(closed)).send(item(), picture: nil)) == "unreachable")
  }
}
