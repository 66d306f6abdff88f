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

/// What is kept in the words in which it was said, and what cannot be kept.
@Suite("Words that are kept as they are")
struct KeptWordsTests {
  @Test("a note is found by what is asked for, in every language")
  func notes() async throws {
    let book = try await Notebook()
    for (told, question, language) in [
      ("yaad rakho ki wifi password gulab hai", "wifi password kya hai?", Language.hindiLatin),
      ("याद रखो कि लॉकर नंबर सात सौ है", "लॉकर नंबर क्या है?", .hindi),
      ("ration card blue file la irukku nu nyabagam vechuko", "ration card enga irukku", .tamilLatin),
      ("கதவு சாவி மேசை மேல இருக்கு என்று ஞாபகம் வைத்துக்கொள்", "கதவு சாவி எங்கே", .tamil),
    ] {
      var person = book.owner
      person.language = language
      try await book.tell(told, as: person)
      #expect(try await book.values(question, as: person).count == 1, "\(question)")
    }
  }

  @Test(
    "what a doctor says is kept as it was said",
    arguments: [
      "the doctor said to cut down on salt", "the doctor told me to avoid sugar",
      "Amma's doctor said she should walk daily",
    ])
  func doctor(_ text: String) async throws {
    let reading = try #require(try await Notebook().read(text))
    #expect(reading.relation?.name == "note" && reading.object == text)
  }

  @Test("where something was put is asked for")
  func places() async throws {
    let book = try await Notebook()
    try await book.tell("I kept my glasses in the blue almirah")
    #expect(try await book.values("where are my glasses?") == ["in the blue almirah"])
    book.house.clock.advance(by: .days(1))
    try await book.tell("my glasses are on the fridge")
    #expect(try await book.values("where are my glasses?") == ["on the fridge"])
    #expect(try book.read("my exam is on monday") == nil)
    try await book.tell("my car is in the garage")
    #expect(try await book.values("where is my car?") == ["in the garage"])
    #expect(try book.read("the doctor said to take dolo 650 twice a day")?.relation?.name == "note")
  }

  @Test("what is kept under own words is changed without “remember”")
  func changed() async throws {
    let book = try await Notebook()
    try await book.tell("remember that the wifi password is rosebud")
    let reader = try Notebook.reader.get()
    for sentence in ["the wifi password is now tulip", "the wifi password is tulip"] {
      let reading = reader.read(
        sentence, languages: [.english], now: book.house.clock.now, zone: book.owner.zone,
        keeps: { $0 == "is:wifi password" })
      #expect(reading?.relation?.name == "is:wifi password" && reading?.object == "tulip")
      #expect(
        reader.read(
          sentence, languages: [.english], now: book.house.clock.now, zone: book.owner.zone, keeps: { _ in false })
          == nil)
    }
    book.house.clock.advance(by: .days(1))
    try await book.tell("the wifi password is now tulip")
    #expect(try await book.values("what is the wifi password") == ["tulip"])
  }

  @Test(
    "what cannot be is not kept",
    arguments: [
      "Meera's birthday is 31 June", "remember that Meera's age is 250", "remember that",
    ])
  func impossible(_ text: String) async throws {
    let book = try await Notebook()
    await #expect(throws: ActionError.self) { try await book.tell(text) }
    #expect(try await book.rows("knowledge_facts") == 0)
  }

  @Test(
    "days that there are, are kept",
    arguments: [
      "Meera's birthday is 4 June", "Meera's birthday is on June 4", "our anniversary is 14 March 2001",
      "Meera's birthday is 29 February",
    ])
  func days(_ text: String) async throws {
    let book = try await Notebook()
    try await book.tell(text)
    #expect(try await book.live() == 1)
  }

  @Test("what cannot be seen is part of no value")
  func unseen() async throws {
    let reading = try #require(try await Notebook().read("I like a\u{0}b"))
    #expect(reading.object == "ab")
  }

  @Test("when something was told and by whom is asked for")
  func sourced() async throws {
    let book = try await Notebook()
    try await book.tell("Meera lives in Coimbatore")
    book.house.clock.advance(by: .days(1))
    #expect(try await book.ask("when did I tell you that Meera lives in Coimbatore?").contains("yesterday"))
    #expect(try await book.ask("how do you know that Meera lives in Coimbatore?").contains("You told me"))
    #expect(try await book.ask("where does Meera live?").contains("yesterday"))
    #expect(try await book.ask("who told you that?").contains("Coimbatore"))
    #expect(try await book.ask("tell me about Meera").contains("Coimbatore"))
    #expect(try await book.ask("who is Meera?").contains("Coimbatore"))
  }

  @Test("a no leaves what cannot change as it was, and the question shows it")
  func kept() async throws {
    let book = try await Notebook()
    try await book.tell("my blood group is O positive")
    var call = ActionCall("memory.remember", ["fact": "my blood group is B negative"])
    guard case .ask(_, "replaces", let say) = await book.house.runner.prepare(call, in: book.house.context()) else {
      Issue.record("nothing is asked")
      return
    }
    #expect(book.house.text(say).contains("O positive") && say.buttons.count == 2)
    call.arguments["replaces"] = false
    guard case .answer(_, let outcome) = await book.house.runner.prepare(call, in: book.house.context()) else {
      Issue.record("a no is no answer")
      return
    }
    #expect(book.house.text(outcome.say).contains("O positive"))
    #expect(try await book.values("what is my blood group") == ["O positive"])
  }

  @Test("what was done on another day than it was told was done then")
  func told() async throws {
    let book = try await Notebook(now: "2026-02-03T04:30:00Z")
    let (owner, at) = (book.owner.id, book.house.clock.now)
    try await book.house.tenant().write { transaction in
      try transaction.remember(
        Episode(
          person: owner, door: "web", conversation: "c", at: at, said: "remember that I paid the plumber yesterday",
          replied: "👍", intent: "memory.remember", actions: ["memory.remember"]))
    }
    book.house.clock.advance(by: .days(10))
    #expect(try await book.ask("when did I last pay the plumber?").contains("2 February"))
  }

  @Test(
    "when something was done last is asked for in other languages",
    arguments: [
      ("maine electrician ko aakhri baar kab paise diye the", Language.hindiLatin),
      ("मैंने इलेक्ट्रीशियन को आखिरी बार कब पैसे दिए थे", .hindi),
      ("electricianukku kadaisiya eppo panam kuduthen", .tamilLatin),
      ("எலக்ட்ரீஷியனுக்கு கடைசியாக எப்போது பணம் கொடுத்தேன்", .tamil),
    ])
  func last(_ text: String, _ language: Language) async throws {
    #expect(try await Notebook().read(text, language)?.sense == .last)
  }

  @Test("who can help is near over people, and is told what was noted of the day")
  func able() async throws {
    let book = try await Notebook()
    for sentence in [
      "remember that Selvam can drive", "Selvam works at TCS", "Meera works at TCS", "Meera's cardiologist is Dr. Rao",
      "remember that Selvam is busy on Friday",
    ] {
      try await book.tell(sentence)
    }
    let answer = try await book.ask("who can drive Meera to the cardiologist on Friday?")
    #expect(answer.contains("Selvam") && !answer.contains("TCS") && answer.contains("busy"), "\(answer)")
    #expect(!answer.contains("• Meera's"), "\(answer)")
  }

  @Test("of a day that is behind us it is kept what was done, and of one to come it is not")
  func gone() async throws {
    let book = try await Notebook()
    #expect(try book.read("I went to the dentist on Friday")?.relation?.name == "note")
    #expect(try book.read("I went to the dentist tomorrow") == nil)
    #expect(try book.read("I went to the dentist") == nil)
  }

  @Test("two statements in one sentence are two facts, and are undone as one")
  func clauses() async throws {
    let book = try await Notebook()
    try await book.tell("I love filter coffee but hate tea")
    #expect(try await book.values("what do I like?") == ["filter coffee"])
    #expect(try await book.values("what do I dislike?") == ["tea"])
    let outcome = try await book.tell("Meera lives in Salem and drives a scooter")
    #expect(try await book.values("where does Meera live?") == ["Salem"])
    #expect(try await book.ask("who can drive?").contains("Meera"))
    let back = try #require(outcome.inverse)
    try await book.house.run(back.name, back.arguments)
    #expect(try await book.live() == 2)
    try await book.tell("Meera likes salt and pepper")
    #expect(try await book.values("what does Meera like") == ["salt and pepper"])
  }
}
