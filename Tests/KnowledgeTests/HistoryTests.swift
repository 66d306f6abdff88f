import Actions
import Base
import Formats
import Knowledge
import RoomTesting
import Store
import Testing

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
