import Actions
import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Synchronization
import Testing

@testable import Telegram

/// Polling, registration, files and the doctor's questions.
@Suite struct FetchingTests {
  static func updates(_ ids: Int...) -> MemoryTransport.Step {
    .json([
      "ok": true,
      "result": JSON(
        ids.map { id -> JSON in
          [
            "update_id": .integer(Int64(id)),
            "message": ["message_id": 1, "from": ["id": 7], "chat": ["id": 7], "text": "t\(id)"],
          ]
        }),
    ])
  }

  @Test func pollsOnlyPastWhatIsOnDisk() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([Self.updates(10, 11), Self.updates(12), Self.updates(12, 13)]) { _ in Self.updates()
    }
    let door = try doorOfTests(bench, network, secret: nil)
    var state = TelegramDoor.PollState(now: bench.clock.now)
    #expect(await door.pollOnce(&state) == .zero)
    #expect(bench.messages().map(\.text) == ["t10", "t11"])
    bench.isFull = true
    #expect(await door.pollOnce(&state) > .zero)
    bench.isFull = false
    #expect(await door.pollOnce(&state) == .zero)
    #expect(bench.messages().map(\.text) == ["t12", "t13"])
    _ = await door.pollOnce(&state)
    #expect(network.bodies.map { $0["offset"].int } == [nil, 12, 12, 14])
    #expect(network.bodies[0]["timeout"] == 50 && network.bodies[0]["allowed_updates"].array?.count == 4)
    #expect(network.requests[0].timeout > .seconds(55))
    // After a quiet week the numbers begin anew, maybe below.
    bench.clock.advance(by: .days(7))
    _ = await door.pollOnce(&state)
    #expect(network.bodies.last?["offset"].int == nil)
  }

  @Test func waitsLongerWhenNothingWorks() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in .fail(.unreachable, .notSent) }
    let door = try doorOfTests(bench, network, secret: nil)
    var state = TelegramDoor.PollState(now: bench.clock.now)
    var pauses: [Duration] = []
    for _ in 0..<12 { pauses.append(await door.pollOnce(&state)) }
    #expect(pauses[0] <= .milliseconds(500) && pauses[11] >= .seconds(30) && pauses.allSatisfy { $0 <= .seconds(60) })
    for (code, expected) in [(409, 30), (401, 60), (429, 3)] {
      let door = try doorOfTests(
        bench, MemoryTransport { _ in SendingTests.refusal(code, "x", ["retry_after": 3]) }, secret: nil)
      #expect(await door.pollOnce(&state) == .seconds(expected))
    }
  }

  @Test("that another program polls is told, until it does no more")
  func conflict() async throws {
    let bench = try await InboxBench()
    let told = Mutex<[String?]>([])
    let network = MemoryTransport([SendingTests.refusal(409, "Conflict: terminated by other getUpdates request")]) {
      _ in .json(["ok": true, "result": []])
    }
    let door = try doorOfTests(
      bench, network, secret: nil, onTrouble: { trouble in told.withLock { $0.append(trouble) } })
    var state = TelegramDoor.PollState(now: bench.clock.now)
    for _ in 0..<2 { _ = await door.pollOnce(&state) }
    let troubles = told.withLock { $0 }
    #expect(troubles.count == 2 && troubles[0]?.contains("another program polls with this token") == true)
    #expect(troubles[1] == nil)
  }

  @Test("a webhook that an earlier start left is removed once; one that comes back is another program's")
  func leftWebhook() async throws {
    let bench = try await InboxBench()
    let isSet = SendingTests.refusal(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
    let network = MemoryTransport([isSet, .json(["ok": true, "result": true])]) { _ in isSet }
    let door = try doorOfTests(bench, network, secret: nil)
    var state = TelegramDoor.PollState(now: bench.clock.now)
    #expect(await door.pollOnce(&state) == .zero)
    #expect(network.requests[1].url.hasSuffix("/deleteWebhook") && network.bodies[1]["drop_pending_updates"] == false)
    #expect(await door.pollOnce(&state) == .seconds(30))
    #expect(network.requests.count == 3)
  }

  @Test func survivesAnyAnswerToAPoll() async throws {
    let bench = try await InboxBench()
    let recorded = try Payload.json("getupdates_single_group.json")
    for json in HostileBody.variants(of: recorded) {
      let door = try doorOfTests(bench, MemoryTransport { _ in .json(json) }, secret: nil)
      var state = TelegramDoor.PollState(now: bench.clock.now)
      _ = await door.pollOnce(&state)
    }
  }

  @Test func registersTheWebhook() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in .json(["ok": true, "result": true]) }
    let door = try doorOfTests(bench, network, publicURL: "https://porch.example/")
    try await door.register()
    #expect(network.bodies[0]["url"] == "https://porch.example/telegram/webhook")
    #expect(network.bodies[0]["secret_token"] == .string(secret) && network.bodies[0]["max_connections"] == 40)
    let odd = try doorOfTests(bench, network, secret: "with space", publicURL: "https://porch.example")
    await #expect(throws: TelegramError.self) { try await odd.register() }
    let refused = try doorOfTests(
      bench, MemoryTransport { _ in SendingTests.refusal(400, "bad webhook: HTTPS url must be provided") },
      publicURL: "http://porch.example")
    await #expect(throws: TelegramError.self) { try await refused.register() }
    let made = TelegramConfiguration.makeSecret(random: SeededRandom(seed: 3))
    #expect(made.count == 43 && made != TelegramConfiguration.makeSecret(random: SeededRandom(seed: 4)))
  }

  static let voice = InboundMessage.Media(
    kind: .voice, handle: "file-1", type: nil, name: nil, bytes: nil, caption: nil)

  @Test func fetchesFiles() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([
      .json(["ok": true, "result": ["file_path": "voice/file_1.oga", "file_size": 4]]),
      .answer(HTTPClientResponse(status: 200, body: [1, 2, 3, 4])),
    ]) { _ in .json([:], status: 404) }
    let door = try doorOfTests(bench, network)
    #expect(try await door.fetch(Self.voice) == [1, 2, 3, 4])
    #expect(network.requests[1].url == "https://api.telegram.org/file/bot\(token)/voice/file_1.oga")
    #expect(network.requests[1].maxResponseBytes == 20 << 20)
    await #expect(throws: TelegramError.self) { try await door.fetch(Self.voice) }
    var large = Self.voice
    large.bytes = 21 << 20
    await #expect(throws: TelegramError.self) { try await door.fetch(large) }
    #expect(network.requests.count == 3)
  }

  @Test(
    "asks for plain paths only",
    arguments: [
      "../secret", "a/../b", "/etc/passwd", "a//b", "a/./b", "", "a?b", "a#b", "a%2e", "a\\b", "a b", "http://x/y", "ä",
    ])
  func paths(_ path: String) async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in .json(["ok": true, "result": ["file_path": .string(path)]]) }
    let door = try doorOfTests(bench, network)
    await #expect(throws: TelegramError.self) { try await door.fetch(Self.voice) }
    #expect(network.requests.count == 1)
  }

  @Test func doctorSpeaksPlainly() async throws {
    func findings(_ steps: [MemoryTransport.Step], secret: String? = secret, publicURL: String? = nil) async throws
      -> [String]
    {
      let check = TelegramCheck(
        configuration: TelegramConfiguration(token: token, secret: secret, publicURL: publicURL),
        transport: MemoryTransport(steps) { _ in SendingTests.sent })
      return await check.findings().map { finding in
        switch finding {
        case .fine(let text): "fine: " + text
        case .advice(let text): "advice: " + text
        case .wrong(let text): "wrong: " + text
        }
      }
    }
    let me: JSON = [
      "ok": true, "result": ["id": 123456, "username": "porch_bot", "can_read_all_group_messages": true],
    ]
    let wrong = try await findings([SendingTests.refusal(401, "Unauthorized")])
    #expect(wrong.count == 1 && wrong[0].hasPrefix("wrong: Telegram does not know the token"))
    let polling = try await findings([.json(me), .json(["ok": true, "result": ["url": "https://x"]])], secret: nil)
    #expect(polling.map { $0.prefix(5) } == ["fine:", "advic", "wrong"])
    let hook = try await findings(
      [
        .json(me),
        .json([
          "ok": true,
          "result": [
            "url": "https://a.example/telegram/webhook", "last_error_message": "Connection refused",
            "pending_update_count": 4,
          ],
        ]),
      ], publicURL: "https://a.example")
    #expect(hook.last == "wrong: Telegram could not deliver to the webhook: Connection refused. 4 updates wait.")
    #expect(try await findings([.fail(.unreachable, .notSent)]).first?.hasPrefix("wrong: Telegram cannot be") == true)
  }
}
