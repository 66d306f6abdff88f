import Actions
import Base
import Formats
import Knowledge
import Memory
import Messages
import People
import RoomTesting
import Store
import Testing
import Text

@Suite("Facts with history")
struct HistoryTests {
  @Test("what is told is answered, and says from when it is known")
  func told() async throws {
    let book = try await Notebook(now: "2026-03-03T04:30:00Z")
    try await book.tell("Amma's doctor is Dr. Latha")
    #expect(try await book.ask("who is Amma's doctor?") == "Amma's doctor: Dr. Latha. You told me today.")
    await book.house.advance(by: .days(1))
    #expect(try await book.ask("who is Amma's doctor?") == "Amma's doctor: Dr. Latha. You told me yesterday.")
    book.house.clock.advance(by: .days(100))
    #expect(try await book.ask("who's Amma's doctor") == "Amma's doctor: Dr. Latha. You told me on 3 March.")
  }

  @Test("a new value ends the old one: now the new one is true, and then the old one was")
  func invalidated() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    try await book.tell("Amma lives in Chennai")
    book.house.clock.advance(by: .days(90))
    let outcome = try await book.tell("Amma moved to Madurai")
    #expect(book.house.text(outcome.say).contains("Before: Amma's home: Chennai"))
    book.house.clock.advance(by: .days(90))
    #expect(try await book.values("where does Amma live?") == ["Madurai"])
    #expect(try await book.values("where did Amma live in February?") == ["Chennai"])
    #expect(try await book.values("where did Amma live in May?") == ["Madurai"])
  }

  @Test("a third value leaves the end of the first one as it was")
  func three() async throws {
    let book = try await Notebook(now: "2026-01-11T04:30:00Z")
    try await book.tell("Amma's doctor is Dr. One")
    book.house.clock.advance(by: .days(59))
    try await book.tell("Amma's doctor is Dr. Two")
    book.house.clock.advance(by: .days(92))
    try await book.tell("Amma's doctor is Dr. Three")
    book.house.clock.advance(by: .days(30))
    #expect(try await book.values("who was Amma's doctor in February?") == ["Dr. One"])
    #expect(try await book.values("who was Amma's doctor in April?") == ["Dr. Two"])
    #expect(try await book.values("who is Amma's doctor?") == ["Dr. Three"])
    // who comes back begins anew
    try await book.tell("Amma's doctor is Dr. One")
    book.house.clock.advance(by: .days(1))
    #expect(try await book.values("who was Amma's doctor in April?") == ["Dr. Two"])
    #expect(try await book.values("who is Amma's doctor?") == ["Dr. One"])
  }

  @Test("as of another time: what ended later was still so")
  func asOf() async throws {
    let book = try await Notebook(now: "2026-02-01T04:30:00Z")
    try await book.tell("Raghavan takes metformin")
    try await book.tell("Raghavan takes atorvastatin")
    book.house.clock.advance(by: .days(60))
    try await book.tell("he stopped metformin")
    book.house.clock.advance(by: .days(60))
    #expect(try await book.values("which tablets was he on in March?").sorted() == ["atorvastatin", "metformin"])
    #expect(try await book.values("which tablets is Raghavan on") == ["atorvastatin"])
  }

  @Test("a change in the past is told with its time")
  func since() async throws {
    let book = try await Notebook()
    try await book.tell("Amma lives in Chennai since 2019")
    try await book.tell("Amma moved to Madurai last month")
    #expect(try await book.values("where did Amma live in 2020") == ["Chennai"])
    #expect(try await book.values("where did Amma live in August 2026") == ["Chennai"])
    #expect(try await book.values("where does Amma live") == ["Madurai"])
  }

  @Test("no telling makes fewer facts than there were")
  func neverFewer() async throws {
    let book = try await Notebook()
    var before = 0
    for sentence in [
      "I like cricket", "I hate cricket", "I like cricket", "I like cricket", "Amma's doctor is Dr. Latha",
      "Amma's doctor is Dr. Priya", "Amma's doctor is Dr. Latha", "Appa takes metformin", "he stopped metformin",
      "he stopped metformin", "Amma lives in Chennai", "Amma used to live in Salem", "Amma moved to Madurai",
      "Amma moved to Chennai",
    ] {
      try await book.tell(sentence)
      let now = try await book.live()
      #expect(now >= before, "\(sentence)")
      before = now
    }
  }

  @Test("love and then hate leaves the hate, and the love as it was")
  func opposites() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    try await book.tell("Meera likes cricket")
    book.house.clock.advance(by: .days(60))
    try await book.tell("Meera hates cricket")
    book.house.clock.advance(by: .days(1))
    #expect(try await book.values("what does Meera like") == [])
    #expect(try await book.values("what does Meera dislike") == ["cricket"])
    #expect(try await book.values("what did Meera like in January") == ["cricket"])
  }

  @Test("a changed value of a known relation is a new version, however little it changed")
  func everyChange() async throws {
    let book = try await Notebook()
    try await book.tell("remember that Meera's age is 5 years")
    try await book.tell("remember that Meera's age is 6 years")
    #expect(try await book.values("how old is Meera") == ["6 years"])
  }

  @Test("the same write three times with one key is one row; told three times it is one fact")
  func idempotent() async throws {
    let book = try await Notebook()
    for _ in 0..<3 { try await book.tell("I like filter coffee", ["key": "k1"]) }
    #expect(try await book.rows("knowledge_facts") == 1)
    for _ in 0..<3 { try await book.tell("I like tea") }
    #expect(try await book.rows("knowledge_facts") == 2)
  }

  @Test("what cannot change is asked about, and only a yes puts it right")
  func contradiction() async throws {
    let book = try await Notebook()
    try await book.tell("remember that Meera's blood group is O positive")
    await #expect(throws: ActionError.self) { try await book.tell("remember that Meera's blood group is B positive") }
    #expect(try await book.values("what is Meera's blood group") == ["O positive"])
    try await book.tell("remember that Meera's blood group is B positive", ["replaces": true])
    #expect(try await book.values("what is Meera's blood group") == ["B positive"])
  }

  @Test("a correction puts right what was believed, for all of its time")
  func corrected() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    try await book.tell("Amma's doctor is Dr. Latha")
    book.house.clock.advance(by: .days(60))
    try await book.house.run("memory.correct", ["fact": "that's wrong, Amma's doctor is Dr. Lalitha"])
    #expect(try await book.values("who is Amma's doctor") == ["Dr. Lalitha"])
    #expect(try await book.values("who was Amma's doctor in January") == ["Dr. Lalitha"])
  }

  @Test("of several the one that was spoken of last is put right")
  func correctedOne() async throws {
    let book = try await Notebook()
    try await book.tell("Meera's teacher is Mrs. Bose")
    await book.house.advance(by: .days(1))
    try await book.tell("Meera's teacher is Mrs. Rao")
    book.house.clock.advance(by: .minutes(2))
    try await book.house.run("memory.correct", ["fact": "that's wrong, Meera's teacher is Mrs. Iyer"])
    #expect(try await book.values("who is Meera's teacher").sorted() == ["Mrs. Bose", "Mrs. Iyer"])
  }

  @Test("what the house can do is no question about anybody")
  func you() async throws {
    for text in ["what can you do", "what do you like", "what do you own"] {
      #expect(try await Notebook().read(text) == nil, "\(text)")
    }
  }

  @Test("undo takes back what was told, and what it had ended is true again")
  func undo() async throws {
    let book = try await Notebook()
    try await book.tell("Amma lives in Chennai")
    let inverse = try #require(try await book.tell("Amma moved to Madurai").inverse)
    try await book.house.run(inverse.name, inverse.arguments)
    #expect(try await book.values("where does Amma live") == ["Chennai"])
  }

  @Test("two names of one thing are merged, and two again when that was wrong")
  func merging() async throws {
    let book = try await Notebook()
    try await book.tell("Amma's doctor is Dr. Latha")
    try await book.tell("Lathamma lives in Adyar")
    #expect(try await book.values("where does Dr. Latha live") == [])
    try await book.tell("Dr. Latha and Lathamma are the same person")
    #expect(try await book.values("where does Dr. Latha live") == ["Adyar"])
    try await book.tell("Dr. Latha and Lathamma are two different people")
    #expect(try await book.values("where does Dr. Latha live") == [])
    #expect(try await book.values("where does Lathamma live") == ["Adyar"])
  }

  @Test("somebody without a name gets one")
  func naming() async throws {
    let book = try await Notebook()
    try await book.tell("my daughter studies at DAV school")
    try await book.tell("my daughter's name is Meera")
    #expect(try await book.values("who is my daughter") == ["Meera"])
    #expect(try await book.values("where does Meera study") == ["DAV school"])
    #expect(try await book.values("where does my daughter study") == ["DAV school"])
    #expect(try await book.values("what is my daughter's name?") == ["Meera"])
  }

  @Test("a way over several facts is found and shown")
  func hops() async throws {
    let book = try await Notebook()
    for sentence in [
      "Amma's cardiologist is Dr. Suresh", "Meera is my daughter", "Meera can drive", "Kumar can drive",
      "Amma's driver is Kumar",
    ] { try await book.tell(sentence) }
    let answer = try await book.ask("who can drive Amma to the cardiologist?")
    #expect(answer.contains("Amma's driver: Kumar"))
    #expect(answer.contains("Amma's cardiologist: Dr. Suresh"))
    let way = try await book.ask("how is Kumar related to Dr. Suresh?")
    #expect(way.contains("Amma's driver: Kumar") && way.contains("Amma's cardiologist: Dr. Suresh"))
  }

  @Test("what is known of somebody is told whole")
  func about() async throws {
    let book = try await Notebook()
    try await book.tell("my daughter is Meera")
    try await book.tell("I like filter coffee")
    try await book.tell("remember that the wifi password is rosebud 2020")
    let answer = try await book.ask("what do you know about me?")
    for part in ["Your daughter: Meera", "Your likes: filter coffee", "rosebud 2020"] { #expect(answer.contains(part)) }
    #expect(try await book.ask("what is the wifi password").contains("rosebud 2020"))
    #expect(try await book.ask("what do you know about Meera").contains("Your daughter: Meera"))
  }
}

@Suite("When something was done last")
struct LastTimeTests {
  private func say(_ text: String, intent: String? = nil, in book: Notebook) async throws {
    let (owner, at) = (book.owner.id, book.house.clock.now)
    try await book.house.tenant().write { transaction in
      try transaction.remember(
        Episode(
          person: owner, door: "web", conversation: "web:1", at: at, said: text, replied: "Noted.", intent: intent,
          actions: []))
    }
  }

  @Test("the latest turn that tells of it counts, not one that asks, nor one about somebody else")
  func last() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    try await say("paid the electrician 800 rupees", in: book)
    book.house.clock.advance(by: .days(30))
    try await say("paid the electrician 500 rupees", in: book)
    book.house.clock.advance(by: .days(10))
    try await say("when did I last pay the electrician?", intent: "memory.ask", in: book)
    try await say("paid the plumber", in: book)
    let answer = try await book.ask("when did I last pay the electrician?")
    #expect(answer == "Last on 9 February. You said then: “paid the electrician 500 rupees”", "\(answer)")
    #expect(try await book.ask("when was the last time I paid the electrician in January").contains("800"))
    #expect(try await book.ask("when did I last see the dentist?").contains("don't know"))
    #expect(try await book.ask("when did I last pay the electrician?", as: book.elder).contains("தெரியாது"))
  }

  @Test("what is so, and what is still to be done, was not done")
  func undone() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    for text in [
      "remember that the plumber is Mani", "my dentist is Dr. Rao", "remember that I must call the electrician",
      "remind me to see the eye doctor tomorrow",
    ] { try await say(text, in: book) }
    for question in [
      "when did I last pay the plumber?", "when did I last see the dentist?", "when did I last call the electrician?",
      "when did I last see the eye doctor?",
    ] { #expect(try await book.ask(question).contains("don't know"), "\(question)") }
    for text in [
      "I called the electrician", "saw the dentist today", "I paid the plumber", "electrician ko paise diye",
      "பிளம்பருக்கு பணம் கொடுத்தேன்",
    ] { try await say(text, in: book) }
    for (question, said) in [
      ("when did I last call the electrician?", "called"), ("when did I last visit the dentist?", "saw"),
      ("when did I last pay the plumber?", "paid"),
    ] { #expect(try await book.ask(question).contains(said), "\(question)") }
    // whoever the plumber is was paid by name
    try await book.tell("remember that the plumber is Mani")
    book.house.clock.advance(by: .days(1))
    try await say("I paid Mani 500 rupees", in: book)
    #expect(try await book.ask("when did I last pay the plumber?").contains("Mani"))
    var person = book.owner
    person.language = .hindiLatin
    #expect(try await book.ask("maine electrician ko paise pichli baar kab diye", as: person).contains("diye"))
  }

  /// A room as any other: what it keeps of the owner, and of nobody else.
  private static func ledger(_ deeds: [Deed]) -> Room {
    Room(
      name: "ledger", migrations: [], actions: [],
      deeds: { person, now, _ in person.isOwner ? deeds.filter { $0.at <= now } : [] },
      forget: { _, _ in 0 }, export: { _, _ in .null })
  }

  /// Goes red when what other rooms keep is not asked, when a verb does not tell which of it is meant, or when the later of
  /// what was said and what was done does not count.
  @Test("what the rooms keep of what somebody did counts as what was said, and the later of both is told")
  func deeds() async throws {
    func at(_ text: String) throws -> Instant { try #require(Instant(iso8601: text)) }
    let book = try await Notebook(
      now: "2026-01-10T04:30:00Z",
      rooms: [
        Self.ledger([
          Deed(
            .paid, at: try at("2026-01-20T06:00:00Z"), what: "electrician",
            amount: Money(minor: 80_000, currency: "INR")),
          Deed(.took, at: try at("2026-02-01T03:00:00Z"), what: "Metformin"),
          Deed(.took, at: try at("2026-02-14T03:00:00Z"), what: "Atorvastatin"),
          Deed(.went, at: try at("2026-01-28T06:00:00Z"), what: "Dentist Dr. Rao"),
          Deed(.did, at: try at("2026-02-03T06:00:00Z"), what: "Service the car"),
          Deed(.paid, at: try at("2026-09-03T06:00:00Z"), what: "electrician"),
        ])
      ])
    try await say("paid the electrician 500 rupees", in: book)
    book.house.clock.advance(by: .days(37))
    for (question, part) in [
      ("when did I last pay the electrician?", "20 January: electrician, ₹800"),
      ("when did I last take metformin?", "1 February: Metformin"),
      ("when did I last see the dentist?", "28 January: Dentist"), ("when did I last service the car?", "3 February"),
    ] {
      let answer = try await book.ask(question)
      #expect(answer.contains(part), "\(question): \(answer)")
    }
    // what was paid for was not called, and what is another's is not told
    for question in ["when did I last call the electrician?", "when did I last see the plumber?"] {
      let answer = try await book.ask(question)
      #expect(!answer.contains("20 January"), "\(question): \(answer)")
    }
    #expect(try await book.ask("when did I last take metformin?", as: book.elder).contains("தெரியாது"))
    try await say("paid the electrician 300 rupees", in: book)
    #expect(try await book.ask("when did I last pay the electrician?").contains("300"))
    #expect(try await book.ask("when did I last pay the electrician in January?").contains("₹800"))
  }

  @Test(
    "forms of the question",
    arguments: [
      "when did I last pay the electrician", "when was the last time I paid the electrician?",
      "how long ago did I pay the electrician", "how long has it been since I paid the electrician?",
    ])
  func forms(_ text: String) async throws {
    let reading = try #require(try await Notebook().read(text))
    #expect(reading.sense == .last && reading.object?.contains("electrician") == true, "\(reading)")
  }

  @Test(
    "a time at the end of what is looked for is a time",
    arguments: [
      ("the walk last week", "the walk"), ("salt in January", "salt"), ("the doctor yesterday", "the doctor"),
      ("salt", "salt"), ("last week", "last week"),
    ])
  func timed(_ text: String, _ left: String) async throws {
    let book = try await Notebook()
    let timed = try Notebook.reader.get().timed(text, .english, now: book.house.clock.now, zone: book.owner.zone)
    #expect(timed.text == left && (timed.period == nil) == (text == left), "\(timed)")
  }

  @Test(
    "“the usual” and its like",
    arguments: [
      ("the usual", true), ("Same as last time", true), ("वही वाला", true), ("pona thadavai maadhiri", true),
      ("unusual", false), ("the usual suspects", false),
    ])
  func usual(_ text: String, _ isUsual: Bool) throws {
    #expect(try Notebook.reader.get().saysUsual(text) == isUsual)
  }

  @Test("a day of the year is remembered, and a reminder of it is offered")
  func yearly() async throws {
    let book = try await Notebook(now: "2026-11-23T04:30:00Z")
    for (fact, start) in [
      ("remember that Meera's birthday is 3 March", "2027-03-03T09:00:00"),
      ("remember that my anniversary is 24 November 2001", "2026-11-24T09:00:00"),
    ] {
      let button = try #require(try await book.tell(fact).say.buttons.first)
      #expect(button.action == "reminder.create" && button.arguments["schedule"]?["start"].string == start, "\(button)")
      #expect(button.arguments["schedule"]?["rrule"] == "FREQ=YEARLY")
    }
    #expect(try await book.tell("remember that Meera's school is DAV").say.buttons.isEmpty)
  }

  @Test("what is known of somebody goes on with those who stand beside")
  func around() async throws {
    let book = try await Notebook()
    for fact in ["Meera is my daughter", "Meera's doctor is Dr. Latha", "Dr. Latha lives in Adyar"] {
      try await book.tell(fact)
    }
    let answer = try await book.ask("what do you know about Meera?")
    #expect(answer.contains("Meera's doctor: Dr. Latha") && answer.contains("Dr. Latha's home: Adyar"), "\(answer)")
    // of oneself there is enough to tell
    #expect(try await !book.ask("what do you know about me?").contains("Adyar"))
  }

  @Test("the family leads from one to the other though nobody told of it")
  func family() async throws {
    let book = try await Notebook()
    try await book.tell("Lakshmi's doctor is Dr. Latha")
    let way = try await book.ask("how am I related to Dr. Latha?")
    #expect(way.contains("Your Amma: Lakshmi") && way.contains("Amma's doctor: Dr. Latha"), "\(way)")
    let back = try await book.ask("how is Dr. Latha related to Lakshmi?")
    #expect(back.contains("Dr. Latha"), "\(back)")
  }
}
