import Base
import Text
import Time

/// One sentence as the grammar of time sees it.
struct GrammarReading {
  let scope: TimeGrammar.Scope
  let words: [TimeNode]

  init(
    _ sentence: Sentence, _ brain: Brain, _ language: Language, _ policy: TimePolicy = .india, now: Instant, zone: Zone
  ) {
    var scope = TimeGrammar.Scope(
      sentence: sentence, policy: policy, holidays: brain.library.holidays, now: zone.civil(now))
    scope.zone = zone
    scope.amounts = brain.amountWords(language, preferred: [language])
    scope.fractions = Fractions.find(sentence, scope.amounts)
    let found = TimeGrammar.words(
      scope, brain.timeWords(language) + [brain.library.holidays.names], brain.lexicons(language, preferred: [language])
    )
    // "push the tax one to 4 pm": no hour
    words = found.filter { node in
      node.number != 1 || node.digits > 0 || !Self.isThing(sentence, node.start)
        || found.contains { $0.end == node.start }
    }
    if !words.isEmpty { scope.note(words) }
    self.scope = scope
  }

  private static func isThing(_ sentence: Sentence, _ index: Int) -> Bool {
    guard index > 1, index + 1 < sentence.tokens.count, sentence.folded(index) == "one" else { return false }
    return sentence.tokens[index - 1].kind == .word && ["to", "till", "until"].contains(sentence.folded(index + 1))
  }

  func has(_ categories: CategorySet) -> Bool { words.contains { categories.contains($0.category) } }

  /// The pieces that explain most of the sentence.
  func best() -> [TimeNode] { words.isEmpty ? [] : TimeChart(.shared, scope, words: words).best() }
}
