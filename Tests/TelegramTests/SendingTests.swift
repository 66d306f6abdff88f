import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Testing

@testable import Delivery
@testable import Telegram

@Suite struct SendingTests {
  static let sent = MemoryTransport.Step.json(["ok": true, "result": ["message_id": 42]])
  static func refusal(_ code: Int, _ description: String, _ parameters: JSON = [:], headers: HTTPHeaders = [:])
    -> MemoryTransport.Step
  {
    .json(
      [
        "ok": false, "error_code": .integer(Int64(code)), "description": .string(description), "parameters": parameters,
      ],
      status: code, headers: headers)
  }
  static func text(_ text: String, _ runs: [StyledText.Run] = []) -> OutboundMessage {
    OutboundMessage(text: StyledText(text, runs: runs))
  }
  static let picture = KeptFile(id: "f", type: "image/png", name: nil, bytes: Array("PNG!".utf8), person: nil)

  /// In one line, for tables.
  static func describe(_ outcome: SendOutcome) -> String {
    switch outcome {
    case .sent(let id): "sent \(id ?? "-")"
    case .retry(let after, _, let pieces): "retry \(after.map { "\(Int($0.seconds))" } ?? "-") after \(pieces)"
    case .unknown(_, let pieces): "unknown after \(pieces)"
    case .refused: "refused"
    case .unreachable: "unreachable"
    case .nobodyThere: "nobody there"
    }
  }

  struct Case: CustomTestStringConvertible {
    var step: MemoryTransport.Step
    var outcome: String
    var testDescription: String
    init(_ name: String, _ step: MemoryTransport.Step, _ outcome: String) {
      (testDescription, self.step, self.outcome) = (name, step, outcome)
    }
  }

  @Test(
    "every answer has its outcome",
    arguments: [
      Case("accepted", sent, "sent 42"),
      Case(
        "429 in the body", refusal(429, "Too Many Requests: retry after 14", ["retry_after": 14]), "retry 14 after 0"),
      Case("429 in the header", refusal(429, "Too Many Requests", headers: ["Retry-After": "7"]), "retry 7 after 0"),
      Case("429 bare", refusal(429, "Too Many Requests"), "retry 1 after 0"),
      Case("429 of a proxy", .answer(HTTPClientResponse(status: 429, body: Array("slow".utf8))), "retry 1 after 0"),
      Case("429 for an age", refusal(429, "", ["retry_after": .integer(.max)]), "retry 3600 after 0"),
      Case("500", refusal(500, "Internal Server Error"), "retry - after 0"),
      Case("502 as HTML", .answer(HTTPClientResponse(status: 502, body: Array("<html>".utf8))), "retry - after 0"),
      Case("403 blocked", refusal(403, "Forbidden: bot was blocked by the user"), "unreachable"),
      Case("403 deactivated", refusal(403, "Forbidden: user is deactivated"), "unreachable"),
      Case("400 no chat", refusal(400, "Bad Request: chat not found"), "unreachable"),
      Case("400 not modified", refusal(400, "Bad Request: message is not modified: x"), "sent -"),
      Case("400 other", refusal(400, "Bad Request: can't parse entities"), "refused"),
      Case("400 moved", refusal(400, "Bad Request: group", ["migrate_to_chat_id": -100]), "refused"),
      Case("401", refusal(401, "Unauthorized"), "retry 300 after 0"),
      Case("404", refusal(404, "Not Found"), "retry 300 after 0"),
      Case("413", refusal(413, "Request Entity Too Large"), "refused"),
      Case("a redirect", .answer(HTTPClientResponse(status: 302)), "retry - after 0"),
      Case("200 with ok false", refusal(200, "x"), "retry - after 0"),
      Case(
        "200 unreadable", .answer(HTTPClientResponse(status: 200, body: Array("{\"ok\":tr".utf8))), "unknown after 0"),
      Case("200 of a portal", .answer(HTTPClientResponse(status: 200, body: Array("<html>".utf8))), "unknown after 0"),
      Case("no connection", .fail(.refused, .notSent), "retry - after 0"),
      Case("no name", .fail(.unreachable, .notSent), "retry - after 0"),
      Case("timeout after sending", .fail(.timeout, .unknown), "unknown after 0"),
      Case("reset after sending", .fail(.broken, .unknown), "unknown after 0"),
    ])
  func outcomes(_ row: Case) async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench, MemoryTransport { _ in row.step })
    #expect(Self.describe(await door.send(item(Self.text("hello")), picture: nil)) == row.outcome)
  }

  @Test func sendsTextWithEntitiesAndNoPreview() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    let message = OutboundMessage(
      text: StyledText(
        "👩‍👩‍👧 *நல்லது* <b>_x_</b>",
        runs: [.init(start: 9, length: 8, style: .bold), .init(start: 18, length: 900, style: .code)]),
      buttons: [
        .init(id: "b1", label: "Taken"), .init(id: "b2", label: "Later"), .init(id: "b3", label: "Skip this one today"),
      ])
    #expect(Self.describe(await door.send(item(message), picture: nil)) == "sent 42")
    #expect(network.requests.map(\.url) == ["https://api.telegram.org/bot\(token)/sendMessage"])
    #expect(network.requests[0].neverResend)
    #expect(
      network.bodies == [
        [
          "chat_id": 77, "text": "👩‍👩‍👧 *நல்லது* <b>_x_</b>", "link_preview_options": ["is_disabled": true],
          "entities": [
            ["type": "bold", "offset": 9, "length": 8], ["type": "code", "offset": 18, "length": 10],
          ],
          "reply_markup": [
            "inline_keyboard": [
              [["text": "Taken", "callback_data": "b1"], ["text": "Later", "callback_data": "b2"]],
              [["text": "Skip this one today", "callback_data": "b3"]],
            ]
          ],
        ]
      ])
  }

  private static func state(_ text: String, replaces: String?) -> OutboxItem {
    var message = Self.text(text)
    message.purpose = OutboundMessage.progress
    message.buttons = [.init(id: "b1", label: "Pause")]
    var item = item(message)
    item.version = 2
    item.replaces = replaces
    return item
  }

  @Test func changesTheMessageThatIsThere() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    #expect(Self.describe(await door.send(Self.state("1 of 2", replaces: nil), picture: nil)) == "sent 42")
    #expect(Self.describe(await door.send(Self.state("2 of 2", replaces: "42"), picture: nil)) == "sent 42")
    #expect(network.requests.map { $0.url.split(separator: "/").last } == ["sendMessage", "editMessageText"])
    #expect(network.bodies[0]["disable_notification"] == true)
    #expect(network.bodies[1]["message_id"] == 42 && network.bodies[1]["text"] == "2 of 2")
    #expect(network.bodies[1]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "b1")
  }

  @Test(
    "what comes of a change",
    arguments: [
      Case(
        "the same", refusal(400, "Bad Request: message is not modified: specified new message content"), "sent 41"),
      Case("gone", refusal(400, "Bad Request: message to edit not found"), "sent 42"),
      Case("too old", refusal(400, "Bad Request: message can't be edited"), "sent 42"),
      Case("no chat", refusal(400, "Bad Request: chat not found"), "unreachable"),
      Case("blocked", refusal(403, "Forbidden: bot was blocked by the user"), "unreachable"),
      Case("too many", refusal(429, "Too Many Requests", ["retry_after": 9]), "retry 9 after 0"),
      Case("nobody knows whether it was made: it is made again", .fail(.timeout, .unknown), "retry - after 0"),
      Case("a bad day", refusal(502, "Bad Gateway"), "retry - after 0"),
    ])
  func changing(_ row: Case) async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([row.step]) { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    #expect(Self.describe(await door.send(Self.state("2 of 2", replaces: "41"), picture: nil)) == row.outcome)
    #expect(network.requests.count == (row.outcome == "sent 42" ? 2 : 1))
  }

  @Test func splitsLongTextsBetweenCharacters() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    for unit in ["👩‍👩‍👧‍👦", "😀", "நி", "क्षि", "word ", "e\u{301}"] {
      let whole = String(repeating: unit, count: 12_000 / unit.utf16.count)
      let total = whole.utf16.count
      var message = Self.text(whole, [.init(start: 0, length: total, style: .bold)])
      message.buttons = [.init(id: "b", label: "ok")]
      let before = network.bodies.count
      #expect(Self.describe(await door.send(item(message), picture: nil)) == "sent 42")
      let bodies = Array(network.bodies.dropFirst(before))
      #expect(bodies.count >= 3)
      for (index, body) in bodies.enumerated() {
        let text = try #require(body["text"].string)
        #expect(text.utf16.count <= 4_096)
        #expect(text.utf16.count <= body["entities"][0]["length"].int ?? 0)
        #expect(body["entities"][0]["offset"].int == 0 && body["entities"][0]["length"].int == text.utf16.count)
        #expect(body["reply_markup"].isNull == (index < bodies.count - 1))
        // Every piece is made of whole characters.
        #expect(text.split(separator: " ").joined().allSatisfy { unit.contains($0) })
      }
      #expect(bodies.compactMap { $0["text"].string }.joined().filter { $0 != " " } == whole.filter { $0 != " " })
    }
  }

  @Test func goesOnWithThePieceThatFailed() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([Self.sent, .fail(.timeout, .unknown)]) { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    let message = Self.text(
      String(repeating: "a", count: 4_096) + "\n\n" + String(repeating: "b", count: 4_096) + "\n\nc")
    #expect(Self.describe(await door.send(item(message), picture: nil)) == "unknown after 1")
    #expect(Self.describe(await door.send(item(message, piecesSent: 1), picture: nil)) == "sent 42")
    #expect(network.bodies.map { $0["text"].string?.first } == ["a", "b", "b", "c"])
    #expect(Self.describe(await door.send(item(message, piecesSent: 3), picture: nil)) == "sent -")
  }

  @Test func sendsPicturesWithTheirWords() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    var message = Self.text("A chart", [.init(start: 2, length: 5, style: .italic)])
    message.picture = "f"
    message.buttons = [.init(id: "b", label: "More")]
    #expect(Self.describe(await door.send(item(message), picture: Self.picture)) == "sent 42")
    let request = network.requests[0]
    #expect(request.url.hasSuffix("/sendPhoto") && request.timeout >= .seconds(60))
    let body = String(decoding: request.body ?? [], as: UTF8.self)
    for part in [
      "name=\"chat_id\"\r\n\r\n77\r\n", "name=\"caption\"\r\n\r\nA chart\r\n",
      "name=\"caption_entities\"\r\n\r\n[{\"type\":\"italic\",\"offset\":2,\"length\":5}]\r\n",
      "name=\"reply_markup\"\r\n\r\n{\"inline_keyboard\":[[{\"text\":\"More\",\"callback_data\":\"b\"}]]}\r\n",
      "name=\"photo\"; filename=\"picture.png\"\r\nContent-Type: image/png\r\n\r\nPNG!\r\n",
    ] { #expect(body.contains(part), "\(part)") }
    let boundary = try #require(request.headers["Content-Type"]?.split(separator: "=").last)
    #expect(body.hasPrefix("--\(boundary)\r\n") && body.hasSuffix("--\(boundary)--\r\n"))

    message.text = StyledText(String(repeating: "long ", count: 300))
    #expect(Self.describe(await door.send(item(message), picture: Self.picture)) == "sent 42")
    #expect(network.requests.map { $0.url.split(separator: "/").last } == ["sendPhoto", "sendPhoto", "sendMessage"])
    #expect(!String(decoding: network.requests[1].body ?? [], as: UTF8.self).contains("reply_markup"))
    // The picture expired: the words go alone.
    #expect(Self.describe(await door.send(item(message), picture: nil)) == "sent 42")
    #expect(network.requests.last?.url.hasSuffix("/sendMessage") == true)
    #expect(Self.describe(await door.send(item(Self.text("")), picture: nil)) == "refused")
  }

  @Test func sendsADocumentWithItsName() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    let file = KeptFile(id: "f", type: "application/pdf", name: "medicines.pdf", bytes: Array("%PDF".utf8), person: nil)
    #expect(Self.describe(await door.send(item(Self.text("For the doctor")), picture: file)) == "sent 42")
    let request = network.requests[0]
    #expect(network.requests.count == 1 && request.url.hasSuffix("/sendDocument"))
    let body = String(decoding: request.body ?? [], as: UTF8.self)
    #expect(
      body.contains(
        "name=\"document\"; filename=\"medicines.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n"))
  }

  @Test func sendsAPictureOfAnOddShapeAsAFile() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([Self.refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")]) { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    #expect(Self.describe(await door.send(item(Self.text("x")), picture: Self.picture)) == "sent 42")
    #expect(network.requests.map { $0.url.split(separator: "/").last } == ["sendPhoto", "sendDocument"])
  }

  @Test func sendsAVoiceNoteAsOneAndAsAFileWhereItIsNotWanted() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([Self.sent, Self.refusal(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")]) { _ in
      Self.sent
    }
    let door = try doorOfTests(bench, network)
    let voice = KeptFile(id: "f", type: "audio/ogg; codecs=opus", name: nil, bytes: Array("OggS".utf8), person: nil)
    for _ in 0..<2 { #expect(Self.describe(await door.send(item(Self.text("x")), picture: voice)) == "sent 42") }
    #expect(network.requests.map { $0.url.split(separator: "/").last } == ["sendVoice", "sendVoice", "sendDocument"])
    #expect(String(decoding: network.requests[0].body ?? [], as: UTF8.self).contains("name=\"voice\"; filename="))
  }

  @Test func sendsPins() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    let message = OutboundMessage(
      text: StyledText("Here"), buttons: [.init(id: "go", label: "I go")],
      location: Coordinate(latitude: 13.0827, longitude: 80.2707))
    _ = await door.send(item(message, chat: "-100123"), picture: nil)
    #expect(
      network.bodies[0] == ["chat_id": -100123, "latitude": 13.0827, "longitude": 80.2707]
        && network.bodies[1]["text"] == "Here" && !network.bodies[1]["reply_markup"].isNull)
  }

  @Test func leavesRoomForLabels() {
    func rows(_ labels: String...) -> [Int] {
      TelegramKeyboard.rows(labels.map { .init(id: $0, label: $0) }).map(\.count)
    }
    #expect(rows("Yes", "No") == [2])
    #expect(rows("1", "2", "3", "4") == [3, 1])
    #expect(rows("எடுத்துவிட்டேன்", "பிறகு", "விடு") == [3])
    #expect(rows("Call my daughter now", "Yes") == [1, 1])
    #expect(rows("Yes", "Eleven chars", "No") == [2, 1])
    #expect(TelegramKeyboard.markup([.init(id: String(repeating: "x", count: 65), label: "x")]) == nil)
    #expect(TelegramKeyboard.markup([]) == nil)
  }

  @Test func secretsStayInside() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench, MemoryTransport { _ in .fail(.timeout, .unknown) })
    guard case .unknown(let reason, _) = await door.send(item(Self.text("x")), picture: nil) else {
      Issue.record("not unknown")
      return
    }
    #expect(!reason.contains("AAbb"))
    do {
      _ = try await door.fetch(
        .init(kind: .voice, handle: "h", type: nil, name: nil, bytes: nil, caption: nil))
      Issue.record("fetched")
    } catch {
      #expect(!"\(error)".contains("AAbb"))
    }
  }

  @Test("what is refused for how it looks is sent plain")
  func plain() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([Self.refusal(400, "Bad Request: ENTITY_BOUNDS_INVALID")]) { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    let words = item(Self.text("bold words", [.init(start: 0, length: 4, style: .bold)]))
    #expect(Self.describe(await door.send(words, picture: nil)) == "sent 42")
    #expect(network.bodies.count == 2 && network.bodies.allSatisfy { $0["text"] == "bold words" })
    #expect(network.bodies[0]["entities"].array?.count == 1 && network.bodies[1].object?["entities"] == nil)
  }

}
