import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Store
import Synchronization
import Testing

@testable import WhatsApp

@Suite struct WebhookTests {
  static let field = "X-Hub-Signature-256"

  struct Shown: CustomTestStringConvertible {
    var testDescription: String
    /// Made from the right signature of the body.
    var fields: @Sendable (String) -> [(String, String)]
    /// Whether it can be told before the body.
    var isEarly: Bool
    init(_ name: String, early: Bool = true, _ fields: @escaping @Sendable (String) -> [(String, String)]) {
      (testDescription, isEarly, self.fields) = (name, early, fields)
    }
  }

  @Test(
    "refuses what is not signed",
    arguments: [
      Shown("nothing") { _ in [] }, Shown("blank") { _ in [(field, "")] }, Shown("space") { _ in [(field, " ")] },
      Shown("no algorithm") { right in [(field, String(right.dropFirst(7)))] },
      Shown("algorithm only") { _ in [(field, "sha256=")] },
      Shown("md5") { right in [(field, "md5=" + right.dropFirst(7))] },
      Shown("x") { right in [(field, "x=" + right.dropFirst(7))] },
      Shown("sha1 form") { right in [(field, "sha1=" + right.dropFirst(7))] },
      Shown("upper algorithm") { right in [(field, "SHA256=" + right.dropFirst(7))] },
      Shown("upper hex") { right in [(field, "sha256=" + right.dropFirst(7).uppercased())] },
      Shown("short") { right in [(field, String(right.dropLast()))] },
      Shown("long") { right in [(field, right + "0")] },
      Shown("not hex") { right in [(field, String(right.dropLast()) + "g")] },
      Shown("a space before") { right in [(field, " " + right)] },
      Shown("twice") { right in [(field, right), (field, right)] },
      Shown("a list") { right in [(field, "\(right),\(right)")] },
      Shown("ten kilobytes") { right in [(field, String(repeating: right, count: 150))] },
      Shown("sha1 header") { right in [("X-Hub-Signature", right)] },
      Shown("zeros", early: false) { _ in [(field, "sha256=" + String(repeating: "0", count: 64))] },
      Shown("last digit", early: false) { right in [(field, right.dropLast() + (right.hasSuffix("0") ? "1" : "0"))] },
      Shown("of another secret", early: false) { _ in
        [(field, signature((try? Payload.bytes("text.json")) ?? [], secret: "other"))]
      },
      Shown("of another body", early: false) { _ in [(field, signature([]))] },
    ])
  func unsigned(_ shown: Shown) async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    for name in ["text.json", "status_sent.json"] {
      let body = try Payload.bytes(name)
      let request = post(body, headers: HTTPHeaders(shown.fields(signature(body))))
      if case .refuse(let response) = door.admit(request.head) {
        #expect(shown.isEarly && response.status == 401)
      } else {
        #expect(!shown.isEarly)
      }
      #expect(await door.handle(request).status == 401)
    }
    #expect(bench.messages().isEmpty)
  }

  @Test func aDoorWithoutItsSecretsDoesNotStart() async throws {
    let bench = try await InboxBench()
    func starts(_ change: (inout WhatsAppConfiguration) -> Void) -> Bool {
      var configuration = configuration()
      change(&configuration)
      return
        (try? WhatsAppDoor(
          configuration: configuration, inbox: bench.inbox, transport: MemoryTransport { _ in .json([:]) },
          clock: bench.clock, metrics: bench.metrics)) != nil
    }
    #expect(starts { _ in })
    for blank in ["", " ", "\t\n"] {
      #expect(!starts { $0.appSecret = blank })
      #expect(!starts { $0.verifyToken = blank })
      #expect(!starts { $0.token = blank })
      #expect(!starts { $0.phoneNumberID = blank })
    }
    #expect(!starts { $0.phoneNumberID = "+49 170 1234567" })
    #expect(!starts { $0.phoneNumberID = "1/../2" })
    #expect(!starts { $0.token = "two words" })
  }

  @Test func signsTheBytesAndNotTheirMeaning() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let valid = try Payload.bytes("text.json")
    let start = try #require(valid.firstIndex(of: UInt8(ascii: "{")))
    for body in HostileBody.all(of: Array(valid[start...])) {
      #expect(await door.handle(post(body.bytes)).status == (body.isTaken ? 200 : 400), "\(body)")
      // The same meaning in other bytes is not what was signed.
      let other = HTTPHeaders([(Self.field, signature(body.bytes))])
      #expect(await door.handle(post(body.bytes + [32], headers: other)).status == 401, "\(body)")
    }
    #expect(bench.messages().count == 1)
  }

  @Test func knowsTheSignatureOfAnotherImplementation() {
    // printf '{"a":1}' | openssl dgst -sha256 -hmac key
    #expect(
      signature(Array(#"{"a":1}"#.utf8), secret: "key")
        == "sha256=88a67f24bbcdaed0e6c997404bb79a743baf44c6bab2f4c27328e3009d22e342")
  }

  @Test(
    "answers the question of the set-up",
    arguments: [
      ("hub.mode=subscribe&hub.verify_token=\(verifyToken)&hub.challenge=1158201444", 200),
      ("hub.challenge=1158201444&hub.verify_token=\(verifyToken)&hub.mode=subscribe&x=y", 200),
      ("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1158201444", 403),
      ("hub.mode=subscribe&hub.verify_token=&hub.challenge=1158201444", 403),
      ("hub.mode=subscribe&hub.challenge=1158201444", 403),
      ("hub.mode=subscribe&hub.verify_token=\(verifyToken)", 403),
      ("hub.mode=subscribe&hub.verify_token=\(verifyToken)&hub.challenge=", 403),
      ("hub.mode=unsubscribe&hub.verify_token=\(verifyToken)&hub.challenge=1158201444", 403),
      ("hub.verify_token=\(verifyToken)&hub.challenge=1158201444", 403),
      ("hub.mode=subscribe&hub.verify_token=x&hub.verify_token=\(verifyToken)&hub.challenge=1158201444", 403),
      ("hub.mode=subscribe&hub.verify_token=\(verifyToken)&hub.challenge=%3Cb%3E%0A", 403),
      ("", 403),
    ])
  func verification(_ query: String, _ status: Int) async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let head = HTTPRequestHead(method: "GET", path: WhatsAppDoor.webhookPath, rawQuery: query)
    guard case .accept(0) = door.admit(head) else {
      Issue.record("not admitted")
      return
    }
    let response = await door.handle(HTTPRequest(head: head))
    #expect(response.status == status)
    if status == 200, case .bytes(let body) = response.body {
      #expect(String(decoding: body, as: UTF8.self) == "1158201444")
      #expect(response.headers["Content-Type"]?.hasPrefix("text/plain") == true)
    }
    for method in ["PUT", "HEAD", "DELETE"] {
      guard case .refuse(let refusal) = door.admit(HTTPRequestHead(method: method, path: "/whatsapp/webhook")) else {
        Issue.record("admitted \(method)")
        continue
      }
      #expect(refusal.status == 405)
    }
  }

  @Test func answersOnlyWhatIsOnDisk() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let body = try Payload.bytes("text.json")
    bench.isFull = true
    let busy = await door.handle(post(body))
    #expect(busy.status == 503 && busy.headers["Retry-After"] == "2")
    bench.isFull = false
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<20 { group.addTask { await door.handle(post(body)).status } }
      for await status in group { #expect(status == 200) }
    }
    #expect(bench.messages().map(\.text) == ["Body Text"])
    // Batched in another way: known by the message's own id.
    var json = try JSON.parse(body)
    json["entry"] = JSON([json["entry"][0], json["entry"][0]])
    #expect(await door.handle(post(json.bytes())).status == 200)
    bench.clock.advance(by: .days(6))
    #expect(await door.handle(post(body)).status == 200)
    #expect(bench.messages().isEmpty)
  }

  @Test func tellsHowFarMessagesCame() async throws {
    let bench = try await InboxBench()
    let seen = Mutex<[String]>([])
    let isBroken = Mutex(true)
    let door = try doorOfTests(
      bench,
      onStatus: { status in
        if isBroken.withLock({ $0 }) { throw StoreError(.full, "No room.") }
        seen.withLock { $0.append("\(status.externalID) \(status.state)") }
      }, onMove: { move in seen.withLock { $0.append("\(move.from.user)>\(move.to.user)") } })
    let status = post(try Payload.bytes("status_delivered.json"))
    #expect(await door.handle(status).status == 503)
    isBroken.withLock { $0 = false }
    #expect(await door.handle(status).status == 200)
    #expect(await door.handle(post(try Payload.bytes("system_number_change.json"))).status == 200)
    #expect(seen.withLock { $0 } == ["wamid.xyzxyz delivered", "972987654321>972912345678"])
  }

  @Test func servesOverARealSocket() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let server = try HTTPServer(handler: door)
    let port = try server.start()
    let client = try HTTPClient()
    let url = "http://127.0.0.1:\(port)\(WhatsAppDoor.webhookPath)"
    let body = try Payload.bytes("text.json")
    #expect(try await client.send(.post(url, json: body)).status == 401)
    #expect(try await client.send(.post(url, json: body, headers: [Self.field: signature(body)])).status == 200)
    let question = try await client.send(
      .get(url + "?hub.mode=subscribe&hub.verify_token=\(verifyToken)&hub.challenge=77"))
    #expect(question.status == 200 && question.text == "77")
    #expect(bench.messages().map(\.text) == ["Body Text"])
    await client.stop()
    await server.stop(graceful: .seconds(1))
  }
}
