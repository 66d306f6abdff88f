import Testing
import Text

@Suite("Names in a text")
struct WordSearchTests {
  @Test(
    "a name is a word of its own, with endings where the name is long or its script has them",
    arguments: [
      ("Ann came", "ann", true), ("we planned it", "Ann", false), ("Anna came", "Ann", false),
      ("ask Ann's son", "Ann", true),
      ("Meeravukku sollu", "Meera", true), ("மீராவை பார்த்தேன்", "மீரா", true), ("Dr. Latha said", "dr. latha", true),
      ("latha", "Dr. Latha", false), ("", "x", false), ("x", "", false), ("salt,Ravi;", "ravi", true),
    ])
  func holds(_ text: String, _ name: String, _ isThere: Bool) { #expect(WordSearch.holds(text, name) == isThere) }
}
