import Testing

@testable import Text

@Suite struct NormaliserTests {
  struct Row: CustomTestStringConvertible {
    var from: String, to: String
    var testDescription: String { from }
  }
  @Test(
    "folds to one form",
    arguments: [
      Row(from: "  Hello\t\n World ", to: "hello world"),
      Row(from: "“Don’t” — it`s…", to: "\"don't\" - it's..."),
      Row(from: "காலை ௮:௩௦ மணிக்கு", to: "காலை 8:30 மணிக்கு"),
      Row(from: "सुबह ८:३० बजे।", to: "सुबह 8:30 बजे."),
      Row(from: "٣٤ ۵۶ ７８ ＡＢ", to: "34 56 78 ab"),
      Row(from: "a\u{200B}b\u{202E}c\u{FEFF}\u{7}", to: "abc"),
      Row(from: "CAFE\u{301} Straße ÀÉ", to: "café straße àé"),
      Row(from: "\u{0BC6}\u{0BBE}", to: "ொ"),
      Row(from: "क\u{200D}ष ﬁne ①", to: "कष fine 1"),
      Row(from: "😀\u{FE0F} Ok", to: "😀 ok"),
      Row(from: "\u{958}", to: "\u{915}\u{93C}"),
      Row(from: "", to: ""),
    ])
  func folds(_ row: Row) {
    #expect(Array(Normaliser.normalise(row.from).utf8) == Array(row.to.utf8), "\(Normaliser.normalise(row.from))")
    #expect(Normaliser.normalise(row.to) == Normaliser.normalise(Normaliser.normalise(row.to)))
  }

  @Test func languagesReadTheirCodes() {
    #expect(Language(code: "en-IN") == .english)
    #expect(Language(code: "TA") == .tamil)
    #expect(Language(code: "ta_Latn") == .tamilLatin)
    #expect(Language(code: "Hinglish") == .hindiLatin)
    #expect(Language(code: "fr") == nil)
    #expect(Language(code: "") == nil)
    #expect(Language.all.allSatisfy { Language(code: $0.code) == $0 && Language(code: $0.englishName) == $0 })
  }

  @Test func namesCannotTurnTheLine() {
    #expect(safeName("Meena\u{202E}321") == "Meena⟨U+202E⟩321")
    #expect(safeName("a\r\nb\u{0}") == "a b⟨U+0000⟩")
    #expect(safeName("👨‍👩‍👧 க்‌ஷ மீனா") == "👨‍👩‍👧 க்‌ஷ மீனா")
    #expect(safeName("x" + String(repeating: "\u{301}", count: 50)).unicodeScalars.count == 5)
    #expect(safeName(String(repeating: "ab", count: 50), limit: 5) == "ababa…")
  }

  @Test func theIndexFindsWhatAScanFinds() {
    let words = ["reminder", "reminders", "medicine", "medication", "tablet", "table", "to", "water", "waiter", "முகவரி"]
    let index = NearestIndex(words)
    #expect(index.nearest("remidner")?.word == "reminder")
    #expect(index.nearest("medcine")?.distance == 1)
    #expect(index.nearest("முகவர்")?.word == "முகவரி")
    #expect(index.nearest("zebra") == nil)
    #expect(index.nearest("tablet")?.distance == 0)
  }
}
