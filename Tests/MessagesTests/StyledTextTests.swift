import Base
import Messages
import Testing

struct MarkupCase: CustomTestStringConvertible {
  let markup: String
  let text: String
  let runs: [StyledText.Run]
  var testDescription: String { markup }
  init(_ markup: String, _ text: String, _ runs: [(Int, Int, StyledText.Style)]) {
    self.markup = markup
    self.text = text
    self.runs = runs.map { .init(start: $0.0, length: $0.1, style: $0.2) }
  }
}

struct StyledTextTests {
  @Test(
    "reads bold, italic and code, with offsets in UTF-16 units",
    arguments: [
      MarkupCase("*a* b", "a b", [(0, 1, .bold)]), MarkupCase("x _yz_.", "x yz.", [(2, 2, .italic)]),
      MarkupCase("run `ls -l`", "run ls -l", [(4, 5, .code)]),
      MarkupCase("*காலை* 8", "காலை 8", [(0, 4, .bold)]), MarkupCase("👵🏽 *अम्मा*", "👵🏽 अम्मा", [(5, 5, .bold)]),
      MarkupCase("*a _b_*", "a b", [(0, 3, .bold), (2, 1, .italic)]),
      MarkupCase("2 * 3 * 4", "2 * 3 * 4", []), MarkupCase("snake_case_name", "snake_case_name", []),
      MarkupCase("a *b", "a *b", []), MarkupCase("a *b*c", "a *b*c", []),
      MarkupCase("*a _b* c_", "*a b* c", [(3, 4, .italic)]), MarkupCase("**", "**", []),
      MarkupCase("\\*a\\*", "*a*", []),
      MarkupCase("\\", "\\", []), MarkupCase("", "", []), MarkupCase("* a*", "* a*", []),
    ])
  func markup(_ row: MarkupCase) {
    let styled = StyledText(markup: row.markup)
    #expect(styled.text == row.text)
    #expect(styled.runs == row.runs)
  }

  @Test("what a person wrote stays as it was written, whatever it is made of")
  func escapes() {
    let random = SeededRandom(seed: 3)
    let parts = ["*", "_", "`", "\\", "a", " ", "\n", "மூ", "👩‍👧", "क्ष", ".", "**", "__"]
    for _ in 0..<2_000 {
      let text = (0..<random.below(12)).map { _ in parts[random.below(parts.count)] }.joined()
      let styled = StyledText(markup: StyledText.escape(text))
      #expect(styled.text == text)
      #expect(styled.runs.isEmpty)
      // escaped inside of bold, only the bold is styled
      let bold = StyledText(markup: "*x\(StyledText.escape(text))x*")
      #expect(bold.text == "x\(text)x")
      #expect(bold.runs == [.init(start: 0, length: bold.text.utf16.count, style: .bold)])
    }
  }

  @Test("any markup gives runs inside the text, in order")
  func anyMarkup() {
    let random = SeededRandom(seed: 5)
    let parts = ["*", "_", "`", "\\", "a", " ", "மூ", "👩‍👧", "\n"]
    for _ in 0..<2_000 {
      let styled = StyledText(markup: (0..<random.below(20)).map { _ in parts[random.below(parts.count)] }.joined())
      for run in styled.runs {
        #expect(run.start >= 0 && run.length > 0 && run.start + run.length <= styled.text.utf16.count)
      }
      #expect(styled.runs == styled.runs.sorted { ($0.start, $0.length) < ($1.start, $1.length) })
    }
  }
}

struct PiecesTests {
  /// Each with the width that it takes at a platform.
  private static let graphemes = ["கு", "க்", "ரீ", "क्ष", "ढ़", "👩‍👩‍👧‍👦", "🇮🇳", "é", "a", "👍🏽"]

  @Test(
    "no piece is longer than the limit, none parts a character, nothing but blanks is lost", arguments: [20, 37, 64])
  func whole(_ limit: Int) {
    let random = SeededRandom(seed: UInt64(limit))
    for _ in 0..<300 {
      let text = (0..<(20 + random.below(80))).map { _ in
        random.below(4) == 0
          ? [" ", "\n", "\n\n"][random.below(3)] : Self.graphemes[random.below(Self.graphemes.count)]
      }.joined()
      let pieces = StyledText(text).pieces(utf16Limit: limit)
      let characters = Set(text)
      for piece in pieces {
        #expect(piece.text.utf16.count <= limit && !piece.text.isEmpty)
        #expect(piece.text.allSatisfy(characters.contains))
      }
      let kept = pieces.map(\.text).joined().filter { !$0.isWhitespace }
      #expect(kept == text.filter { !$0.isWhitespace })
    }
  }

  @Test("a character at the very edge goes whole into the next piece", arguments: graphemes)
  func edge(_ grapheme: String) {
    for offset in 0...grapheme.utf16.count {
      let text = String(repeating: "x", count: 40 - offset) + grapheme
      let pieces = StyledText(text).pieces(utf16Limit: 40).map(\.text)
      #expect(pieces.joined() == text)
      #expect(pieces.contains { $0.hasSuffix(grapheme) })
    }
  }

  @Test("every styled unit is styled in its piece, and no other")
  func carries() {
    let random = SeededRandom(seed: 9)
    for _ in 0..<300 {
      let text = (0..<60).map { _ in random.below(5) == 0 ? " " : Self.graphemes[random.below(Self.graphemes.count)] }
        .joined()
      let total = text.utf16.count
      let start = random.below(total)
      let run = StyledText.Run(start: start, length: 1 + random.below(total - start), style: .bold)
      let pieces = StyledText(text, runs: [run]).pieces(utf16Limit: 30)
      let units = Array(text.utf16)
      let wanted = units[run.start..<run.start + run.length].filter { $0 != 32 }
      let styled = pieces.flatMap { piece in
        let own = Array(piece.text.utf16)
        return piece.runs.flatMap { own[$0.start..<$0.start + $0.length] }
      }
      #expect(styled.filter { $0 != 32 } == Array(wanted))
    }
  }

  @Test("runs that point outside of the text are cut to it", arguments: [(-5, 8), (2, Int.max), (Int.max, 3), (90, 1)])
  func wildRuns(_ run: (start: Int, length: Int)) {
    let text = String(repeating: "abc ", count: 20)
    let styled = StyledText(text, runs: [.init(start: run.start, length: run.length, style: .code)])
    for piece in styled.pieces(utf16Limit: 16) {
      #expect(piece.runs.allSatisfy { $0.start >= 0 && $0.start + $0.length <= piece.text.utf16.count })
    }
    let slice = styled.slice(4..<12)
    #expect(slice.text == "abc abc ")
    #expect(slice.runs.allSatisfy { $0.start >= 0 && $0.start + $0.length <= 8 })
  }

  @Test("blank text gives no piece", arguments: ["", " ", "\n\n "])
  func blank(_ text: String) { #expect(StyledText(text).pieces(utf16Limit: 10).allSatisfy { !$0.text.isEmpty }) }
}
