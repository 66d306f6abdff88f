import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Synchronization
import Testing
import Text

@testable import Delivery
@testable import WhatsApp

@Suite("The day after somebody wrote, and what may be sent when it is over") struct WindowTests {
  private static let sent = SendingTests.sent
  private static let dose = OutboundMessage(
    text: StyledText("Take *Metformin*:\n\t• one\n• with    food"), purpose: "dose")

  static func template(_ yaml: String) throws -> WhatsAppTemplate {
    try WhatsAppTemplate(YAML.parse(yaml, file: "thinnai.yaml"))
  }
  private static func templates() throws -> [String: WhatsAppTemplate] {
    [
      "medicine": try template("{name: dose_due, languages: [en_US, ta], parameters: ['{name}', '{text}']}"),
      "other": try template("{name: write_me, language: en}"),
    ]
  }

  private func deliver(_ door: WhatsAppDoor, _ value: JSON) async throws -> Int {
    var value = value
    value["metadata"] = ["phone_number_id": .string(number)]
    let body: JSON = [
      "object": "whatsapp_business_account",
      "entry": [["changes": [["field": "messages", "value": value]]]],
    ]
    return await door.handle(post(body.bytes())).status
  }

  private func write(_ door: WhatsAppDoor, from: String = chats[0], id: String) async throws {
    let message: JSON = [
      "from": .string(from), "from_user_id": "IN.77aB", "id": .string(id), "type": "text", "text": ["body": "hello"],
    ]
    #expect(try await deliver(door, ["messages": [message]]) == 200)
  }

  @Test("open for a day from the last message, under both ids, and again after a restart; a repeat opens nothing")
  func day() async throws {
    let bench = try await InboxBench()
    let door = try doorOfTests(bench, isOpen: false)
    func isOpen(_ door: WhatsAppDoor) -> [Bool] { chats.map { door.window.isOpen($0, at: bench.clock.now) } }
    #expect(isOpen(door) == [false, false])
    try await write(door, id: "wamid.1")
    #expect(isOpen(door) == [true, true])
    bench.clock.advance(by: .hours(23))
    #expect(isOpen(door) == [true, true])
    let restarted = try doorOfTests(bench, isOpen: false)
    #expect(isOpen(restarted) == [false, false])
    try await restarted.load()
    #expect(isOpen(restarted) == [true, true])
    bench.clock.advance(by: .hours(1))
    for door in [door, restarted] { #expect(isOpen(door) == [false, false]) }
    // the platform repeats for a week
    try await write(door, id: "wamid.1")
    #expect(isOpen(door) == [false, false])
    try await write(door, id: "wamid.2")
    #expect(isOpen(door) == [true, true])
  }

  @Test("after it, what has a template goes as that, in the person's language and in one line")
  func template() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    let door = try doorOfTests(bench, network, isOpen: false, templates: try Self.templates())
    #expect(SendingTests.describe(await door.send(item(Self.dose), picture: nil)) == "sent wamid.out")
    var other = Self.dose
    other.purpose = "listing"
    #expect(SendingTests.describe(await door.send(item(other), picture: nil)) == "sent wamid.out")
    #expect(
      network.bodies.map { $0["template"] } == [
        [
          "name": "dose_due", "language": ["code": "ta"],
          "components": [
            [
              "type": "body",
              "parameters": [
                ["type": "text", "text": "Lakshmi"],
                ["type": "text", "text": "Take *Metformin*: • one • with food"],
              ],
            ]
          ],
        ],
        ["name": "write_me", "language": ["code": "en"]],
      ])
    for body in network.bodies {
      #expect(body["type"] == "template" && body["to"] == "972987654321" && body["biz_opaque_callback_data"] == "o1")
    }
  }

  @Test("after it, what has none is refused unsent; an alarm is tried all the same")
  func none() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport { _ in Self.sent }
    var door = try doorOfTests(bench, network, isOpen: false)
    let outcome = await door.send(item(Self.dose), picture: nil)
    guard case .refused(let reason) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reason.contains("24-hour window") && network.requests.isEmpty)
    let alarm = await door.send(item(Self.dose, urgency: .emergency), picture: nil)
    #expect(SendingTests.describe(alarm) == "sent wamid.out" && network.bodies.map { $0["type"] } == ["text"])
    door = try doorOfTests(
      bench, network, isOpen: false, templates: ["alert": Self.template("{name: a, language: ta}")])
    var help = Self.dose
    help.purpose = "alert"
    _ = await door.send(item(help, urgency: .emergency), picture: nil)
    #expect(network.bodies.last?["type"] == "template")
  }

  @Test("the platform's word that it is closed counts at once, in the answer and in a status")
  func closed() async throws {
    let bench = try await InboxBench()
    let network = MemoryTransport([SendingTests.fault(131047)]) { _ in Self.sent }
    let statuses = Mutex<[WhatsAppStatus]>([])
    let door = try doorOfTests(bench, network, templates: try Self.templates()) { status in
      statuses.withLock { $0.append(status) }
    }
    #expect(SendingTests.describe(await door.send(item(Self.dose), picture: nil)) == "sent wamid.out")
    #expect(network.bodies.map { $0["type"] } == ["text", "template"])
    #expect(!door.window.isOpen(chats[0], at: bench.clock.now))
    try await write(door, id: "wamid.1")
    #expect(door.window.isOpen(chats[0], at: bench.clock.now))
    let status: JSON = [
      "id": "wamid.out", "status": "failed", "recipient_id": .string(chats[0]), "errors": [["code": 131047]],
      "biz_opaque_callback_data": "o1",
    ]
    #expect(try await deliver(door, ["statuses": [status]]) == 200)
    #expect(!door.window.isOpen(chats[0], at: bench.clock.now))
    #expect(statuses.withLock { $0.map { $0.faults.first?.pause } } == [.zero])
  }

  @Test("a template that is paused, or an account that is locked, is told to the owner")
  func trouble() async throws {
    let bench = try await InboxBench()
    let codes = Mutex<[Int]>([])
    let network = MemoryTransport { _ in SendingTests.fault(132015) }
    let door = try doorOfTests(
      bench, network, isOpen: false, templates: try Self.templates(),
      onTrouble: { fault in codes.withLock { $0.append(fault.code) } })
    for _ in 0..<3 { #expect(SendingTests.describe(await door.send(item(Self.dose), picture: nil)) == "refused") }
    #expect(codes.withLock { $0 } == [132015], "once in ten minutes")
    let status: JSON = ["id": "w", "status": "failed", "recipient_id": "7", "errors": [["code": 131031]]]
    #expect(try await deliver(door, ["statuses": [status]]) == 200)
    #expect(codes.withLock { $0 } == [132015, 131031])
  }

  @Test("parameters are one line each, never empty, and short enough together")
  func values() throws {
    let template = try Self.template("{name: t, language: ta, parameters: ['Dear {name}', '{text}', 'fixed']}")
    #expect(template.values(text: " a\n\n\tb      c ", name: "Lakshmi\nAmma")[0...1] == ["Dear Lakshmi Amma", "a b c"])
    #expect(try Self.template("{name: t, language: ta, parameters: ['{text}']}").values(text: "\n", name: "") == ["–"])
    for unit in ["நி", "👩‍👩‍👧‍👦", "word "] {
      let values = template.values(
        text: String(repeating: unit, count: 2_000), name: String(repeating: "n", count: 900))
      #expect(values.reduce(0) { $0 + $1.utf16.count } <= WhatsAppTemplate.valuesLimit)
      #expect(values[1].hasSuffix("…") && values[1].dropLast().allSatisfy { unit.contains($0) })
      #expect(values[1].utf16.count > WhatsAppTemplate.valuesLimit / 2 && values[2] == "fixed")
    }
  }

  @Test(
    "a template is set with a name, its languages and its parameters",
    arguments: [
      ("{language: en}", "name"), ("{name: Dose-Due, language: en}", "small letters"),
      ("{name: a}", "languages"), ("{name: a, language: klingon}", "klingon"),
      ("{name: a, languages: []}", "languages"),
      ("{name: a, language: en, parameters: ['{medicine}']}", "{medicine}"),
      ("{name: a, language: en, parameters: [\"two\\nlines\"]}", "one line"),
      ("{name: a, language: en, parameters: ['']}", "one line"),
      ("{name: a, language: en, parameters: ['{text'] }", "one line"),
      ("{name: a, language: en, parameters: [a, a, a, a, a, a, a, a, a, a, a]}", "at most"),
      ("{name: a, language: en, parametres: []}", "parameters"),
    ])
  func mistakes(_ yaml: String, _ words: String) throws {
    do {
      _ = try Self.template(yaml)
      Issue.record("\(yaml) was taken")
    } catch let error as DataFileError {
      #expect(error.sentence.contains(words), "\(error.sentence)")
    }
  }

  @Test("for languages that were not approved the next best is taken")
  func languages() throws {
    let template = try Self.template("{name: a, languages: [hi, en_US]}")
    #expect(template.code(for: .hindiLatin) == "hi" || template.code(for: .hindiLatin) == "en_US")
    #expect(template.code(for: .tamil) == "en_US" && template.code(for: .hindi) == "hi")
  }

  @Test("every code has its cure; one that nobody knows is read by its class")
  func codes() {
    func cures(_ codes: Int...) -> Set<WhatsAppFault.Cure> {
      Set(codes.map { WhatsAppFault(code: $0, title: "").cure })
    }
    #expect(cures(131047) == [.template])
    #expect(cures(1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004, 133015, 133016) == [.retry])
    #expect(cures(100, 130472, 130497, 131008, 131009, 131021, 131026, 131050, 131051, 131052, 131053) == [.stop])
    #expect(
      cures(
        0, 3, 10, 33, 190, 200, 230, 299, 368, 131005, 131031, 131037, 131042, 131045, 131048, 131049, 131064, 132000,
        132001, 132005, 132007, 132012, 132015, 132016, 132068, 132069, 133000, 133005, 133006, 133010, 134011) == [
          .alert
        ])
    // not known to anybody
    #expect(cures(132_777, 133_777, 134_777) == [.alert])
    #expect(cures(999_999, 131_999, 138_006, WhatsAppFault.noCode) == [.stop])
    let known = WhatsAppFault.known
    #expect(known.count > 50 && known.filter { $0.value == .undeliverable }.keys.sorted() == [131026, 131062])
  }
}
