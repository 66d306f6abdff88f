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
  static let lists: [String: NameList] = [
    "symbol": NameList([
      .init(id: "INFY", name: "Infosys"), .init(id: "TCS", name: "Tata Consultancy Services", aliases: ["tcs"]),
      .init(id: "RELIANCE", name: "Reliance Industries", aliases: ["reliance", "ril"]),
    ]),
    "project": NameList([.init(id: "p1", name: "Brew & Bean")]),
    "building": NameList([.init(id: "b1", name: "Tower A"), .init(id: "b2", name: "Lake House")]),
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
      "person=Amma schedule=2026-11-21T20:00 text=take her tablet"),
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
    .init(
      "add dolo as needed, at most 3 a day", "medicine.add",
      "as_needed=true daily_max=3 name=dolo"),
    .init(
      "paracetamol for pain, only when needed", "medicine.add", "as_needed=true name=paracetamol"),
    .init("share the shopping list with Amma", "list.share", "list=shopping person=Amma"),
    .init("when is my next tablet", "medicine.next", ""),
    .init(
      "kaalai saapaatuku apram BP maathirai podanum", "medicine.add",
      "name=BP maathirai schedule=2026-11-22T08:30", .tamilLatin),
    .init("stop sharing my location with Appa", "care.forbid", "relative=Appa right=location"),
    .init("who may see my medicines", "care.rights", "right=medicines"),
    .init("let Appa see my medicines", "care.allow", "relative=Appa right=medicines"),
    .init("did my mother take her tablets", "medicine.check", "person=mother"),
    .init("where is Appa now", "location.show", "person=Appa"),
    .init("spent 500 on lunch", "expense.add", "amount=500.00 INR what=lunch"),
    .init("uber 230", "expense.add", "amount=230.00 INR what=uber"),
    .init("petrol pe 1500 lage", "expense.add", "amount=1500.00 INR what=petrol", .hindiLatin),
    .init(
      "kal petrol par 1200 kharch kiye", "expense.add", "amount=1200.00 INR date=2026-11-20 what=petrol", .hindiLatin),
    .init("spent 300 on tea on 15 november", "expense.add", "amount=300.00 INR date=2026-11-15 what=tea"),
    .init("lunch with Meera 12 dec 1pm", "event.add", "starts=2026-12-12T13:00 title=lunch with Meera"),
    .init(
      "add task send invoice to Kumar by monday", "task.add", "due=2026-11-23T09:00 day title=send invoice to Kumar"),
    .init("what time is it", "assistant.clock", ""),
    .init("which day is 15 august", "assistant.clock", "day=2027-08-15"),
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
    .init("what did i ask you yesterday", "memory.search", "day=2026-11-20 period=yesterday"),
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
    .init("remind me to check valve 2001", "reminder.create", "text=check valve 2001"),
    .init(
      "remind me to water the plants in the garden at 6", "reminder.create",
      "schedule=2026-11-21T18:00 text=water the plants in the garden"),
    .init(
      "remind me every weekday at 9:30 to check the ads dashboard", "reminder.create",
      "schedule=2026-11-23T09:30 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR text=check the ads dashboard"),
    .init(
      "remind Karthik to send the invoice at 4", "reminder.create",
      "person=Karthik schedule=2026-11-21T16:00 text=send the invoice"),
    .init(
      "add expense 2400 for courier on Ezhil", "expense.add", "amount=2400.00 INR project=Ezhil what=courier"),
    .init("spent 350 on auto for Brew & Bean", "expense.add", "amount=350.00 INR project=p1 what=auto"),
    .init("paid rs. 250/- on tea", "expense.add", "amount=250.00 INR what=tea"),
    .init("find pharmacies near -36.85,174.76", "listing.search", "near=-36.85,174.76 what=pharmacies"),
    .init("pharmacies within 2 km", "listing.search", "radius_km=2.0 what=pharmacies"),
    .init(
      "remind me to tell amma about the function on sunday", "reminder.create",
      "schedule=2026-11-22T09:00 day text=tell amma about the function"),
    .init(
      "set remainder for tomorrow 7 to call plumber", "reminder.create",
      "schedule=2026-11-22T07:00 text=call plumber"),
    .init(
      "hey can you ping me in an hour to call back the client", "reminder.create",
      "schedule=2026-11-21T11:00 PT1H text=call back the client"),
    .init(
      "remind me at 5 to read room 204 meter", "reminder.create", "schedule=2026-11-21T17:00 text=read room 204 meter"),
    .init("change the milk reminder to 8", "reminder.edit", "reminder=the milk schedule=2026-11-21T20:00"),
    .init("ok its done", "reminder.done", ""), .init("i already did that", "reminder.done", ""),
    .init("skip todays", "reminder.skip", ""),
    .init("uber 220 for Northwind", "expense.add", "amount=220.00 INR project=Northwind what=uber"),
    .init(
      "i paid 12,500 for office rent on 1st", "expense.add", "amount=12500.00 INR date=2026-11-01 what=office rent"),
    .init("coffee shops near marina beach", "listing.search", "near=marina beach what=coffee shops"),
    .init("block 9 to 11 tomorrow for deep work", "event.add", "minutes=PT2H starts=2026-11-22T09:00 title=deep work"),
    .init(
      "set up a zoom with Karthik on tuesday 5 to 6 pm", "event.add",
      "minutes=PT1H starts=2026-11-24T17:00 title=zoom with Karthik"),
    .init(
      "add a workshop on friday between 3 and 5 pm", "event.add",
      "minutes=PT2H starts=2026-11-27T15:00 title=workshop"),
    .init(
      "put vacation on my calendar from 10th to 15th december", "event.add",
      "minutes=P6D starts=2026-12-10T09:00 day title=vacation"),
    .init(
      "maa ko call karne ki yaad dilao do ghante baad", "reminder.create",
      "schedule=2026-11-21T12:00 PT2H text=maa ko call karne", .hindiLatin),
    .init("done with vitamins", "reminder.done", "reminder=vitamins"),
    .init("tell me about lake house", "energy.building", "building=b2"),
    .init("infy 10 share vaangu 1450 ku", "trade.buy", "limit=1450.00 INR quantity=10.0 symbol=INFY", .tamilLatin),
    .init("infy ke 10 share 1450 pe kharido", "trade.buy", "limit=1450.00 INR quantity=10.0 symbol=INFY", .hindiLatin),
    .init("move tomorrow's call to wednesday 11", "event.move", "event=call starts=2026-11-25T11:00"),
    .init(
      "kal ki design meeting budhvar ko 11 baje kar do", "event.move", "event=design meeting starts=2026-11-25T11:00",
      .hindiLatin),
    .init("tcs ke aadhe share bech do", "trade.sell", "portion=half symbol=TCS", .hindiLatin),
    .init("lotus cafe ko 5 star do", "listing.review", "listing=lotus cafe stars=5", .hindiLatin),
    .init("लोटस कैफ़े को 5 स्टार दो", "listing.review", "listing=लोटस कैफ़े stars=5", .hindi),
    .init("any anomalies this week", "energy.anomalies", "period=week"),
    .init("how much did i spend in october", "expense.total", "period=2026-10-01/2026-10-31"),
    .init("how much did we spend on friday", "expense.total", "period=2026-11-20"),
    .init("total spend in the last 3 days", "expense.total", "period=2026-11-18/2026-11-20"),
    .init("total spent since monday", "expense.total", "period=2026-11-16/2026-11-21"),
    .init("how much did i spend last month", "expense.total", "period=last_month"),
    .init("show expenses from 1 nov to 15 nov", "expense.list", "period=2026-11-01/2026-11-15"),
    .init(
      "hi ammavukku 8 manikku tablet saapda nyabagapaduthu", "reminder.create",
      "person=Amma schedule=2026-11-21T20:00 text=tablet saapda", .tamilLatin),
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
    case .period(let period): period.text
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

  @Test("an open question does not swallow a new request")
  func newRequest() async throws {
    let engine = try await Engine.shared()
    var request = Engine.request("remind me to buy milk at 7am")
    request.expectedSlot = .init(intent: "reminder.create", slot: "schedule", kind: .when)
    let understood = engine.understandNow(request)
    #expect(understood.isNewRequest)
    #expect(Self.spell(understood.slots) == "schedule=2026-11-22T07:00 text=buy milk")

    request.expectedSlot = .init(intent: "reminder.create", slot: "text", kind: .text)
    request.text = "to water the plants"
    #expect(Self.spell(engine.understandNow(request).slots) == "text=water the plants")

    request.expectedSlot = .init(intent: "listing.search", slot: "near", kind: .place)
    request.text = "buy 10 infy"
    request.entities = Self.lists
    #expect(engine.understandNow(request).intent == "trade.buy")
  }

  @Test("two requests in one message, the second a question")
  func both() async throws {
    let engine = try await Engine.shared()
    let understood = engine.understandNow(Engine.request("remind me at 8 to call Ravi and what's on today"))
    #expect(understood.intent == "reminder.create")
    #expect(Self.spell(understood.slots) == "schedule=2026-11-21T20:00 text=call Ravi")
    #expect(understood.also.map(\.intent) == ["calendar.agenda"])
    for text in ["remind me to buy milk and bread", "remind me to call Ravi and cancel the gym at 8"] {
      #expect(engine.understandNow(Engine.request(text)).also.isEmpty, "\(text)")
    }
  }

  @Test("a denial is no correction")
  func denial() async throws {
    let engine = try await Engine.shared()
    var request = Engine.request("no chest pain today")
    request.currentIntent = "reminder.create"
    let understood = engine.understandNow(request)
    if case .correction = understood.kind { Issue.record("taken for a correction") }
    #expect(understood.intent != "emergency.alert")
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
    #expect(engine.read("my mom", as: .person, request) == .person("Mom"))
    #expect(engine.read("+91 98765 43210", as: .phone, request) == .phone("+919876543210"))
    #expect(engine.read("8", as: .time, request) == CivilTime(hour: 20, minute: 0).map(SlotValue.time))
    #expect(engine.read("banana", as: .when, request) == nil)
    #expect(engine.read("forget the rent one", as: .when, request) == nil, "a thing, not an hour")
    #expect(engine.read("one", as: .time, request) != nil)
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
    #expect(correction.slots["person"] == .person("Appa"))
  }

  @Test("small words of a dialogue, in every language")
  func dialogue() async throws {
    let engine = try await Engine.shared()
    for (word, text, language) in try IntentLibrary(folder: Engine.folder).dialogue.evaluation {
      let kind = engine.understandNow(Engine.request(text, languages: [language])).kind
      let wanted: Understood.Kind =
        switch word {
        case .affirm: .affirm
        case .deny: .deny
        case .cancel: .cancel
        case .undo: .undo
        case .again: .again
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
