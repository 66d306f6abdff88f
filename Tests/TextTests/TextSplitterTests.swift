import Base
import Testing

@testable import Text

@Suite struct TextSplitterTests {
  @Test func cutsAtParagraphsLinesAndWords() {
    let text = "First paragraph here.\n\nSecond one\nwith two lines and more words"
    let pieces = TextSplitter.split(text, utf16Limit: 26)
    #expect(pieces.map(\.text) == ["First paragraph here.", "Second one\nwith two lines", "and more words"])
    #expect(TextSplitter.split("short", utf16Limit: 26) == [.init(text: "short", range: 0..<5)])
    #expect(TextSplitter.split("", utf16Limit: 26).isEmpty)
  }

  @Test func keepsClustersWhole() {
    let family = "👨‍👩‍👧‍👦"
    let text = String(repeating: family, count: 3) + "நிகழ்ச்சி"
    for limit in 11...30 {
      for piece in TextSplitter.split(text, utf16Limit: limit) {
        #expect(piece.text.utf16.count <= limit)
        #expect(piece.text.allSatisfy { String($0) == family || $0.unicodeScalars.count <= 4 })
      }
    }
    let zalgo = "a" + String(repeating: "\u{301}", count: 100)
    #expect(TextSplitter.split(zalgo, utf16Limit: 30).map(\.text).joined().unicodeScalars.count == 101)
  }

  @Test func spansFollowTheirPieces() {
    let pieces = TextSplitter.split("one two three four", utf16Limit: 9)
    #expect(pieces.map(\.text) == ["one two", "three", "four"])
    let carried = TextSplitter.carry([StyledSpan(offset: 4, length: 9, style: "bold")], over: pieces)
    #expect(carried[0] == [StyledSpan(offset: 4, length: 3, style: "bold")])
    #expect(carried[1] == [StyledSpan(offset: 0, length: 5, style: "bold")])
    #expect(carried[2].isEmpty)
  }

  /// Whatever the text: pieces fit, stand where they say, lose only white space.
  @Test func losesNothingButSpace() {
    let random = SeededRandom(seed: 11)
    let alphabet = Array("ab  \n\n\r\tதமிழ்é👨‍👩‍👧🇮🇳\u{301}".unicodeScalars)
    for _ in 0..<1_500 {
      var text = ""
      for _ in 0..<random.below(120) { text.unicodeScalars.append(alphabet[random.below(alphabet.count)]) }
      let limit = 2 + random.below(40)
      let pieces = TextSplitter.split(text, utf16Limit: limit)
      let units = Array(text.utf16)
      var end = 0
      for piece in pieces {
        #expect(piece.text.utf16.count <= limit)
        #expect(piece.range.lowerBound >= end)
        #expect(Array(piece.text.utf16) == Array(units[piece.range]))
        end = piece.range.upperBound
      }
      func solid(_ text: String) -> [Unicode.Scalar] { text.unicodeScalars.filter { !$0.properties.isWhitespace } }
      #expect(pieces.flatMap { solid($0.text) } == solid(text))
    }
  }
}
