import Base
import Formats
import Memory
import Text

/// Where in the talks facts stand that are to be forgotten: a turn tells a fact long after the one in which it was told.
struct ToldTurns {
  /// What nothing else says: the lines with which the facts are told, and what was kept under words of one's own.
  private(set) var words: [String] = []
  private(set) var values: [String] = []
  private var sought: [(folded: String, value: String, since: Instant)] = []
  private let folded: [String]

  /// Shorter values stand in too many words that have nothing to do with them.
  private static let telling = 4

  init(_ facts: [Fact], _ reader: FactReader) {
    for fact in facts where fact.origin != .rule {
      values.append(fact.value)
      let isOwn = fact.relation.hasPrefix(Relation.ownPrefix) || fact.relation == "note"
      if isOwn, fact.value.count >= Self.telling { words.append(fact.value) }
      for label in Set(Language.all.map { reader.label(fact.relation, $0) }) { words.append("\(label): \(fact.value)") }
      // a name stands in turns that tell something else of whom it names
      guard isOwn || reader.words.relations[fact.relation]?.isThing == false else { continue }
      sought.append((FactText.folded(fact.value), fact.value, fact.toldAt))
    }
    folded = words.map(FactText.folded)
  }

  func holds(_ turn: KeptTurn) -> Bool {
    let text = turn.said + "\n" + turn.replied
    // folded once: each search folds the whole text anew
    let plain = FactText.folded(text)
    if turn.isOfMemory,
      sought.contains(where: { turn.at >= $0.since && plain.contains($0.folded) && WordSearch.holds(text, $0.value) })
    {
      return true
    }
    return folded.indices.contains { plain.contains(folded[$0]) && WordSearch.holds(text, words[$0]) }
  }
}

extension KeptTurn {
  /// Whether something was told, asked or looked up in it.
  var isOfMemory: Bool { actions.contains("memory.") }
  /// Nothing was done or asked in it: it was not understood.
  var isIdle: Bool { !actions.contains(".") }
}
