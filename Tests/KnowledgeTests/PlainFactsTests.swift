import Base
import Knowledge
import Testing
import Text

/// What people tell plainly, without "remember", in five ways of writing.
@Suite("Facts told plainly")
struct PlainFactsTests {
  struct Told: CustomTestStringConvertible, Sendable {
    var text: String
    var language: Language
    var relation: String
    var object: String
    /// Whom it is about; `nil`: who speaks.
    var about: String?
    var testDescription: String { text }

    init(_ text: String, _ language: Language, _ relation: String, _ object: String, about: String? = nil) {
      (self.text, self.language, self.relation, self.object, self.about) = (text, language, relation, object, about)
    }
  }

  static let told: [Told] = [
    .init("I like filter coffee", .english, "likes", "filter coffee"),
    .init("we love old songs", .english, "likes", "old songs"),
    .init("Amma likes jasmine", .english, "likes", "jasmine", about: "Amma"),
    .init("I hate bitter gourd", .english, "dislikes", "bitter gourd"),
    .init("my blood group is O positive", .english, "blood_group", "O positive"),
    .init("my blood group O+ve", .english, "blood_group", "O+ve"),
    .init("Appa is AB negative", .english, "blood_group", "AB negative", about: "Appa"),
    .init("Amma is allergic to penicillin", .english, "allergic_to", "penicillin", about: "Amma"),
    .init("Amma has a penicillin allergy", .english, "allergic_to", "penicillin", about: "Amma"),
    .init("I have an allergy to peanuts", .english, "allergic_to", "peanuts"),
    .init("Amma is on 20 mg telma", .english, "takes", "20 mg telma", about: "Amma"),
    .init("I am on metformin", .english, "takes", "metformin"),
    .init("Appa is diabetic", .english, "suffers_from", "diabetic", about: "Appa"),
    .init("I am a vegetarian", .english, "diet", "vegetarian"),
    .init("I don't eat onion and garlic", .english, "avoids", "onion"),
    .init("Meera can't eat nuts", .english, "avoids", "nuts", about: "Meera"),
    .init("I'm allergic to penicillin", .english, "allergic_to", "penicillin"),
    .init("she's allergic to dust", .english, "allergic_to", "dust", about: "she"),
    .init("I'm vegetarian", .english, "diet", "vegetarian"),
    .init("by the way, Divya works at TCS", .english, "works_at", "TCS", about: "Divya"),
    .init("Kala can't drive", .english, "cannot", "drive", about: "Kala"),
    .init("Mani charges 500 rupees for a visit", .english, "charges", "500 rupees", about: "Mani"),
    .init("my shirt size is 40", .english, "shirt_size", "40"),
    .init("my BP doctor is Dr. Latha", .english, "bp_doctor", "Dr. Latha"),
    .init("mujhe filter coffee pasand hai", .hindiLatin, "likes", "filter coffee"),
    .init("mujhe karela pasand nahi hai", .hindiLatin, "dislikes", "karela"),
    .init("mera blood group o positive hai", .hindiLatin, "blood_group", "o positive"),
    .init("mera blood group b negative", .hindiLatin, "blood_group", "b negative"),
    .init("Amma ko penicillin se allergy hai", .hindiLatin, "allergic_to", "penicillin", about: "Amma"),
    .init("papa ko sugar hai", .hindiLatin, "suffers_from", "sugar", about: "papa"),
    .init("main shakahari hoon", .hindiLatin, "diet", "shakahari"),
    .init("मुझे फ़िल्टर कॉफ़ी पसंद है", .hindi, "likes", "फ़िल्टर कॉफ़ी"),
    .init("मुझे करेला पसंद नहीं है", .hindi, "dislikes", "करेला"),
    .init("मेरा ब्लड ग्रुप ओ पॉजिटिव है", .hindi, "blood_group", "ओ पॉजिटिव"),
    .init("माँ को पेनिसिलिन से एलर्जी है", .hindi, "allergic_to", "पेनिसिलिन", about: "माँ"),
    .init("पापा को शुगर है", .hindi, "suffers_from", "शुगर", about: "पापा"),
    .init("मैं शाकाहारी हूँ", .hindi, "diet", "शाकाहारी"),
    .init("enakku filter coffee pidikkum", .tamilLatin, "likes", "filter coffee"),
    .init("enakku pavakkai pidikkadhu", .tamilLatin, "dislikes", "pavakkai"),
    .init("en blood group o positive", .tamilLatin, "blood_group", "o positive"),
    .init("ammavukku penicillin othukkadhu", .tamilLatin, "allergic_to", "penicillin", about: "amma"),
    .init("enakku verkadalai allergy", .tamilLatin, "allergic_to", "verkadalai"),
    .init("appavukku sugar irukku", .tamilLatin, "suffers_from", "sugar", about: "appa"),
    .init("எனக்கு ஃபில்டர் காபி பிடிக்கும்", .tamil, "likes", "ஃபில்டர் காபி"),
    .init("எனக்கு பாகற்காய் பிடிக்காது", .tamil, "dislikes", "பாகற்காய்"),
    .init("என் ரத்த வகை ஓ பாசிட்டிவ்", .tamil, "blood_group", "ஓ பாசிட்டிவ்"),
    .init("அம்மாவுக்கு பென்சிலின் ஒத்துக்காது", .tamil, "allergic_to", "பென்சிலின்", about: "அம்மா"),
    .init("அப்பாவுக்கு சர்க்கரை நோய் இருக்கு", .tamil, "suffers_from", "சர்க்கரை நோய்", about: "அப்பா"),
    .init("நான் சைவம்", .tamil, "diet", "சைவம்"),
  ]

  @Test("is heard as a fact, and surely", arguments: told)
  func hears(_ one: Told) async throws {
    let book = try await Notebook()
    let reading = try #require(try book.read(one.text, one.language))
    #expect(reading.sense == .tell)
    #expect(reading.relation?.name == one.relation)
    #expect(reading.object == one.object)
    #expect(reading.subject == one.about.map { $0 == "she" ? .they : .name($0) } ?? .me)
    #expect(reading.isSure || reading.relation?.name == "suffers_from")
  }

  @Test(
    "whether a dose was taken is no question for the memory",
    arguments: ["did i take amlodipine", "did i take my tablet today", "did Amma take her bp tablet", "did i take it"])
  func asksTheLog(_ text: String) async throws {
    #expect(try await Notebook().read(text)?.sense != .check)
  }

  @Test(
    "what only sounds like one is none",
    arguments: [
      "I like it", "I love you", "I like the second one", "i like this", "I would like a coffee", "do I like coffee",
      "sunday does not suit me", "mujhe ye pasand hai", "enakku idhu pidikkum", "I don't like that one",
      // a day, a place: no medicine
      "the meeting is on 5th december", "our holiday is on friday",
      "the house is on 4th street", "priya's wedding is on 12 february", "my exam is on monday", "the report is on",
      "Ravi is on the 4th", "the exam was on monday",
    ])
  func hearsNone(_ text: String) async throws {
    let reading = try await Notebook().read(text)
    #expect(reading.map { $0.sense != .tell } ?? true)
  }
}
