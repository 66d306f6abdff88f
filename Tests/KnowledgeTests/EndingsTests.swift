import Actions
import Base
import Formats
import Knowledge
import People
import RoomTesting
import Testing
import Text

/// What ends, begins again and begins now.
@Suite("Endings and beginnings")
struct EndingsTests {
  @Test("what had ended can begin again", arguments: ["Meera takes metformin", "Meera takes metformin again"])
  func again(_ sentence: String) async throws {
    let book = try await Notebook(now: "2026-01-05T04:30:00Z")
    try await book.tell("Meera takes metformin")
    book.house.clock.advance(by: .days(70))
    try await book.tell("Meera stopped metformin")
    book.house.clock.advance(by: .days(20))
    #expect(try await book.values("which tablets is Meera on") == [])
    #expect(try await book.ask("which tablets is Meera on").hasPrefix("Not any more"))
    try await book.tell(sentence)
    await book.house.advance(by: .days(1))
    #expect(try await book.values("which tablets is Meera on") == ["metformin"])
    #expect(try await book.values("which tablets was Meera on on 1 April") == [])
    try await book.tell("Meera stopped metformin")
    await book.house.advance(by: .days(1))
    #expect(try await book.values("which tablets is Meera on") == [])
  }

  @Test(
    "what is so now is so from now on",
    arguments: [
      ("Ravichandran lives in Erode now", "where does Ravichandran live?", "Erode"),
      ("Ravichandran works at TCS now", "where does Ravichandran work?", "TCS"),
      ("I live in Trichy now", "where do I live?", "Trichy"), ("we moved to Trichy", "where do I live?", "Trichy"),
    ])
  func now(_ told: String, _ question: String, _ value: String) async throws {
    let book = try await Notebook()
    try await book.tell(told)
    book.house.clock.advance(by: .days(2))
    #expect(try await book.values(question) == [value])
  }

  struct End: CustomTestStringConvertible, Sendable {
    var told: String
    var ended: String
    var question: String
    var language: Language
    var testDescription: String { ended }
    init(_ told: String, _ ended: String, _ question: String, _ language: Language = .english) {
      (self.told, self.ended, self.question, self.language) = (told, ended, question, language)
    }
  }

  static let endings: [End] = [
    .init("Meera lives in Chennai", "Meera doesn't live in Chennai any more", "where does Meera live"),
    .init("Meera lives in Chennai", "Meera no longer lives in Chennai", "where does Meera live"),
    .init("Meera lives in Chennai", "Meera left Chennai", "where does Meera live"),
    .init("Meera works at TCS", "Meera no longer works at TCS", "where does Meera work"),
    .init("Meera works at TCS", "Meera left TCS", "where does Meera work"),
    .init("Meera works at TCS", "Meera quit her job", "where does Meera work"),
    .init("I am taking aspirin 75 mg at night", "I stopped aspirin", "which tablets am I on"),
    .init("Papa metformin lete hain", "Papa ne metformin band kar di", "which tablets is Papa on", .hindiLatin),
    .init("पापा मेटफॉर्मिन लेते हैं", "पापा ने मेटफॉर्मिन बंद कर दी", "पापा कौन सी दवा लेते हैं", .hindi),
    .init("Appa metformin edukkaranga", "Appa metformin niruthittaar", "which tablets is Appa on", .tamilLatin),
  ]

  @Test("ends what was known, and makes nobody new", arguments: endings)
  func ends(_ one: End) async throws {
    let book = try await Notebook(now: "2026-01-05T04:30:00Z")
    var person = book.owner
    person.language = one.language
    try await book.tell(one.told, as: person)
    let things = try await book.rows("knowledge_things")
    book.house.clock.advance(by: .days(10))
    try await book.tell(one.ended, as: person)
    #expect(try await book.rows("knowledge_things") == things)
    book.house.clock.advance(by: .days(1))
    #expect(try await book.values(one.question, as: person) == [])
    #expect(try await book.live() == 1)
  }

  @Test("of what is not known nothing ends", arguments: ["Meera left Chennai", "Meera quit her job"])
  func unknown(_ sentence: String) async throws {
    let book = try await Notebook()
    await #expect(throws: ActionError.self) { try await book.tell(sentence) }
    #expect(try await book.rows("knowledge_facts") == 0)
  }

  @Test(
    "is no ending of a tablet",
    arguments: ["I stopped taking coffee", "Meera quit smoking", "Meera stopped working"])
  func noTablet(_ sentence: String) async throws {
    #expect(try await Notebook().read(sentence)?.relation?.name != "takes")
  }

  @Test("several tablets are several, and each can end")
  func several() async throws {
    let book = try await Notebook(now: "2026-01-05T04:30:00Z")
    try await book.tell("Meera takes metformin and telmisartan")
    #expect(try await book.values("which tablets is Meera on").sorted() == ["metformin", "telmisartan"])
    book.house.clock.advance(by: .days(10))
    try await book.tell("Meera stopped metformin")
    book.house.clock.advance(by: .days(1))
    #expect(try await book.values("which tablets is Meera on") == ["telmisartan"])
  }

  @Test(
    "a past that is told with its time is known for it, with and without “remember”", arguments: ["", "remember that "])
  func past(_ opening: String) async throws {
    let book = try await Notebook()
    try await book.tell(opening + "Meera took metformin from January to March 2025")
    #expect(try await book.values("which tablets was Meera on in February 2025") == ["metformin"])
    #expect(try await book.values("which tablets is Meera on") == [])
    #expect(try book.read("Meera took metformin") == nil)
  }

  @Test("a course that is taken twice a day is no span of time")
  func twice() async throws {
    let book = try await Notebook()
    try await book.tell("Meera takes metformin 500 mg twice a day")
    #expect(try await book.values("which tablets is Meera on").count == 1)
  }

  @Test("what ended with a year ended with its last day")
  func lastDay() async throws {
    let book = try await Notebook()
    try await book.tell("Meera lived in Delhi from 2010 to 2015")
    #expect(try await book.ask("where did Meera live in 2012").contains("until 31 December 2015"))
    #expect(try await book.values("where did Meera live before") == ["Delhi"])
  }

  @Test("a correction in Hindi puts right what was wrong", arguments: [true, false])
  func corrected(_ isLatin: Bool) async throws {
    let book = try await Notebook()
    var person = book.owner
    person.language = isLatin ? .hindiLatin : .hindi
    try await book.tell(isLatin ? "Meera ke doctor Dr. Rao hain" : "मीरा के डॉक्टर डॉ. राव हैं", as: person)
    let words = isLatin ? "galat hai, Meera ke doctor Dr. Raja hain" : "गलत है, मीरा के डॉक्टर डॉ. राजा हैं"
    try await book.house.run("memory.correct", ["fact": .string(words)], as: person)
    let question = isLatin ? "Meera ke doctor kaun hain" : "मीरा के डॉक्टर कौन हैं"
    #expect(try await book.values(question, as: person) == [isLatin ? "Dr. Raja" : "डॉ. राजा"])
  }
}
