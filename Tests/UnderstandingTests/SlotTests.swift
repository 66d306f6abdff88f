import Actions
import Base
import Testing
import Text
import Time

@testable import Understanding

struct Said: CustomTestStringConvertible, Sendable {
  var text: String
  var intent: String?
  /// Slots as text, in the order of their names: "amount=500.00 INR what=lunch".
  var slots: String
  var language = Language.english
  var testDescription: String { "\(language) \(text)" }

  init(_ text: String, _ intent: String?, _ slots: String, _ language: Language = .english) {
    self.text = text
    self.intent = intent
    self.slots = slots
    self.language = language
  }
}

@Suite struct SlotTests {
  static let lists: [String: [EntityEntry]] = [
    "symbol": [
      .init(id: "INFY", name: "Infosys"), .init(id: "TCS", name: "Tata Consultancy Services", aliases: ["tcs"]),
      .init(id: "RELIANCE", name: "Reliance Industries", aliases: ["reliance", "ril"]),
    ],
    "building": [.init(id: "b1", name: "Tower A"), .init(id: "b2", name: "Lake House")],
  ]

  static let table: [Said] = [
    .init(
      "remind me to call the plumber tomorrow at 5", "reminder.create",
      "schedule=2026-11-22T17:00 text=call the plumber"),
    .init("Remind me to call Dr Rao at 8 pm", "reminder.create", "schedule=2026-11-21T20:00 text=call Dr Rao"),
    .init(
      "every day at 9 remind me to feed the dog", "reminder.create",
      "schedule=2026-11-22T09:00 FREQ=DAILY text=feed the dog"),
    .init(
      "remind amma to take her tablet at 8 pm", "reminder.create",
      "person=mother schedule=2026-11-21T20:00 text=take her tablet"),
    .init(
      "set a reminder for the dentist on monday at 4 pm", "reminder.create",
      "schedule=2026-11-23T16:00 text=the dentist"),
    .init(
      "remind me in 20 minutes to check the rice", "reminder.create",
      "schedule=2026-11-21T10:20 PT20M text=check the rice"),
    .init("snooze for 15 minutes", "reminder.snooze", "delay=PT15M"),
    .init("cancel my plumber reminder", "reminder.cancel", "reminder=plumber"),
    .init("what reminders do i have tomorrow", "reminder.list", "day=2026-11-22"),
    .init("add metformin every morning at 8", "medicine.add", "name=metformin schedule=2026-11-22T08:00 FREQ=DAILY"),
    .init("did my mother take her tablets", "care.status", "person=mother"),
    .init("where is Appa now", "location.show", "person=father"),
    .init("spent 500 on lunch", "expense.add", "amount=500.00 INR what=lunch"),
    .init("paid 1.5 lakh to the contractor", "expense.add", "amount=150000.00 INR what=the contractor"),
    .init("paid $40 for hosting", "expense.add", "amount=40.00 USD what=hosting"),
    .init("add expense rs 1,250 taxi", "expense.add", "amount=1250.00 INR what=taxi"),
    .init("spent 4k on ads yesterday", "expense.add", "amount=4000.00 INR date=2026-11-20 what=ads"),
    .init("how much did i spend this month", "expense.total", "period=month"),
    .init("buy 10 infy at 1450", "trade.buy", "limit=1450.00 INR quantity=10.0 symbol=INFY"),
    .init("sell 5 tcs", "trade.sell", "quantity=5.0 symbol=TCS"),
    .init("price of relaince", "trade.quote", "symbol=RELIANCE"),
    .init("load profile of tower a yesterday", "energy.profile", "building=b1 day=2026-11-20"),
    .init("find plumbers near velachery", "listing.search", "near=velachery what=plumbers"),
    .init("what did i ask you yesterday", "memory.search", "day=2026-11-20"),
    .init("reply in tamil", "assistant.language", "language=ta"),
    .init("approve code AB3D5F7H", "pairing.approve", "code=AB3D5F7H"),
    .init("add a meeting with Ravi tomorrow at 3", "event.add", "starts=2026-11-22T15:00 title=meeting with Ravi"),
    .init(
      "schedule a call with Meena tomorrow at 4:30 pm for 1 hour", "event.add",
      "minutes=PT1H starts=2026-11-22T16:30 title=call with Meena"),
    .init(
      "book a table for 4 at Green Cafe tonight", "listing.book", "listing=Green Cafe people=4 starts=2026-11-21T21:00"),
    .init(
      "naalaikku kaalaila 8 manikku BP tablet nyabagapaduthu", "reminder.create",
      "schedule=2026-11-22T08:00 text=BP tablet", .tamilLatin),
    .init(
      "mujhe kal subah 7 baje dawai yaad dila dena", "reminder.create", "schedule=2026-11-22T07:00 text=dawai",
      .hindiLatin),
    .init("tell me about quantum chromodynamics", nil, ""),
    .init("what is the weather in paris", nil, ""),
  ]

  static func spell(_ value: SlotValue) -> String {
    switch value {
    case .text(let text), .person(let text), .place(let text), .phone(let text), .choice(let text): text
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .money(let money): "\(money)"
    case .duration(let duration): duration.iso8601
    case .date(let date): "\(date)"
    case .time(let time): "\(time)"
    case .when: TimeReadingTests.spell(value)
    case .entity(let id, _): id
    }
  }

  static func spell(_ slots: [String: SlotValue]) -> String {
    slots.sorted { $0.key < $1.key }.map { "\($0.key)=\(spell($0.value))" }.joined(separator: " ")
  }

  @Test("fills the slots of a sentence", arguments: table)
  func fills(_ said: Said) async throws {
    let engine = try await Engine.shared()
    var request = Engine.request(said.text, languages: [said.language])
    request.entities = Self.lists
    let understood = engine.understandNow(request)
    #expect(understood.intent == said.intent)
    if said.intent != nil { #expect(Self.spell(understood.slots) == said.slots) }
  }

  @Test("answers to a question fill the slot that was asked for")
  func expected() async throws {
    let engine = try await Engine.shared()
    var request = Engine.request("8 pm")
    request.expectedSlot = .init(intent: "reminder.create", slot: "schedule", kind: .when)
    var understood = engine.understandNow(request)
    #expect(understood.intent == "reminder.create")
    #expect(Self.spell(understood.slots) == "schedule=2026-11-21T20:00")

    request.text = "call the plumber tomorrow at 5"
    request.expectedSlot = .init(intent: "reminder.create", slot: "text", kind: .text)
    understood = engine.understandNow(request)
    #expect(Self.spell(understood.slots) == "schedule=2026-11-22T17:00 text=call the plumber")

    request.text = "never mind"
    #expect(engine.understandNow(request).kind == .cancel)

    request.text = "show my reminders"
    #expect(engine.understandNow(request).intent == "reminder.list")
  }

  @Test("reads a value alone")
  func alone() async throws {
    let engine = try await Engine.shared()
    let request = Engine.request("")
    #expect(engine.read("half an hour", as: .duration, request) == .duration(.minutes(30)))
    #expect(engine.read("20", as: .duration, request) == .duration(.minutes(20)))
    #expect(engine.read("two lakh fifty thousand", as: .number, request) == .number(250_000))
    #expect(engine.read("₹1,20,000.50", as: .money, request) == .money(Money(minor: 12_000_050, currency: "INR")))
    #expect(engine.read("five", as: .integer, request) == .integer(5))
    #expect(engine.read("my mom", as: .person, request) == .person("mother"))
    #expect(engine.read("+91 98765 43210", as: .phone, request) == .phone("+919876543210"))
    #expect(engine.read("8", as: .time, request) == CivilTime(hour: 20, minute: 0).map(SlotValue.time))
    #expect(engine.read("banana", as: .when, request) == nil)
    #expect(engine.read("banana", as: .number, request) == nil)
  }

  @Test("a known person is meant by any word of the same relation")
  func people() async throws {
    let engine = try await Engine.shared()
    var request = Engine.request("where is mom")
    request.names = ["Amma", "Ravi Kumar"]
    #expect(engine.understandNow(request).slots["person"] == .person("Amma"))
    request.text = "where is ravi kumar"
    #expect(engine.understandNow(request).slots["person"] == .person("Ravi Kumar"))
  }

  @Test(
    "corrections carry the new value", arguments: ["no, 9 pm", "no 9pm", "make it 9 pm", "9 pm", "sorry, I meant 9 pm"])
  func corrections(_ text: String) async throws {
    let engine = try await Engine.shared()
    var request = Engine.request(text)
    request.currentIntent = "reminder.create"
    guard case .correction(let correction) = engine.understandNow(request).kind else {
      Issue.record("no correction")
      return
    }
    #expect(Self.spell(correction.slots) == "schedule=2026-11-21T21:00")
  }

  @Test("not Amma, Appa")
  func otherPerson() async throws {
    let engine = try await Engine.shared()
    var request = Engine.request("not Amma, Appa")
    request.currentIntent = "reminder.create"
    guard case .correction(let correction) = engine.understandNow(request).kind else {
      Issue.record("no correction")
      return
    }
    #expect(correction.slots["person"] == .person("father"))
  }

  @Test("small words of a dialogue, in every language")
  func dialogue() async throws {
    let engine = try await Engine.shared()
    for (word, text, language) in engine.library.dialogue.evaluation {
      let kind = engine.understandNow(Engine.request(text, languages: [language])).kind
      let wanted: Understood.Kind =
        switch word {
        case .affirm: .affirm
        case .deny: .deny
        case .cancel: .cancel
        case .undo: .undo
        case nil: .intent
        }
      #expect(kind == wanted, "\(language) \(text)")
    }
  }

  @Test("a persona's limits hold")
  func allowed() async throws {
    let engine = try await Engine.shared()
    var request = Engine.request("buy 10 shares of infosys")
    request.allowedIntents = ["reminder.create", "reminder.list"]
    #expect(engine.understandNow(request).kind == .outOfScope)
    request.text = "I fell down"
    #expect(engine.understandNow(request).intent == "emergency.alert")
  }
}
