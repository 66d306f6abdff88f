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

@Suite("What was forgotten stands in no talk either")
struct ForgottenTurnsTests {
  private func turn(_ said: String, _ replied: String, _ intent: String?, _ book: Notebook, by person: Person? = nil)
    async throws
  {
    let (person, at) = (person ?? book.owner, book.house.clock.now)
    try await book.house.tenant().write { transaction in
      try transaction.remember(
        Episode(
          person: person.id, door: "web", conversation: "c", at: at, said: said, replied: replied, intent: intent,
          actions: [intent].compactMap(\.self)))
    }
    book.house.clock.advance(by: .minutes(1))
  }

  private func said(_ book: Notebook) async throws -> [String] {
    try await book.house.store.read { house in try house.query("SELECT said FROM episodes ORDER BY seq") { $0.text(0) }
    }
  }

  @Test("“forget that” takes the turns along that told it later, and no others")
  func later() async throws {
    let book = try await Notebook()
    try await book.tell("remember that my locker pin is kanarypin")
    try await turn("remember that my locker pin is kanarypin", "👍", "memory.remember", book)
    try await turn("what is my locker pin", "Your locker pin: kanarypin. You told me today.", "memory.ask", book)
    try await turn(
      "what did I say about the locker?", "“remember that my locker pin is kanarypin”", "memory.search", book)
    try await turn("forget that", "Forget this for good: Your locker pin: kanarypin?", "memory.forget", book)
    try await turn("buy tea", "Noted", "list.add", book)
    try await book.house.run("memory.forget", ["what": "forget that"])
    #expect(try await said(book) == ["buy tea"])
  }

  @Test("what somebody likes goes from what was told of it, not from where it is only named")
  func plain() async throws {
    let book = try await Notebook()
    try await book.tell("I like tea")
    try await turn("I like tea", "👍 I'll remember: Your likes: tea.", "memory.remember", book)
    try await turn("what do I like?", "Your likes: tea. You told me today.", "memory.ask", book)
    try await turn("spent 40 on tea", "Noted: ₹40 for tea.", "expense.add", book)
    try await book.house.run("memory.forget", ["what": "forget that"])
    #expect(try await said(book) == ["spent 40 on tea"])
  }

  @Test("facts of others and notes that name somebody go with everything about them")
  func naming() async throws {
    let book = try await Notebook()
    try await book.tell("remember that Bhaskaran owes me 5000 rupees")
    try await book.tell("my friend Bhaskaran likes cricket")
    try await book.tell("remember that Bob is afraid of Bhaskaran")
    try await book.tell("I like tea")
    try await book.house.run("memory.forget", ["what": "forget everything about Bhaskaran"])
    #expect(try await book.live() == 1)
    #expect(try await book.ask("what do you know about Bhaskaran?").contains("nothing"))
    try await book.tell("remember that my locker pin is kanarypin")
    try await book.house.run("memory.forget", ["what": "forget everything about kanarypin"])
    #expect(try await book.live() == 1)
  }

  @Test("of what was only said the turns are counted, and of nobody nothing is forgotten")
  func counted() async throws {
    let book = try await Notebook()
    for text in ["the zebra is late", "is the zebra there"] { try await turn(text, "Okay", nil, book) }
    let outcome = try await book.house.run("memory.forget", ["what": "forget everything about zebra"])
    #expect(book.house.text(outcome.say).contains("2 turns"))
    await #expect(throws: ActionError.self) {
      try await book.house.run("memory.forget", ["what": "forget everything about me"])
    }
  }

  @Test("of two of one name only the one that was named goes, and a name of both is asked about")
  func two() async throws {
    let book = try await Notebook()
    try await book.tell("Kavin Kumar lives in Erode")
    try await book.tell("Kavin Shankar lives in Salem")
    do {
      try await book.house.run("memory.forget", ["what": "forget everything about Kavin"])
      Issue.record("It was not asked which")
    } catch let error as ActionError {
      #expect(error.code == "memory.which")
    }
    #expect(try await book.live() == 2)
    try await book.house.run("memory.forget", ["what": "forget everything about Kavin Kumar"])
    #expect(try await book.values("where does Kavin Shankar live") == ["Salem"])
    #expect(try await book.live() == 1)
  }

  @Test("what was kept before under the same words goes along")
  func before() async throws {
    let book = try await Notebook()
    try await book.tell("remember that my locker key is under the canarymat")
    book.house.clock.advance(by: .days(1))
    try await book.tell("remember that my locker key is under the canarypot")
    try await book.house.run("memory.forget", ["what": "forget that"])
    #expect(try await book.rows("knowledge_facts") == 0)
    // a home that was is history
    try await book.tell("I live in Erode")
    book.house.clock.advance(by: .days(1))
    try await book.tell("I live in Salem")
    try await book.house.run("memory.forget", ["what": "forget that"])
    #expect(try await book.ask("where do I live").contains("Erode"))
  }

  @Test("“that” is the last turn where nothing was understood of it")
  func idle() async throws {
    let book = try await Notebook()
    try await book.tell("I like tea")
    try await turn("I like tea", "👍", "memory.remember", book)
    try await turn("I met Blixtor in the park and he was rude", "I can't help with that one", nil, book)
    let outcome = try await book.house.run("memory.forget", ["what": "forget that"])
    #expect(outcome.data["turns"].int64 == 1)
    #expect(try await said(book) == ["I like tea"])
    #expect(try await book.live() == 1)
  }

  @Test(
    "a statement is forgotten by its words, in every language",
    arguments: [
      ("I am allergic to sulfa", "forget that I am allergic to sulfa", Language.english),
      ("मुझे पेनिसिलिन से एलर्जी है", "भूल जाओ कि मुझे पेनिसिलिन से एलर्जी है", .hindi),
      ("mujhe penicillin se allergy hai", "bhool jao ki mujhe penicillin se allergy hai", .hindiLatin),
      ("enakku sulfa allergy", "enakku sulfa allergy nu sonnadha marandhudu", .tamilLatin),
      ("எனக்கு பெனிசிலின் ஒத்துக்காது", "எனக்கு பெனிசிலின் ஒத்துக்காது என்பதை மறந்துவிடு", .tamil),
      ("குமார் சென்னையில் வசிக்கிறார்", "குமாரைப் பற்றி எல்லாம் மறந்துவிடு", .tamil),
    ])
  func statement(_ told: String, _ said: String, _ language: Language) async throws {
    let book = try await Notebook()
    var person = book.owner
    person.language = language
    try await book.tell(told, as: person)
    #expect(try await book.rows("knowledge_facts") > 0)
    try await book.house.run("memory.forget", ["what": .string(said)], as: person)
    #expect(try await book.rows("knowledge_facts") == 0)
  }

  @Test("what an elder shared goes from where relatives were shown it, when it is erased", arguments: [true, false])
  func shown(_ isWhole: Bool) async throws {
    let book = try await Notebook()
    try await book.tell("my doctor is Dr. Chandrakala", as: book.elder)
    book.house.clock.advance(by: .minutes(1))
    try await turn("who is Amma's doctor", "Amma's doctor: Dr. Chandrakala. Amma told me today.", "memory.ask", book)
    try await turn("spent 40 on tea", "Noted", "expense.add", book)
    if isWhole {
      try await book.house.run("memory.erase", [:], as: book.elder)
    } else {
      try await book.house.run("memory.forget", ["what": "forget that"], as: book.elder)
    }
    #expect(try await said(book) == ["spent 40 on tea"])
  }

  @Test("“forget everything” is all that is remembered")
  func all() async throws {
    let book = try await Notebook()
    #expect(try book.read("forget everything")?.sense == .forgetAll)
    #expect(try book.read("delete everything you know")?.sense == .forgetAll)
    #expect(try book.read("delete all") == nil)
  }
}
