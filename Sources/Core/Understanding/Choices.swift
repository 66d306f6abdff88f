import Actions
import Text

/// Words of a fixed choice ("this month" → month).
enum Choices {
  /// - Parameter kind: of the slot; words of a choice that it does not declare are not its.
  static func find(
    _ slot: String, _ kind: SlotKind, in sentence: Sentence, _ library: IntentLibrary
  ) -> (String, Range<Int>)? {
    let starts = starts(slot, sentence, library)
    guard !starts.isEmpty else { return nil }
    var best: (String, Range<Int>)?
    for choice in library.choices[slot] ?? [] {
      if case .choice(let declared) = kind, !declared.isEmpty, !declared.contains(choice.choice) { continue }
      let count = choice.words.count
      guard count > 0, best.map({ count > $0.1.count }) ?? true else { continue }
      if let start = starts.first(where: { stands(choice, at: $0, in: sentence) }) {
        best = (choice.choice, start..<(start + count))
      }
    }
    return best
  }

  /// All words of a choice, in their order; of two that overlap the longer one.
  static func all(_ slot: String, in sentence: Sentence, _ library: IntentLibrary) -> [(
    choice: String, tokens: Range<Int>
  )] {
    let starts = starts(slot, sentence, library)
    guard !starts.isEmpty, let choices = library.choices[slot] else { return [] }
    var found: [(choice: String, tokens: Range<Int>)] = []
    var index = 0
    for start in starts where start >= index {
      let longest = choices.filter { !$0.words.isEmpty && stands($0, at: start, in: sentence) }
        .max { $0.words.count < $1.words.count }
      guard let longest else { continue }
      index = start + longest.words.count
      found.append((longest.choice, start..<index))
    }
    return found
  }

  /// Where a word stands with which some choice begins: in most sentences nowhere.
  private static func starts(_ slot: String, _ sentence: Sentence, _ library: IntentLibrary) -> [Int] {
    guard let firsts = library.firstWords[slot] else { return [] }
    return sentence.tokens.indices.filter { firsts.contains(sentence.tokens[$0].skeleton) }
  }

  private static func stands(_ choice: IntentLibrary.Choice, at start: Int, in sentence: Sentence) -> Bool {
    let words = choice.words
    guard start + words.count <= sentence.tokens.count else { return false }
    for place in words.indices where sentence.tokens[start + place].skeleton != words[place] { return false }
    return true
  }
}
