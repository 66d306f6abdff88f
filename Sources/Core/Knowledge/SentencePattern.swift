import Base
import Formats
import Text

/// The words of a language's forms, each with a number: a sentence is compared with hundreds of forms, and numbers are
/// compared at once.
struct WordNumbers: Sendable {
  private var numbers: [String: Int32] = [:]
  /// Of a word that stands in no form.
  static let none: Int32 = -1

  mutating func number(_ word: String) -> Int32 {
    if let known = numbers[word] { return known }
    let new = Int32(numbers.count)
    numbers[word] = new
    return new
  }

  mutating func phrase(_ words: [String]) -> [Int32] { words.map { number($0) } }

  func find(_ word: String) -> Int32 { numbers[word] ?? Self.none }

  func words(where holds: (Int32) -> Bool) -> [String] { numbers.filter { holds($0.value) }.map(\.key) }
}

/// What a slot of a form may be called.
enum SlotName: String, Sendable, CaseIterable { case subject, object, other, rest }

/// An ending of a word in a case, and what stands in its place in the word alone: "சேலத்தில்" is சேலம்.
struct CaseEnding: Sendable, Hashable {
  let text: String
  let stem: String

  /// - Parameter line: "-யில்", or "-த்தில்>ம்".
  init(_ line: String) {
    let parts = line.dropFirst().split(separator: ">", maxSplits: 1).map { SaidWord.folded(String($0)) }
    (text, stem) = (parts.first ?? "", parts.count > 1 ? parts[1] : "")
  }

  func ends(_ word: String) -> Bool { word.hasSuffix(text) && word.count > text.count + 1 }
}

/// A case of a language: words behind, and endings of the last word.
final class CaseForm: Sendable {
  let phrases: [[Int32]]
  let endings: [CaseEnding]
  /// "My", "his" are this case themselves.
  let isOf: Bool

  init(phrases: [[Int32]], endings: [CaseEnding], isOf: Bool) {
    (self.phrases, self.endings, self.isOf) = (phrases, endings, isOf)
  }
}

/// A form of sentence: words, `(one|other)`, `[left out or not]`, and `{slots}`; `{subject+of}` is a slot in a case of the
/// language ("Amma's", "அம்மாவின்").
struct SentencePattern: Sendable {
  enum Part: Sendable {
    case words([[Int32]])
    case optional([[Int32]])
    case slot(SlotName, CaseForm?)
    /// Words that name a relation.
    case relation
    /// The object, which is one of these.
    case choice([[Int32]])
  }

  let parts: [Part]
  /// Of each of these one stands in every sentence of this form, the rarest first; none where the form is all slots.
  let needed: [[Int32]]
  /// What follows the subject is a place, which has fewer words than a name has.
  var prefersNames = false

  /// - Throws: what is wrong with it, with file and line.
  init(_ text: String, _ node: YAMLNode, _ cases: [String: CaseForm], _ numbers: inout WordNumbers) throws {
    var parts: [Part] = []
    var rest = Substring(text)
    func inside(_ close: Character) throws -> Substring {
      guard let end = rest.firstIndex(of: close) else { throw node.error("\(close) is missing") }
      defer { rest = rest[rest.index(after: end)...] }
      return rest[rest.index(after: rest.startIndex)..<end]
    }
    func alternatives(_ text: Substring) -> [[Int32]] {
      text.split(separator: "|").map { numbers.phrase(SaidWord.cut(String($0)).map(\.folded)) }
        .sorted { $0.count > $1.count }
    }
    while let first = rest.first {
      switch first {
      case " ": rest = rest.dropFirst()
      case "(": parts.append(.words(alternatives(try inside(")"))))
      case "[": parts.append(.optional(alternatives(try inside("]"))))
      case "{":
        let text = try inside("}")
        if let colon = text.firstIndex(of: ":") {
          guard text[..<colon] == "object" else { throw node.error("only {object:…} may list its words") }
          parts.append(.choice(alternatives(text[text.index(after: colon)...])))
          continue
        }
        let slot = text.split(separator: "+", maxSplits: 1).map(String.init)
        if slot == ["relation"] {
          parts.append(.relation)
          continue
        }
        guard let name = slot.first.flatMap(SlotName.init(rawValue:)) else {
          throw node.error("a slot is {subject}, {relation}, {object}, {other} or {rest}")
        }
        if slot.count > 1, cases[slot[1]] == nil { throw node.error("there is no case \(slot[1]) in this file") }
        parts.append(.slot(name, slot.count > 1 ? cases[slot[1]] : nil))
      default:
        let word = rest.prefix { !" ([{".contains($0) }
        rest = rest.dropFirst(word.count)
        parts.append(.words([numbers.phrase(SaidWord.cut(String(word)).map(\.folded))]))
      }
    }
    guard !parts.isEmpty else { throw node.error("a sentence was expected") }
    self.parts = parts
    needed =
      parts.compactMap { part -> [Int32]? in
        switch part {
        case .words(let all), .choice(let all): return all.contains([]) ? nil : Set(all.compactMap(\.last)).sorted()
        case .optional, .slot, .relation: return nil
        }
      }.sorted { $0.count < $1.count }
  }
}
