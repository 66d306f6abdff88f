import Actions
import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Testing

@testable import Delivery
@testable import WhatsApp

@Suite struct SendingTests {
  static let sent = MemoryTransport.Step.json(["messages": [["id": "wamid.out"]]])
  static func fault(_ code: Int, status: Int = 400, headers: HTTPHeaders = [:]) -> MemoryTransport.Step {
    .json(["error": ["code": .integer(Int64(code)), "message": "m"]], status: status, headers: headers)
  }
  static let picture = KeptFile(id: "f", type: "image/png", name: nil, bytes: Array("PNG!".utf8), person: nil)

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

  static func buttons(_ labels: String...) -> [OutboundMessage.Button] {
    labels.enumerated().map { .init(id: "b\($0.offset)", label: $0.element) }
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
      Case("accepted", sent, "sent wamid.out"),
      Case("window closed", fault(131047), "refused"), Case("undeliverable", fault(131026), "unreachable"),
      Case("experiment", fault(130472), "refused"), Case("pair rate", fault(131056, status: 429), "retry 6 after 0"),
      Case("throughput", fault(130429, status: 429, headers: ["Retry-After": "9"]), "retry 9 after 0"),
      Case("throughput, soon", fault(130429, headers: ["Retry-After": "1"]), "retry 6 after 0"),
      Case("app calls", fault(4), "retry 6 after 0"), Case("account calls", fault(80007), "retry 6 after 0"),
      Case("generic", fault(131000, status: 500), "retry - after 0"),
      Case("temporary", fault(131016, status: 503), "retry - after 0"),
      Case("token", fault(190, status: 401), "retry 300 after 0"),
      Case("rights", fault(10, status: 403), "retry 300 after 0"),
      Case("rights 200", fault(200, status: 403), "retry 300 after 0"),
      Case("rights 299", fault(299), "retry 300 after 0"),
      Case("access", fault(131005, status: 403), "retry 300 after 0"),
      Case("locked", fault(131031, status: 403), "retry 300 after 0"),
      Case("policy", fault(368, status: 403), "retry 300 after 0"),
      Case("spam", fault(131048), "refused"), Case("marketing", fault(131049), "refused"),
      Case("limit", fault(131064), "refused"),
      Case("parameter", fault(131009), "refused"), Case("missing", fault(131008), "refused"),
      Case("id", fault(100), "refused"),
      Case("template", fault(132001, status: 404), "refused"), Case("media", fault(131053), "refused"),
      Case("unknown code", fault(999_999), "refused"),
      Case("unknown code, 500", fault(999_999, status: 500), "retry - after 0"),
      Case("401 bare", .answer(HTTPClientResponse(status: 401)), "retry 300 after 0"),
      Case("429 bare", .answer(HTTPClientResponse(status: 429)), "retry 6 after 0"),
      Case("502 as HTML", .answer(HTTPClientResponse(status: 502, body: Array("<html>".utf8))), "retry - after 0"),
      Case("200 with an error", fault(131000, status: 200), "retry - after 0"),
      Case("200 unreadable", .answer(HTTPClientResponse(status: 200, body: Array("{".utf8))), "unknown after 0"),
      Case("no connection", .fail(.refused, .notSent), "retry - after 0"),
      Case("timeout after sending", .fail(.timeout, .unknown), "unknown after 0"),
    ])
  func outcomes(_ row: Case) async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench, MemoryTransport { _ in row.step })
    let outcome = await door.send(item(OutboundMessage(text: StyledText("hello"))), picture: nil)
    #expect(Self.describe(outcome) == row.outcome)
    if case .refused(let reason) = outcome, row.testDescription == "window closed" {
      #expect(reason.contains("24-hour window"))
    }
  }

  /// Sends and gives the bodies without what every one has.
  private func bodies(_ message: OutboundMessage, picture: KeptFile? = nil, chat: String = "972987654321") async throws
    -> [JSON]
  {
    let bench = try await InboxBench()
    let network = MemoryTransport { request in
      request.url.hasSuffix("/media") ? .json(["id": "media-1"]) : Self.sent
    }
    let door = try doorOfTests(bench, network)
    #expect(Self.describe(await door.send(item(message, chat: chat), picture: picture)) == "sent wamid.out")
    for request in network.requests {
      #expect(request.headers["Authorization"] == "Bearer EAAG-token-of-the-system-user")
      #expect(request.url.hasPrefix("https://graph.facebook.com/v23.0/\(number)/"))
      #expect(request.neverResend == request.url.hasSuffix("/messages"))
    }
    return network.bodies.map { body in
      guard var object = body.object else { return "upload" }
      #expect(object["messaging_product"] == "whatsapp" && object["biz_opaque_callback_data"] == "o1")
      for key in ["messaging_product", "biz_opaque_callback_data", "recipient_type"] { object[key] = nil }
      return .object(object)
    }
  }

  @Test func sendsTextWithMarks() async throws {
    let message = OutboundMessage(
      text: StyledText("Take Atenolol now", runs: [.init(start: 5, length: 8, style: .bold)]))
    #expect(
      try await bodies(message) == [
        ["type": "text", "text": ["body": "Take *Atenolol* now", "preview_url": false], "to": "972987654321"]
      ])
    #expect(try await bodies(message, chat: "IN.77aB")[0]["recipient"] == "IN.77aB")
  }

  @Test func offersButtonsOrAListOrNumbers() async throws {
    func first(_ buttons: [OutboundMessage.Button]) async throws -> JSON {
      try await bodies(OutboundMessage(text: StyledText("Which?"), buttons: buttons)).last ?? .null
    }
    let three = try await first(Self.buttons("Taken", "Later", "Skip"))
    #expect(
      three["interactive"] == [
        "type": "button", "body": ["text": "Which?"],
        "action": [
          "buttons": [
            ["type": "reply", "reply": ["id": "b0", "title": "Taken"]],
            ["type": "reply", "reply": ["id": "b1", "title": "Later"]],
            ["type": "reply", "reply": ["id": "b2", "title": "Skip"]],
          ]
        ],
      ])
    let four = try await first(Self.buttons("One", "Two", "Three", "A label that is longer than a title"))
    #expect(
      four["interactive"] == [
        "type": "list", "body": ["text": "Which?"],
        "action": [
          "button": "☰ 1–4",
          "sections": [
            [
              "rows": [
                ["id": "b0", "title": "One"], ["id": "b1", "title": "Two"], ["id": "b2", "title": "Three"],
                [
                  "id": "b3", "title": "A label that is longer…", "description": "A label that is longer than a title",
                ],
              ]
            ]
          ],
        ],
      ])
    #expect(try await first(Self.buttons("Exactly twenty chars"))["interactive"]["type"] == "button")
    #expect(try await first(Self.buttons("Exactly twenty-1 char"))["interactive"]["type"] == "list")
    #expect(try await first(Self.buttons("Same", "Same"))["interactive"]["type"] == "list")
    let many = (1...11).map { OutboundMessage.Button(id: "b\($0)", label: "L\($0)") }
    #expect(
      try await first(many)["text"]["body"].string?.hasSuffix(
        "Which?\n\n1. L1\n2. L2\n3. L3\n4. L4\n5. L5\n6. L6\n7. L7\n8. L8\n9. L9\n10. L10\n11. L11") == true)
  }

  @Test func keepsWordsWithButtonsShort() async throws {
    let long = String(repeating: "நல்லது word ", count: 600)
    let sent = try await bodies(OutboundMessage(text: StyledText(long), buttons: Self.buttons("Ok")))
    #expect(sent.map { $0["type"].string } == ["text", "text", "interactive"])
    #expect(sent.allSatisfy { ($0["text"]["body"].string ?? "").utf16.count <= 4_096 })
    let body = try #require(sent.last?["interactive"]["body"]["text"].string)
    #expect(body.utf16.count <= 1_024 && !body.isEmpty)
    let whole = sent.compactMap { $0["text"]["body"].string ?? $0["interactive"]["body"]["text"].string }.joined()
    #expect(whole.filter { $0 != " " } == long.filter { $0 != " " })
    // Buttons alone still need a body.
    let bare = try await bodies(OutboundMessage(text: StyledText(""), buttons: Self.buttons("Ok")))
    #expect(bare[0]["interactive"]["body"]["text"] == "👇")
  }

  @Test func splitsBetweenCharactersWithMarksCounted() async throws {
    for unit in ["👩‍👩‍👧‍👦", "😀", "நி", "word "] {
      let text = String(repeating: unit, count: 9_000 / unit.utf16.count)
      let sent = try await bodies(
        OutboundMessage(text: StyledText(text, runs: [.init(start: 0, length: text.utf16.count, style: .bold)])))
      #expect(sent.count >= 3)
      for body in sent {
        let text = try #require(body["text"]["body"].string)
        #expect(text.utf16.count <= 4_096 && text.hasPrefix("*") && text.hasSuffix("*"))
        #expect(text.dropFirst().dropLast().allSatisfy { unit.contains($0) })
      }
    }
  }

  @Test func sendsADocumentWithItsName() async throws {
    let file = KeptFile(id: "f", type: "application/pdf", name: "medicines.pdf", bytes: Array("%PDF".utf8), person: nil)
    var message = OutboundMessage(text: StyledText("For the doctor"))
    #expect(
      try await bodies(message, picture: file) == [
        "upload",
        [
          "type": "document", "document": ["caption": "For the doctor", "id": "media-1", "filename": "medicines.pdf"],
          "to": "972987654321",
        ],
      ])
    message.buttons = Self.buttons("More")
    let one = try await bodies(message, picture: file)
    #expect(
      one[1]["interactive"]["header"]
        == ["type": "document", "document": ["id": "media-1", "filename": "medicines.pdf"]])
  }

  @Test(
    "a file goes in the form that the platform shows",
    arguments: [
      ("audio/ogg; codecs=opus", 3, #"{"type":"audio","audio":{"voice":true,"id":"media-1"}}"#),
      ("audio/mpeg", 3, #"{"type":"audio","audio":{"id":"media-1"}}"#),
      ("image/webp", 3, #"{"type":"document","document":{"id":"media-1","filename":"file"}}"#),
      ("image/png", 6 << 20, #"{"type":"document","document":{"id":"media-1","filename":"file"}}"#),
      ("image/jpeg", 3, #"{"type":"image","image":{"id":"media-1"}}"#),
    ])
  func forms(_ type: String, _ size: Int, _ expected: String) async throws {
    let file = KeptFile(id: "f", type: type, name: nil, bytes: [UInt8](repeating: 1, count: size), person: nil)
    var message = OutboundMessage(text: StyledText(""))
    message.buttons = []
    var body = try await bodies(message, picture: file)[1]
    body = .object(JSONObject((body.object ?? [:]).members.filter { $0.key != "to" }.map { ($0.key, $0.value) }))
    #expect(body.text() == expected)
    // sound has no words beside it: they follow
    message.text = StyledText("Listen")
    message.buttons = Self.buttons("Done")
    let pieces = try await bodies(message, picture: file)
    #expect(
      pieces.count == (type.hasPrefix("audio") ? 3 : 2) && pieces.last?["interactive"]["body"]["text"] == "Listen")
  }

  @Test func sendsPicturesAndPins() async throws {
    var message = OutboundMessage(text: StyledText("A chart"))
    #expect(
      try await bodies(message, picture: Self.picture) == [
        "upload", ["type": "image", "image": ["caption": "A chart", "id": "media-1"], "to": "972987654321"],
      ])
    message.buttons = Self.buttons("More")
    let one = try await bodies(message, picture: Self.picture)
    #expect(one.count == 2 && one[1]["interactive"]["header"] == ["type": "image", "image": ["id": "media-1"]])
    message.buttons = Self.buttons("1", "2", "3", "4")
    #expect(
      try await bodies(message, picture: Self.picture).map { $0["type"].string } == [nil, "image", "interactive"])
    message = OutboundMessage(text: StyledText("Here"), location: Coordinate(latitude: 13.08, longitude: 80.27))
    let pin = try await bodies(message)
    #expect(pin.map { $0["type"].string } == ["location", "text"])
    #expect(pin[0]["location"] == ["latitude": 13.08, "longitude": 80.27])
  }

  @Test func anUploadThatFailsIsTriedAgain() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([.fail(.timeout, .unknown)]) { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    let message = OutboundMessage(text: StyledText("A chart"), picture: "f")
    #expect(Self.describe(await door.send(item(message), picture: Self.picture)) == "retry - after 0")
    #expect(Self.describe(await door.send(item(OutboundMessage(text: StyledText(" \n"))), picture: nil)) == "refused")
  }

  @Test func goesOnWithThePieceThatFailed() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([Self.sent, .fail(.broken, .unknown)]) { _ in Self.sent }
    let door = try doorOfTests(bench, network)
    let message = OutboundMessage(
      text: StyledText(String(repeating: "a", count: 4_096) + "\n\n" + String(repeating: "b", count: 4_096)))
    #expect(Self.describe(await door.send(item(message), picture: nil)) == "unknown after 1")
    #expect(Self.describe(await door.send(item(message, piecesSent: 1), picture: nil)) == "sent wamid.out")
    #expect(network.bodies.map { $0["text"]["body"].string?.first } == ["a", "b", "b"])
  }

  @Test(
    "draws marks where they work",
    arguments: [
      ("*Take* it", "*Take* it"), ("_now_ or `later`", "_now_ or `later`"),
      ("*bold _and italic_*", "*bold _and italic_*"),
      ("plain", "plain"), ("\\*not bold\\*", "\u{2060}*not bold*"), ("2 \\* 3 \\* 4", "2 * 3 * 4"),
      ("snake\\_case\\_name", "snake_case_name"), ("~gone~", "\u{2060}~gone~"), ("`a*b*c`", "`a*b*c`"),
    ])
  func marks(_ markup: String, _ expected: String) {
    #expect(WhatsAppMarkup.render(StyledText(markup: markup)) == expected)
  }

  @Test func drawsMarksPerLineAndWord() {
    func render(_ text: String, _ runs: (Int, Int, StyledText.Style)...) -> String {
      WhatsAppMarkup.render(StyledText(text, runs: runs.map { .init(start: $0.0, length: $0.1, style: $0.2) }))
    }
    #expect(render("one\ntwo", (0, 7, .bold)) == "*one*\n*two*")
    #expect(render(" one  two", (0, 5, .italic)) == " _one_  two")
    #expect(render("onetwo", (0, 3, .bold)) == "onetwo")
    #expect(render("a b c d", (0, 3, .bold), (2, 5, .italic)) == "*a b* c d")
    #expect(
      render("a", (-5, 900, .bold)) == "*a*" && render("a", (7, 3, .bold)) == "a" && render("", (0, 1, .code)) == "")
    #expect(render("a", (0, .max, .bold)) == "*a*")
  }

  @Test func fetchesFromItsOwnPlacesOnly() async throws {
    let bench = try await InboxBench()
    let voice = InboundMessage.Media(kind: .voice, handle: "77", type: nil, name: nil, bytes: nil, caption: nil)
    func fetch(_ url: String) async throws -> ([UInt8], [String]) {
      let network = MemoryTransport([.json(["url": .string(url), "file_size": 3])]) { _ in
        .answer(HTTPClientResponse(status: 200, body: [1, 2, 3]))
      }
      let bytes = try await doorOfTests(bench, network).fetch(voice)
      #expect(network.requests.allSatisfy { $0.headers["Authorization"] != nil })
      return (bytes, network.requests.map(\.url))
    }
    let own = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=3"
    let (bytes, urls) = try await fetch(own)
    #expect(bytes == [1, 2, 3] && urls == ["https://graph.facebook.com/v23.0/77", own])
    #expect(try await fetch("https://graph.facebook.com/x").0.count == 3)
    for url in [
      "http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com.evil.example/x",
      "https://lookaside.fbsbx.com@evil.example/",
      "https://evil.example/", "http://169.254.169.254/latest", "file:///etc/passwd", "https://graph.facebook.com",
      "https://graph.facebook.com:444/x", "https://lookaside.fbsbx.com/a b",
      "https://lookaside.fbsbx.com\\@evil.example/",
    ] { await #expect(throws: WhatsAppError.self, "\(url)") { _ = try await fetch(url) } }
    let odd = InboundMessage.Media(kind: .voice, handle: "../1", type: nil, name: nil, bytes: nil, caption: nil)
    let network = MemoryTransport { _ in .json([:]) }
    let door = try doorOfTests(bench, network)
    do {
      _ = try await door.fetch(odd)
      Issue.record("fetched")
    } catch { #expect(network.requests.isEmpty) }
  }

  @Test func marksAsReadAndTypes() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in .json(["success": true]) }
    let door = try doorOfTests(bench, network)
    await door.markRead("wamid.1", typing: true)
    #expect(
      network.bodies == [
        [
          "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1",
          "typing_indicator": ["type": "text"],
        ]
      ])
  }

  @Test func doctorSpeaksPlainly() async throws {
    func first(_ step: MemoryTransport.Step) async throws -> String {
      switch await WhatsAppCheck(configuration: configuration(), transport: MemoryTransport { _ in step }).findings()
        .first
      {
      case .fine(let text): "fine: " + text
      case .advice(let text): "advice: " + text
      case .wrong(let text): "wrong: " + text
      case nil: "nothing"
      }
    }
    #expect(
      try await first(.json(["display_phone_number": "+91 44 1234"]))
        == "fine: WhatsApp knows the token; the number is +91 44 1234.")
    #expect(try await first(Self.fault(190, status: 401)).hasPrefix("wrong: WhatsApp does not take the token (190)"))
    #expect(try await first(Self.fault(100)).hasPrefix("wrong: WhatsApp does not know the phone number id"))
    #expect(try await first(.fail(.timeout, .unknown)).hasPrefix("wrong: WhatsApp cannot be reached"))
    #expect(try await first(Self.fault(131000, status: 500)).hasPrefix("advice"))
  }
}
