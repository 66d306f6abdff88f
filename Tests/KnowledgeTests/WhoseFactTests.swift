import Base
import Knowledge
import People
import RoomTesting
import Testing
import Text

/// Whose fact it is, and that a question is none.
@Suite("Whose fact it is")
struct WhoseFactTests {
  struct Said: CustomTestStringConvertible, Sendable {
    var text: String
    var language: Language
    var subject: Noun
    var relation: String
    var object: String
    var testDescription: String { text }
    init(_ text: String, _ language: Language, _ subject: Noun, _ relation: String, _ object: String) {
      (self.text, self.language, self.subject) = (text, language, subject)
      (self.relation, self.object) = (relation, object)
    }
  }

  static let said: [Said] = [
    .init("मेरी बेटी प्रिया पुणे में रहती है", .hindi, .called("प्रिया", .me, relation: "daughter"), "lives_in", "पुणे"),
    .init("मेरा बेटा रवि नई दिल्ली में रहता है", .hindi, .called("रवि", .me, relation: "son"), "lives_in", "नई दिल्ली"),
    .init("मेरा भाई नई दिल्ली में रहता है", .hindi, .of(.me, relation: "brother"), "lives_in", "नई दिल्ली"),
    .init("मेरी माँ थायरोनॉर्म लेती है", .hindi, .of(.me, relation: "mother"), "takes", "थायरोनॉर्म"),
    .init(
      "meri beti priya Pune mein rehti hai", .hindiLatin, .called("priya", .me, relation: "daughter"), "lives_in",
      "Pune"),
    .init(
      "Ravi ka bhai Suresh Delhi mein rehta hai", .hindiLatin,
      .called("Suresh", .name("Ravi"), relation: "brother"), "lives_in", "Delhi"),
    .init("main Besant Nagar mein rehta hoon", .hindiLatin, .me, "lives_in", "Besant Nagar"),
    .init("என் மகள் மீனா சென்னையில் இருக்கிறாள்", .tamil, .called("மீனா", .me, relation: "daughter"), "lives_in", "சென்னை"),
    .init(
      "en ponnu Meena Madurai la iruka", .tamilLatin, .called("Meena", .me, relation: "daughter"), "lives_in", "Madurai"
    ),
    .init(
      "en paiyan Ravi Bangalore la vela seiran", .tamilLatin, .called("Ravi", .me, relation: "son"), "works_at",
      "Bangalore"),
    .init("நான் சேலத்தில் வசிக்கிறேன்", .tamil, .me, "lives_in", "சேலம்"),
    .init("அம்மா பெங்களூரில் வசிக்கிறார்", .tamil, .name("அம்மா"), "lives_in", "பெங்களூர்"),
    .init("குமாருக்கு பெனிசிலின் ஒத்துக்காது", .tamil, .name("குமார்"), "allergic_to", "பெனிசிலின்"),
    .init("my brother works in Singapore", .english, .of(.me, relation: "brother"), "works_in", "Singapore"),
    .init(
      "Karthik's wife Divya works at TCS", .english,
      .called("Divya", .name("Karthik"), relation: "wife"), "works_at", "TCS"),
    .init(
      "my son's wife Kavitha works at Zoho", .english, .called("Kavitha", .of(.me, relation: "son"), relation: "wife"),
      "works_at", "Zoho"),
    .init("my cat Mithu likes fish", .english, .called("Mithu", .me, relation: "pet"), "likes", "fish"),
    .init(
      "oh, my brother Kumaran lives in Hosur", .english, .called("Kumaran", .me, relation: "brother"), "lives_in",
      "Hosur"),
  ]

  @Test("is theirs of whom it is said", arguments: said)
  func whose(_ one: Said) async throws {
    let reading = try #require(try await Notebook().read(one.text, one.language))
    #expect(reading.subject == one.subject)
    #expect(reading.relation?.name == one.relation)
    #expect(reading.object == one.object)
  }

  @Test(
    "whom the first statement names is he of the second",
    arguments: [
      ("my son is Suresh and he lives in Dubai", "where does Suresh live?", "Dubai"),
      ("my daughter is Meera, she works at TCS", "where does Meera work?", "TCS"),
      ("remember that the plumber is Mani and his number is 9840098400", "what is the plumber's number?", "9840098400"),
      ("I live in Chennai and my brother works in Pune", "where does my brother work?", "Pune"),
      ("mera beta Ravi hai aur woh Pune mein rehta hai", "Ravi kahan rehta hai", "Pune"),
    ])
  func pronouns(_ told: String, _ question: String, _ value: String) async throws {
    let book = try await Notebook()
    var person = book.owner
    if told.hasPrefix("mera") { person.language = .hindiLatin }
    try await book.tell(told, as: person)
    #expect(try await book.values(question, as: person) == [value])
  }

  @Test("a doctor is not whoever else has the name")
  func doctor() async throws {
    let book = try await Notebook()
    try await book.tell("Dr. Suresh is my cardiologist")
    try await book.tell("my uncle is Suresh")
    try await book.tell("my uncle Suresh lives in Chennai")
    #expect(try await book.values("where does Dr. Suresh live") == [])
    #expect(try await book.values("where does my uncle live") == ["Chennai"])
  }

  static let questions: [(String, Language)] = [
    ("எனக்கு என்ன ஒத்துக்காது?", .tamil), ("எனக்கு எது ஒத்துக்காது?", .tamil), ("எனக்கு என்ன பிடிக்காது?", .tamil),
    ("मुझे किससे एलर्जी है?", .hindi), ("मुझे किस चीज़ से एलर्जी है?", .hindi), ("सीता को किस से एलर्जी है?", .hindi),
    ("मुझे क्या पसंद नहीं है?", .hindi), ("mujhe kis se allergy hai?", .hindiLatin),
    ("mujhe kya pasand nahi hai?", .hindiLatin), ("enakku enna othukkadhu?", .tamilLatin),
    ("am I allergic to anything?", .english), ("do I have any allergies?", .english),
    ("மீனாவுக்கு எந்த மருந்து ஆகாது?", .tamil), ("maine chashma kahan rakha hai?", .hindiLatin),
  ]

  @Test("a question tells nothing", arguments: questions)
  func asks(_ text: String, _ language: Language) async throws {
    let reading = try #require(try await Notebook().read(text, language))
    #expect(reading.isQuestion)
  }

  @Test("an allergy that was told is answered, whatever is asked of allergies")
  func allergies() async throws {
    let book = try await Notebook()
    try await book.tell("I'm allergic to sulfa")
    #expect(try await book.values("am I allergic to anything?") == ["sulfa"])
    #expect(try await book.ask("am I allergic to penicillin?").contains("sulfa"))
    #expect(try await book.ask("am I allergic to sulfa drugs?").hasPrefix("Yes"))
    try await book.tell("I don't eat onion")
    try await book.tell("I am vegetarian")
    #expect(try await Set(book.values("what is my diet?")) == ["vegetarian", "onion"])
  }

  @Test("a time may stand in front of a question")
  func timeInFront() async throws {
    let book = try await Notebook(now: "2026-01-05T04:30:00Z")
    var person = book.owner
    person.language = .hindiLatin
    try await book.tell("main metformin leta hoon", as: person)
    book.house.clock.advance(by: .days(90))
    #expect(try await book.values("february mein main kaun si dawa le raha tha?", as: person) == ["metformin"])
    person.language = .tamil
    #expect(try await book.values("பிப்ரவரியில் நான் எந்த மாத்திரை சாப்பிட்டேன்?", as: person) == ["metformin"])
  }

  @Test("what tells or asks of another time is no call, and with what is now it is one")
  func calm() async throws {
    let reader = try Notebook.reader.get()
    for text in [
      "my father died of a heart attack in 1990", "Murugan had a heart attack in 2019", "I had a stroke in March 2015",
      "who can take me to the hospital on Friday?", "who can take Amma to the hospital tomorrow?",
    ] { #expect(reader.isCalm(text), "\(text)") }
    for text in [
      "my father died of a heart attack", "Amma had a heart attack", "Amma had a heart attack today",
      "Amma had a bad fall",
      "who can take me to the hospital now?", "who can take me to the hospital?",
      "my father died of a heart attack in 1990 and I have chest pain", "take me to the hospital", "I have chest pain",
      "Murugan had a heart attack in 2019 and now his chest hurts again",
    ] { #expect(!reader.isCalm(text), "\(text)") }
    // without its time it is nothing to remember before the alarm was thought of
    #expect(try await Notebook().read("Amma had a heart attack")?.isSure != true)
    #expect(try await Notebook().read("Amma had a bad fall")?.isSure != true)
  }
}
