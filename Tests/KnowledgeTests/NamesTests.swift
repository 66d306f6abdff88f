import Actions
import Base
import Formats
import Knowledge
import People
import RoomTesting
import Store
import Testing
import Text

/// Who is who: names, nicknames and what somebody is to somebody.
@Suite("Names of people and things")
struct NamesTests {
  @Test("who is named with what they are is both")
  func called() async throws {
    let book = try await Notebook()
    try await book.tell("my brother Kumaran lives in Hosur")
    #expect(try await book.values("who is my brother?") == ["Kumaran"])
    #expect(try await book.values("where does Kumaran live?") == ["Hosur"])
    #expect(try await book.values("where does my brother live?") == ["Hosur"])
    try await book.tell("my neighbour Selvam's wife is Sita")
    #expect(try await book.values("who is Selvam's wife?") == ["Sita"])
    let things = try await book.rows("knowledge_things")
    try await book.tell("my brother Kumaran likes cricket")
    #expect(try await book.rows("knowledge_things") == things)
  }

  @Test("a question goes over as many people as it names")
  func chain() async throws {
    let book = try await Notebook()
    for sentence in [
      "my brother's name is Kumaran", "Kumaran's wife is Sita", "Sita's doctor is Dr. Rao", "Dr. Rao works at Apollo",
    ] {
      try await book.tell(sentence)
    }
    #expect(try await book.values("where does my brother's wife's doctor work?") == ["Apollo"])
  }

  struct Alias: CustomTestStringConvertible, Sendable {
    var text: String
    var language: Language
    var names: (String, String)
    var testDescription: String { text }
  }

  static let aliases: [Alias] = [
    .init(text: "Meenu is Meera's nickname", language: .english, names: ("Meera", "Meenu")),
    .init(text: "Meera is also called Meenu", language: .english, names: ("Meera", "Meenu")),
    .init(text: "Meenu and Meera are the same person", language: .english, names: ("Meera", "Meenu")),
    .init(text: "Meenu aur Meera ek hi hain", language: .hindiLatin, names: ("Meera", "Meenu")),
    .init(text: "मीनू और मीरा एक ही हैं", language: .hindi, names: ("मीरा", "मीनू")),
    .init(text: "Meenuvum Meeravum ore aal", language: .tamilLatin, names: ("Meera", "Meenu")),
    .init(text: "மீனுவும் மீராவும் ஒரே ஆள்", language: .tamil, names: ("மீரா", "மீனு")),
  ]

  @Test("a further name finds the same person, until it is undone", arguments: aliases)
  func alias(_ one: Alias) async throws {
    let book = try await Notebook()
    try await book.tell("\(one.names.0) lives in Hosur")
    var person = book.owner
    person.language = one.language
    let outcome = try await book.tell(one.text, as: person)
    #expect(try await book.values("where does \(one.names.1) live") == ["Hosur"])
    let back = try #require(outcome.inverse)
    try await book.house.run(back.name, back.arguments)
    #expect(try await book.values("where does \(one.names.1) live") == [])
    #expect(try await book.values("where does \(one.names.0) live") == ["Hosur"])
  }

  @Test("one is nobody else, and oneself may have another name")
  func oneself() async throws {
    let book = try await Notebook()
    await #expect(throws: ActionError.self) { try await book.tell("Latha and Latha are the same person") }
    try await book.tell("Latha lives in Salem")
    try await book.tell("I and Latha are the same person")
    #expect(try await book.values("where do I live") == ["Salem"])
  }

  @Test("a nickname that is forgotten is no name any more")
  func forgotten() async throws {
    let book = try await Notebook()
    try await book.tell("Meera lives in Hosur")
    book.house.clock.advance(by: .minutes(1))
    try await book.tell("Meera is also called Canarymeenu")
    try await book.house.run("memory.forget", ["what": "forget that"])
    let names = try await book.house.store.read { try $0.query("SELECT name FROM knowledge_names") { $0.text(0) } }
    #expect(!names.contains("Canarymeenu") && names.contains("Meera"))
  }

  @Test(
    "names nobody",
    arguments: [
      "Ravi doesn't live in Chennai any more", "galat hai, Amma ke doctor Dr. Raja hain", "we moved to Trichy",
    ])
  func nobody(_ text: String) async throws {
    let reading = try await Notebook().read(text)
    for word in ["doesn't", "hai", "we"] {
      if case .name(let name)? = reading?.subject {
        #expect(!name.lowercased().split(separator: " ").contains(Substring(word)))
      }
    }
  }

  @Test(
    "oneself is asked for in Tamil as it is written",
    arguments: [
      "என்னைப் பற்றி உனக்கு என்ன தெரியும்?", "என்னைப் பற்றி என்ன தெரியும்", "என்னைப்பற்றி என்ன தெரியும்",
      "நான் யார்?",
    ])
  func tamilMe(_ text: String) async throws {
    let reading = try #require(try await Notebook().read(text, .tamil))
    #expect(reading.sense == .about && reading.subject == .me)
  }
}
