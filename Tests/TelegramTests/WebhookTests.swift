import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Synchronization
import Testing

@testable import Telegram

@Suite struct WebhookTests {
  static let field = "X-Telegram-Bot-Api-Secret-Token"

  struct Shown: CustomTestStringConvertible {
    var testDescription: String
    var headers: HTTPHeaders
    init(_ name: String, _ fields: [(String, String)]) {
      testDescription = name
      headers = HTTPHeaders(fields)
    }
  }

  @Test(
    "refuses what does not show the secret, before the body",
    arguments: [
      Shown("nothing", []), Shown("blank", [(field, "")]), Shown("space", [(field, " ")]),
      Shown("wrong", [(field, "b-secret_of-Telegram")]), Shown("shorter", [(field, String(secret.dropLast()))]),
      Shown("longer", [(field, secret + "x")]), Shown("one byte", [(field, "a")]),
      Shown("other case", [(field, secret.uppercased())]), Shown("with a space", [(field, secret + " ")]),
      Shown("twice", [(field, secret), (field, secret)]), Shown("right then wrong", [(field, secret), (field, "x")]),
      Shown("wrong then right", [(field, "x"), (field, secret)]), Shown("a list", [(field, "\(secret), \(secret)")]),
      Shown("ten kilobytes", [(field, String(repeating: secret, count: 500))]),
      Shown("another header", [("Authorization", secret)]), Shown("a look-alike", [(field + "s", secret)]),
      Shown("forwarded", [("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")]),
    ])
  func unauthenticated(_ shown: Shown) async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let request = post(try Payload.bytes("text.json"), headers: shown.headers)
    guard case .refuse(let response) = door.admit(request.head) else {
      Issue.record("admitted")
      return
    }
    #expect(response.status == 401)
    #expect(await door.handle(request).status == 401)
    #expect(bench.messages().isEmpty)
  }

  @Test func admitsTheSecretOnly() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    guard case .accept(let limit) = door.admit(post([], headers: ["x-telegram-bot-api-SECRET-token": secret]).head)
    else {
      Issue.record("refused")
      return
    }
    #expect(limit == 1 << 20)
    for method in ["GET", "PUT", "HEAD", "DELETE", "post"] {
      guard
        case .refuse(let response) = door.admit(
          HTTPRequestHead(method: method, path: "/telegram/webhook", headers: [Self.field: secret]))
      else {
        Issue.record("admitted \(method)")
        continue
      }
      #expect(response.status == 405 && response.headers["Allow"] == "POST")
    }
  }

  @Test func aDoorWithoutItsSecretDoesNotStart() async throws {
    let bench = try await InboxBench()
    for blank in ["", " ", "\t\n"] { #expect(throws: TelegramError.self) { try doorOfTests(bench, secret: blank) } }
    #expect(throws: TelegramError.self) { try doorOfTests(bench, secret: nil, publicURL: "https://a.example") }
    let polling = try doorOfTests(bench, secret: nil)
    #expect(polling.mode == .polling)
    guard case .refuse(let response) = polling.admit(post([], headers: [Self.field: ""]).head) else {
      Issue.record("a webhook without a secret")
      return
    }
    #expect(response.status == 404)
    for token in ["", " ", "1:a b", "1:a/../b", "1:ä"] {
      #expect(throws: TelegramError.self) {
        try TelegramDoor(
          configuration: .init(token: token, secret: secret), inbox: bench.inbox,
          transport: MemoryTransport { _ in .json([:]) }, clock: bench.clock, metrics: bench.metrics)
      }
    }
  }

  @Test func takesOnlyWhatIsWellFormed() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let valid = try Payload.bytes("text.json")
    let start = try #require(valid.firstIndex(of: UInt8(ascii: "{")))
    for body in HostileBody.all(of: Array(valid[start...])) {
      let status = await door.handle(post(body.bytes)).status
      #expect(status == (body.isTaken ? 200 : 400), "\(body)")
    }
    // Every taken one was the same update.
    #expect(bench.messages().count == 1)
  }

  @Test func answersOnlyWhatIsOnDisk() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let body = try Payload.bytes("text.json")
    bench.isFull = true
    let busy = await door.handle(post(body))
    #expect(busy.status == 503 && busy.headers["Retry-After"] == "2")
    // What needs no room is acknowledged.
    #expect(await door.handle(post(try Payload.bytes("message_reaction.json"))).status == 200)
    bench.isFull = false
    let taken = await door.handle(post(body))
    guard case .bytes(let bytes) = taken.body else {
      Issue.record("not bytes")
      return
    }
    #expect(taken.status == 200 && bytes.isEmpty)
    #expect(bench.messages().map(\.externalID) == ["123456789"])
    // Replayed, alone and at once.
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<20 { group.addTask { await door.handle(post(body)).status } }
      for await status in group { #expect(status == 200) }
    }
    #expect(bench.messages().isEmpty)
  }

  @Test func aPressAndATextWithOneNumberAreTwo() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    for name in ["callback_query.json", "text.json", "edited_message.json"] {
      #expect(await door.handle(post(try Payload.bytes(name))).status == 200)
    }
    #expect(bench.messages().map(\.kind) == ["callback", "update", "edit"])
  }

  @Test func answersPressesAtOnce() async throws {
    let bench = try await InboxBench()
    bench.isFull = true
    let asked = Mutex<CheckedContinuation<HTTPClientRequest, Never>?>(nil)
    let door = try doorOfTests(
      bench,
      MemoryTransport { request in
        if request.url.hasSuffix("/getMe") { return .json(["ok": true, "result": ["username": "the_bot"]]) }
        asked.withLock { $0.take() }?.resume(returning: request)
        return .json(["ok": false, "error_code": 400, "description": "query is too old"], status: 400)
      })
    let press = post(try Payload.bytes("callback_query.json"))
    let running = Task { await door.run() }
    let request = await withCheckedContinuation { continuation in
      asked.withLock { $0 = continuation }
      Task { #expect(await door.handle(press).status == 503) }
    }
    running.cancel()
    await running.value
    #expect(request.url == "https://api.telegram.org/bot\(token)/answerCallbackQuery")
    #expect(try JSON.parse(request.body ?? []) == ["callback_query_id": "666728699048485871"])
  }

  @Test func tellsWhoBlockedTheBot() async throws {
    let bench = try await InboxBench()
    let seen = Mutex<[TelegramUpdate.Membership]>([])
    let door = try doorOfTests(bench, onMembership: { member in seen.withLock { $0.append(member) } })
    let body =
      #"{"update_id":1,"my_chat_member":{"chat":{"id":7,"type":"private"},"from":{"id":7},"new_chat_member":{"status":"kicked"}}}"#
    #expect(await door.handle(post(Array(body.utf8))).status == 200)
    #expect(seen.withLock { $0.map(\.isReachable) } == [false])
  }

  @Test func servesOverARealSocket() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench)
    let server = try HTTPServer(handler: door)
    let port = try server.start()
    let client = try HTTPClient()
    let url = "http://127.0.0.1:\(port)\(TelegramDoor.webhookPath)"
    let body = try Payload.bytes("text.json")
    #expect(try await client.send(.post(url, json: body)).status == 401)
    #expect(try await client.send(.post(url, json: body, headers: [Self.field: secret])).status == 200)
    let large = [UInt8](repeating: 32, count: TelegramDoor.bodyLimit + 1)
    #expect(try await client.send(.post(url, json: large, headers: [Self.field: secret])).status == 413)
    #expect(bench.messages().map(\.text) == ["aaaaaaaaaa"])
    await client.stop()
    await server.stop(graceful: .seconds(1))
  }
}
