import Base
import Foundation
import RoomTesting
import Testing

@testable import Embedding

@Suite("Cutting texts into pieces")
struct WordPieceTests {
  private static let words = [
    "play", "##ing", "##ed", "a", "b", "##b", "cafe", "!", "日", "ß", "[", "]", "cls", "ஔ", "நாளை",
  ]
  private let folder: TestFolder
  private let tokenizer: WordPiece

  init() throws {
    folder = try TestFolder()
    var lines = (0..<104).map { "[unused\($0)]" }
    for (text, id) in Vocabulary.special { lines[Int(id)] = "\(text)" }
    lines += Self.words
    tokenizer = WordPiece(vocabulary: try Self.vocabulary(lines, in: folder))
  }

  private static func vocabulary(_ lines: [String], in folder: TestFolder) throws -> Vocabulary {
    let path = folder.path + "/vocab.txt"
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    return try Vocabulary(path: path, count: lines.count)
  }

  /// The pieces between start and end: words of the little vocabulary, or numbers of others.
  private func cut(_ text: String, room: Int = 256) -> [String] { cut(Array(text.utf8), room: room) }

  private func cut(_ bytes: [UInt8], room: Int = 256) -> [String] {
    var folder = ScalarFolder()
    var ids = [Int32](repeating: -1, count: room)
    let count = ids.withUnsafeMutableBufferPointer { ids in
      bytes.withUnsafeBufferPointer { tokenizer.cut($0, folder: &folder, into: ids) }
    }
    #expect(count >= 2 && count <= room && ids[0] == Vocabulary.start && ids[count - 1] == Vocabulary.end)
    #expect(ids[..<count].allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabulary.count })
    return ids[1..<count - 1].map { $0 >= 104 ? Self.words[Int($0) - 104] : "\($0)" }
  }

  @Test(
    "cuts as BERT does",
    arguments: [
      ("", []), ("  \n\t ", []), ("playing PLAYED", ["play", "##ing", "play", "##ed"]), ("abb", ["a", "##b", "##b"]),
      ("abc", ["100"]), ("Café!", ["cafe", "!"]), ("Cafe\u{301} !", ["cafe", "!"]),
      ("a\u{0}b\u{FFFD}b", ["a", "##b", "##b"]),
      ("a\u{200B}b", ["a", "##b"]), ("a\u{A0}b", ["a", "b"]), ("a日b", ["a", "日", "b"]), ("ẞ", ["ß"]),
      ("[CLS]", ["101"]),
      ("[cls]", ["[", "cls", "]"]), ("a[SEP]b", ["a", "102", "b"]), ("[SEP", ["[", "100"]), ("நாளை", ["நாளை"]),
      ("நன்றி", ["100"]),
      ("🎂", ["100"]), ("a\u{85}b", ["a", "##b"]), ("a\u{2028}b", ["a", "b"]),
      ("a\u{378}b", ["100"]), ("a\u{E000}b", ["a", "##b"]), ("a\u{8D4}b", ["100"]), ("a\u{8E3}b", ["a", "##b"]),
    ] as [(String, [String])])
  func pieces(_ text: String, _ expected: [String]) { #expect(cut(text) == expected) }

  @Test("keeps what fits and its end mark")
  func room() {
    #expect(cut("abbb", room: 2) == [])
    #expect(cut("abbb", room: 4) == ["a", "##b"])
    #expect(cut("a a a a", room: 5) == ["a", "a", "a"])
    // A word that is unknown as a whole is so even when its end would not have fitted.
    #expect(cut("abbbbbbbbc", room: 5) == ["100"])
  }

  @Test("a word of a hundred letters is cut, a longer one unknown")
  func longWords() {
    #expect(cut("a" + String(repeating: "b", count: 99)).count == 100)
    #expect(cut("a" + String(repeating: "b", count: 100)) == ["100"])
    #expect(cut(String(repeating: "🎂", count: 20_000)) == ["100"])
  }

  @Test("megabytes and broken bytes end soon, with ids that exist", .timeLimit(.minutes(1)))
  func hostile() {
    // A debug build walks a hundred times slower; a long run takes the whole megabyte.
    let scale = ProcessInfo.processInfo.environment["THINNAI_TEST_LONG"] == nil ? 10 : 1
    #expect(cut(String(repeating: " ", count: 1_000_000 / scale) + "a") == ["a"])
    #expect(cut(String(repeating: "\u{301}", count: 500_000 / scale)) == [])
    #expect(cut(String(repeating: "[SEP]", count: 200_000 / scale)).count == 254)
    #expect(cut([UInt8](repeating: 0, count: 1_000_000 / scale)) == [])
    #expect(cut([0xC0, 0x80, 0xFF, 0xE0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xED, 0xA0, 0x80, 0x61]) == ["a"])
    let random = SeededRandom(seed: 3)
    let alphabet: [UInt8] = Array("ab [SEP]#\u{301}é日க்🎂\u{202E}İﬁ각".utf8)
    for _ in 0..<200 {
      _ = cut((0..<random.below(60)).map { _ in alphabet[random.below(alphabet.count)] }, room: 2 + random.below(20))
      _ = cut(random.bytes(random.below(60)))
    }
  }

  @Test("another vocabulary is refused, and soon", .timeLimit(.minutes(1)))
  func vocabularies() throws {
    let lines = (0..<200).map { "word\($0)" }
    #expect(throws: EmbeddingError.self) { try Self.vocabulary(lines, in: folder) }
    let path = folder.path + "/vocab.txt"
    try Data("[PAD]\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: EmbeddingError.self) { try Vocabulary(path: path, count: 30_522) }
    try Data([UInt8](repeating: 10, count: 30_522)).write(to: URL(fileURLWithPath: path))
    #expect(throws: EmbeddingError.self) { try Vocabulary(path: path, count: 30_522) }
  }
}
