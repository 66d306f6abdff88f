import Base
import Crypto
import Formats
import HTTP
import Messages
import People
import RoomTesting
import Store
import Testing

@testable import Delivery
@testable import Web

@Suite("Telling devices whose page is closed", .timeLimit(.minutes(5)))
struct PushTests {
  private static func bytes(_ text: String) throws -> [UInt8] { try #require(Base64URL.decode(text)) }

  @Test("seals the example of RFC 8291 §5 byte for byte")
  func example() throws {
    let sender = try P256Key(
      Self.bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
        + Self.bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"))
    let sealed = try PushSeal.seal(
      Array("When I grow up, I want to be a watermelon".utf8),
      receiver: Self.bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
      secret: Self.bytes("BTBZMqHH6r4Tts7J_aSIgg"), sender: sender, salt: Self.bytes("DGv6ra1nlYgDCS1FRnbzlw"))
    #expect(
      Base64URL.encode(sealed)
        == "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqK"
        + "K6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
    #expect(throws: CryptoError.self) {
      try PushSeal.seal(
        Array(repeating: 0, count: PushSeal.longest + 1), receiver: sender.publicKey, secret: [], sender: sender,
        salt: [])
    }
  }

  /// The browser's side: opens what was pushed (RFC 8291 §3.4 and RFC 8188 §2, read the other way).
  private struct Device {
    let key: P256Key
    let secret = SystemRandom().bytes(16)
    let endpoint: String

    init(_ endpoint: String) throws {
      key = try P256Key()
      self.endpoint = endpoint
    }

    var body: JSON {
      [
        "endpoint": .string(endpoint), "key": .string(Base64URL.encode(key.publicKey)),
        "secret": .string(Base64URL.encode(secret)),
      ]
    }

    /// Sealing is the same stream both ways: what comes out of sealing the sealed bytes is what was said.
    func open(_ body: [UInt8]) throws -> JSON {
      let (salt, sender) = (Array(body.prefix(16)), Array(body[21..<86]))
      let agreed = try key.agree(with: sender)
      func expand(_ key: [UInt8], _ info: [UInt8]) -> [UInt8] { HMAC.sha256(key: key, message: info + [1]) }
      let keying = expand(
        HMAC.sha256(key: secret, message: agreed), Array("WebPush: info\0".utf8) + key.publicKey + sender)
      let content = HMAC.sha256(key: salt, message: keying)
      let key = Array(expand(content, Array("Content-Encoding: aes128gcm\0".utf8)).prefix(16))
      let nonce = Array(expand(content, Array("Content-Encoding: nonce\0".utf8)).prefix(12))
      let sealed = Array(body[86...].dropLast(16))
      let (words, _) = try AEAD.encrypt128(sealed, key: key, nonce: nonce)
      let again = try AEAD.encrypt128(words, key: key, nonce: nonce)
      #expect(again.ciphertext == sealed && again.tag == Array(body.suffix(16)) && words.last == 2)
      return try JSON.parse(Array(words.dropLast()))
    }
  }

  private static let origin = [("Origin", "http://thinnai.example")]

  private func harness(_ transport: MemoryTransport) async throws -> WebHarness {
    let (key, box) = (try P256Key(), SecretKey())
    return try await WebHarness { $0.push = PushParts(key: key, box: box, transport: transport) }
  }

  private func item(_ web: WebHarness, _ text: String, to person: Person, attempts: Int = 0) -> OutboxItem {
    var item = OutboxItem(
      tenant: person.tenant, id: "o1", person: person.id, address: Address(door: "web", user: person.id.text),
      chat: person.id.text, message: OutboundMessage(text: StyledText(text)), urgency: .normal, dueAt: .epoch)
    item.attempts = attempts
    return item
  }

  /// Goes red when the address is asked without the guard (`reach: .configured`).
  @Test("with no page open, a device is told once, sealed, and says who pushes")
  func told() async throws {
    let transport = MemoryTransport { _ in .answer(HTTPClientResponse(status: 201)) }
    let web = try await harness(transport)
    let cookie = try await web.cookie(web.house.elder)
    let device = try Device("https://push.example/send/abc")
    #expect(await web.ask("GET", "/me", cookie: cookie).json["pushed"] == false)
    let kept = await web.ask("POST", "/push/subscription", device.body, cookie: cookie, headers: Self.origin)
    #expect(kept.status == 200, "\(kept.json)")
    let me = await web.ask("GET", "/me", cookie: cookie)
    let house = try Self.bytes(me.json["push"].string ?? "")
    #expect(me.json["pushed"] == true && house.count == P256Key.publicSize)
    // an open page is told itself
    let page = web.door.hub.open(person: web.house.elder.id, session: "s")
    guard case .sent = await web.door.send(item(web, "seen", to: web.house.elder), picture: nil) else {
      return #expect(Bool(false))
    }
    #expect(transport.requests.isEmpty)
    web.door.hub.remove(page)
    let long = String(repeating: "மாத்திரை ", count: 400)
    guard case .sent = await web.door.send(item(web, long, to: web.house.elder), picture: nil) else {
      return #expect(Bool(false))
    }
    let request = try #require(transport.requests.first)
    #expect(transport.requests.count == 1 && request.url == "https://push.example/send/abc")
    #expect(request.headers["Content-Encoding"] == "aes128gcm" && request.headers["TTL"] != nil)
    guard case .guarded = request.reach else { return #expect(Bool(false), "any address would be asked") }
    let words = try device.open(try #require(request.body))
    #expect(words["tag"] == "o1" && words["lang"] == "ta" && long.hasPrefix(words["body"].string ?? "-"))
    #expect((request.body?.count ?? 0) < 4_096)
    try checkPass(request.headers["Authorization"] ?? "", house, web.house.clock.now)
    // nobody else's device
    _ = await web.door.send(item(web, "for Ravi", to: web.house.owner), picture: nil)
    #expect(transport.requests.count == 1)
    #expect(await web.ask("POST", "/push/end", [:], cookie: cookie, headers: Self.origin).status == 200)
    _ = await web.door.send(item(web, "again", to: web.house.elder), picture: nil)
    #expect(transport.requests.count == 1)
  }

  private func checkPass(_ header: String, _ house: [UInt8], _ now: Instant) throws {
    #expect(header.hasPrefix("vapid t=") && header.hasSuffix(", k=" + Base64URL.encode(house)))
    let token = header.dropFirst("vapid t=".count).prefix { $0 != "," }.split(separator: ".").map(String.init)
    let claims = try JSON.parse(Self.bytes(token[1]))
    #expect(try JSON.parse(Self.bytes(token[0])) == ["typ": "JWT", "alg": "ES256"])
    #expect(claims["aud"] == "https://push.example")
    let expires = Int64(claims["exp"].int ?? 0) * 1_000_000
    #expect(expires > now.microseconds && expires <= (now + .days(1)).microseconds)
    #expect(
      P256Key.isSigned(Array((token[0] + "." + token[1]).utf8), by: house, try Self.bytes(token[2])),
      "a push service would refuse the signature")
  }

  @Test("what no longer takes pushes is forgotten; what is busy is tried again, a few times")
  func fates() async throws {
    let gone = MemoryTransport { _ in .answer(HTTPClientResponse(status: 410)) }
    let web = try await harness(gone)
    let cookie = try await web.cookie(web.house.elder)
    let device = try Device("https://push.example/send/abc")
    _ = await web.ask("POST", "/push/subscription", device.body, cookie: cookie, headers: Self.origin)
    for _ in 0..<2 { _ = await web.door.send(item(web, "x", to: web.house.elder), picture: nil) }
    #expect(gone.requests.count == 1)
    #expect(await web.ask("GET", "/me", cookie: cookie).json["pushed"] == false)

    let busy = MemoryTransport { _ in .answer(HTTPClientResponse(status: 429, headers: ["Retry-After": "7"])) }
    let other = try await harness(busy)
    let second = try await other.cookie(other.house.elder)
    _ = await other.ask("POST", "/push/subscription", device.body, cookie: second, headers: Self.origin)
    guard
      case .retry(after: .some(.seconds(7)), reason: _, piecesSent: 0) = await other.door.send(
        item(other, "x", to: other.house.elder), picture: nil)
    else { return #expect(Bool(false)) }
    guard case .sent = await other.door.send(item(other, "x", to: other.house.elder, attempts: 2), picture: nil) else {
      return #expect(Bool(false), "the page has it all the same: it holds up nobody for ever")
    }
  }

  /// Goes red when `deleteSession` leaves `web_push`.
  @Test("a subscription ends with its session, survives a start, and lies sealed")
  func ends() async throws {
    let transport = MemoryTransport { _ in .answer(HTTPClientResponse(status: 201)) }
    let parts = PushParts(key: try P256Key(), box: SecretKey(), transport: transport)
    let web = try await WebHarness { $0.push = parts }
    let cookie = try await web.cookie(web.house.elder)
    let device = try Device("https://push.example/send/canary")
    _ = await web.ask("POST", "/push/subscription", device.body, cookie: cookie, headers: Self.origin)
    let rows = try await web.house.people.snapshot { house in
      try house.query("SELECT sealed FROM web_push") { String(decoding: $0.blob(0), as: UTF8.self) }
    }
    #expect(rows.count == 1 && !rows[0].contains("canary"))
    let again = WebDoor(web.door.parts)
    try await again.load()
    _ = await again.send(item(web, "x", to: web.house.elder), picture: nil)
    #expect(transport.requests.count == 1)
    let elder = web.house.elder.id
    _ = try await web.house.tenant().write { try $0.widened().endSessions(of: elder) }
    _ = await web.door.send(item(web, "x", to: web.house.elder), picture: nil)
    #expect(transport.requests.count == 1)
    let left = try await web.house.people.snapshot { try $0.count("SELECT count(*) FROM web_push") }
    #expect(left == 0)
  }

  /// Goes red when plain http passes.
  @Test(
    "only a push service's public address is taken",
    arguments: [
      "http://push.example/x", "https://localhost/x", "https://user@push.example/x", "https://push.example\\x", "x",
      "https://0x7f.1/x", "ftp://push.example/x",
    ])
  func addresses(_ endpoint: String) async throws {
    let web = try await harness(MemoryTransport { _ in .answer(HTTPClientResponse(status: 201)) })
    let cookie = try await web.cookie()
    let answer = await web.ask(
      "POST", "/push/subscription", try Device(endpoint).body, cookie: cookie, headers: Self.origin)
    #expect(answer.code == "web.field" && answer.field == "endpoint", "\(answer.json)")
  }

  @Test("keys that are none are refused, and a point off the curve is nobody's key")
  func keys() async throws {
    let web = try await harness(MemoryTransport { _ in .answer(HTTPClientResponse(status: 201)) })
    let cookie = try await web.cookie()
    var body = try Device("https://push.example/x").body
    body["secret"] = "AAAA"
    let short = await web.ask("POST", "/push/subscription", body, cookie: cookie, headers: Self.origin)
    #expect(short.field == "secret")
    body = try Device("https://push.example/x").body
    body["key"] = "BAAA"
    #expect(await web.ask("POST", "/push/subscription", body, cookie: cookie, headers: Self.origin).field == "key")
    let key = try P256Key()
    #expect(throws: CryptoError.self) { try key.agree(with: [4] + Array(repeating: 1, count: 64)) }
    #expect(throws: CryptoError.self) {
      try P256Key([UInt8](repeating: 1, count: 32) + [4] + [UInt8](repeating: 2, count: 64))
    }
    let other = try P256Key()
    #expect(try key.agree(with: other.publicKey) == other.agree(with: key.publicKey))
    #expect("\(key)" == "P256Key(hidden)" && Mirror(reflecting: key).children.isEmpty)
  }
}
