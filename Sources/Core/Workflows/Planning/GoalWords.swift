import Base
package import Formats
import Text

/// How people say that one thing follows another, waits, or depends: `Workflows/words/<language>.yaml`. The words of all
/// languages hold together, because people mix them.
package struct GoalWords: Sendable {
  enum Sign: String, CaseIterable {
    case opens, polite, then, and, when, `if`, any, none, more, less, yes, no, otherwise, wait, later, after, before,
      unless, ask, tell, that, each, it, clock, all
    case recurs
    case orUntil = "or_until"
    case askFirst = "ask_first"
    case askMe = "ask_me"
    case tellMe = "tell_me"
    case `self`
    /// What Tamil and Hindi say behind what it belongs to: "… irundha", "… ho to"; "5000 se zyada"; "… nu sollu".
    case so
    /// "koi task nahi hai to": none, though it begins like any.
    case negated
    case moreBehind = "more_behind"
    case lessBehind = "less_behind"
    case tellBehind = "tell_behind"
    case untilBehind = "until_behind"
    case whenBehind = "when_behind"
    case eachBehind = "each_behind"
    /// Between who is told and what: "… ko batao ki …"; behind who is told: "… kitta".
    case tellBetween = "tell_between"
    case toWhom = "to_whom"
  }

  /// By the first word; the longest first.
  private let phrases: [Sign: [String: [[String]]]]
  /// The first words of what only a plan can do.
  let planStarts: PlanStarts

  /// - Parameter files: one a language.
  /// - Throws: the first mistake, with file and line.
  package init(_ files: [YAMLNode]) throws {
    var all: [Sign: [[String]]] = [:]
    for file in files {
      try file.onlyKeys(Sign.allCases.map(\.rawValue))
      for sign in Sign.allCases {
        guard let node = file[sign.rawValue] else { continue }
        all[sign, default: []] += try node.strings(expecting: "a list of ways to say it").map { text in
          let words = GoalText(text).words.map(\.folded)
          guard !words.isEmpty else { throw node.error("words were expected") }
          return words
        }
      }
    }
    phrases = all.mapValues { list in
      Dictionary(grouping: list.sorted { $0.count > $1.count }) { $0[0] }
    }
    planStarts = PlanStarts(Set(Self.telling.flatMap { (all[$0] ?? []).map { $0[0] } }))
  }

  /// - Returns: how many words from this one on say it; `nil` when they do not.
  func match(_ sign: Sign, _ words: ArraySlice<GoalText.Word>) -> Int? {
    guard let first = words.first, let candidates = phrases[sign]?[first.folded] else { return nil }
    return candidates.first { candidate in
      candidate.count <= words.count && zip(candidate, words).allSatisfy { $0 == $1.folded }
    }?.count
  }

  /// Whether all of some words say it, and nothing else does.
  func isAll(_ sign: Sign, _ words: ArraySlice<GoalText.Word>) -> Bool {
    !words.isEmpty && match(sign, words) == words.count
  }

  /// Where it is said first behind the first word, within so many words.
  func place(_ sign: Sign, in words: ArraySlice<GoalText.Word>, within most: Int = .max) -> (at: Int, count: Int)? {
    for at in words.indices.dropFirst().prefix(most) {
      if let count = match(sign, words[at...]) { return (at, count) }
    }
    return nil
  }

  /// The first of several that stands here.
  func match(_ signs: [Sign], _ words: ArraySlice<GoalText.Word>) -> (sign: Sign, count: Int)? {
    var best: (sign: Sign, count: Int)?
    for sign in signs {
      if let count = match(sign, words), count > best?.count ?? 0 { best = (sign, count) }
    }
    return best
  }

  /// The goal in a message that asks for a plan ("make a workflow that …", "/plan …"); `nil` in any other message.
  package func goal(in message: String) -> String? {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    let first = message.utf8.drop(while: isSpace).prefix { !isSpace($0) }
    guard !first.isEmpty, phrases[.opens]?[Normaliser.normalise(String(Substring(first)))] != nil else { return nil }
    let goal = GoalText(message)
    guard let count = match(.opens, goal.words[...]) else { return nil }
    var rest = goal.words.dropFirst(count)
    while rest.first?.isMark == true { rest = rest.dropFirst() }
    return goal.said(rest)
  }

  /// Whether words only point at what came before: "them", "the result".
  func isPointing(_ text: String) -> Bool {
    var words = GoalText(text).words[...].filter { !$0.isMark }[...]
    guard let count = match(.it, words) else { return false }
    words = words.dropFirst(count)
    return words.isEmpty
  }
}

/// A goal cut into words; marks that part sentences are words of their own.
struct GoalText: Sendable {
  struct Word: Sendable {
    let folded: String
    let range: Range<String.Index>
    /// A comma, a semicolon, the end of a sentence or of a line.
    let isMark: Bool
  }

  let text: String
  private(set) var words: [Word] = []

  init(_ text: String) {
    self.text = text
    var index = text.startIndex
    while index < text.endIndex {
      let letter = text[index]
      let next = text.index(after: index)
      if letter.isNewline || ",;→".contains(letter) {
        words.append(Word(folded: letter.isNewline ? "\n" : String(letter), range: index..<next, isMark: true))
        index = next
        continue
      }
      if letter.isWhitespace {
        index = next
        continue
      }
      var end = index
      while end < text.endIndex, !text[end].isWhitespace, !";→".contains(text[end]), !Self.isComma(text, end) {
        end = text.index(after: end)
      }
      var last = end
      while last > index, ".!?:…।".contains(text[text.index(before: last)]) { last = text.index(before: last) }
      if last > index {
        words.append(
          Word(folded: Normaliser.normalise(String(text[index..<last])), range: index..<last, isMark: false))
      }
      if last < end {
        words.append(Word(folded: text[last] == ":" ? "," : ".", range: last..<end, isMark: true))
      }
      index = end
    }
  }

  /// A comma parts words; within a number ("1,200") it does not.
  private static func isComma(_ text: String, _ index: String.Index) -> Bool {
    guard text[index] == "," else { return false }
    let next = text.index(after: index)
    return next == text.endIndex || !text[next].isNumber
  }

  /// The words as they were written.
  func said(_ words: ArraySlice<Word>) -> String {
    guard let first = words.first, let last = words.last else { return "" }
    return String(text[first.range.lowerBound..<last.range.upperBound])
  }
}
