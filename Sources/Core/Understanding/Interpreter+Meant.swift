import Actions
import Base
import Text

/// Which of some things is meant, where it is named by a few of its words.
extension Interpreter {
  /// More words than these tell a story.
  private static let mostTelling = 6

  /// "push the fssai one to monday" of a task "renew FSSAI licence", "papa wala cancel" of "papa ko phone karna": those of
  /// whose names all words are that tell one thing from another, so that what names something else as well finds nothing.
  /// What stands behind a comma ("lunch w priya cancel, she isnt coming") may be a reason.
  func meant(among things: [EntityEntry]) -> (things: [EntityEntry], words: String)? {
    let sentence = Sentence(request.text)
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    let telling = telling(reading(sentence, language))
    let comma = sentence.tokens.indices.first { $0 > 0 && [",", ";"].contains(sentence.folded($0)) }
    for words in [telling, telling.filter { $0 < comma ?? 0 }] where (1...Self.mostTelling).contains(words.count) {
      let found = things.filter { thing in
        let name = Sentence(thing.name)
        return words.allSatisfy { word in name.tokens.indices.contains { Self.isSame(word, sentence, $0, name) } }
      }
      guard !found.isEmpty else { continue }
      let whole = found.filter { self.telling(reading(Sentence($0.name), language)).count == words.count }
      return (whole.isEmpty ? found : whole, words.map { sentence.text(of: $0..<($0 + 1)) }.joined(separator: " "))
    }
    return nil
  }

  /// The words of a message that may name a thing.
  func telling() -> [String] {
    let sentence = Sentence(request.text)
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    return telling(reading(sentence, language)).map { sentence.text(of: $0..<($0 + 1)) }
  }

  /// Words that are neither a value nor said of anything.
  private func telling(_ reading: Reading) -> [Int] {
    let lexicons = brain.lexicons(reading.language, preferred: request.languages)
    let idle = ["beside_thing", "asking_when"].flatMap { name in
      Choices.all(name, in: reading.sentence, brain.library).map(\.tokens)
    }
    return reading.sentence.tokens.indices.filter { index in
      let token = reading.sentence.tokens[index]
      let isValue = reading.kinds[index] != 0 && !reading.people.contains { $0.tokens.contains(index) }
      return token.kind == .word && token.foldedLength > 1 && !isValue
        && !idle.contains { $0.contains(index) } && !lexicons.contains { $0.isSmall(token) || $0.isFiller(token) }
    }
  }

  /// The same word, one with an ending ("catalogueai", "photos"), or a slip of the finger.
  private static func isSame(_ word: Int, _ sentence: Sentence, _ other: Int, _ name: Sentence) -> Bool {
    let (a, b) = (sentence.tokens[word], name.tokens[other])
    guard b.kind == .word else { return false }
    if a.hash == b.hash || a.skeleton == b.skeleton { return true }
    let (own, its) = (sentence.folded(word), name.folded(other))
    let (short, long) = own.count < its.count ? (own, its) : (its, own)
    if short.count >= 4, long.count - short.count <= 4, long.hasPrefix(short) { return true }
    return short.count >= 5 && own.first == its.first
      && EditDistance.between(Array(own.utf8), Array(its.utf8), limit: 1) != nil
  }
}
