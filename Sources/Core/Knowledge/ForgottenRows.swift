import Base
import Delivery
import Memory
import Messages
import Store
import Text

extension Querying {
  /// What was learned in one turn.
  func facts(toldAt moment: Instant, owner: PersonID) throws -> [Fact] {
    try query(
      "SELECT \(Fact.columns) FROM knowledge_facts WHERE tenant = :tenant AND owner = ? AND told_at = ? ORDER BY id",
      owner, moment, map: Fact.init)
  }

  /// Every version that a thing is the subject or the object of.
  func allVersions(about thing: String, owner: PersonID) throws -> [Fact] {
    try query(
      """
      SELECT \(Fact.columns) FROM knowledge_facts
      WHERE tenant = :tenant AND owner = ? AND (subject = ? OR object = ?) ORDER BY id
      """, owner, thing, thing, map: Fact.init)
  }
}

extension Querying {
  /// Every version whose value, or whose own words, hold a name.
  func allVersions(naming name: String, owner: PersonID) throws -> [Fact] {
    let folded = FactText.folded(name)
    guard folded.count > 1 else { return [] }
    return try query(
      """
      SELECT \(Fact.columns) FROM knowledge_facts
      WHERE tenant = :tenant AND owner = ? AND (instr(folded, ?) > 0 OR instr(relation, ?) > 0) ORDER BY id
      """, owner, folded, folded, map: Fact.init
    ).filter { fact in
      WordSearch.holds(fact.value, name)
        || fact.relation.hasPrefix(Relation.ownPrefix) && WordSearch.holds(fact.relation, name)
    }
  }

  /// Things with a name that holds another one.
  func things(holding name: String, owner: PersonID) throws -> [Thing] {
    try query(
      """
      SELECT DISTINCT t.id, t.kind, t.name, t.person FROM knowledge_things t JOIN knowledge_names n
        ON n.tenant = :tenant AND n.owner = t.owner AND n.thing = t.id
      WHERE t.tenant = :tenant AND t.owner = ? AND instr(' ' || n.folded || ' ', ?) > 0 ORDER BY t.id
      """, owner, " \(FactText.folded(name)) ", map: Thing.init)
  }
}

extension FactReader {
  /// Whether a name is another one with nothing but "my" and what somebody is in front: "my friend Bhaskaran".
  func isPlainly(_ name: String, _ other: String) -> Bool {
    let (words, other) = (SaidWord.cut(name).map(\.folded), SaidWord.cut(other).map(\.folded))
    guard words.count > other.count, !other.isEmpty, words.suffix(other.count).elementsEqual(other) else {
      return false
    }
    return words.dropLast(other.count).allSatisfy { word in
      self.words.tongues.values.contains { tongue in
        tongue.mine.contains(word) || tongue.theirs.contains(word) || tongue.articles.contains(word)
          || tongue.relations[word] != nil
      }
    }
  }
}

extension Transaction {
  /// Forgets turns and the messages that they were: those of some moments, those that tell facts, and all in which one of
  /// some names was said. - Returns: how many turns.
  func forgetTurns(
    of person: PersonID, at moments: Set<Instant>, telling told: ToldTurns, naming names: [String],
    saying words: [String]
  ) throws -> Int {
    let names = names.filter { $0.count > 1 }
    let first = try turns(of: person, since: .distantPast) { turn in
      moments.contains(turn.at) || told.holds(turn)
        || names.contains { WordSearch.holds(turn.said, $0) || WordSearch.holds(turn.replied, $0) }
    }
    // an answer that quotes what was said tells it as well
    let quotes = first.map(\.said).filter { $0.count > 8 }
    let known = Set(first.map(\.seq))
    let all =
      first
      + (try turns(of: person, since: first.first?.at ?? now) { turn in
        turn.isOfMemory && !known.contains(turn.seq) && quotes.contains { turn.replied.contains($0) }
      })
    try forgetEpisodes(rows: Set(all.map(\.seq)))
    try forgetMessages(
      of: person, at: moments.union(all.map(\.at)), saying: told.values + all.map(\.said).filter { !$0.isEmpty },
      naming: words)
    return all.count
  }

  /// Forgets where somebody was shown facts that an elder shared with them.
  func forgetShown(_ facts: [Fact], of elder: PersonID, to reader: PersonID, _ words: FactReader) throws {
    let shared = facts.filter { !$0.sharing.isEmpty && $0.owner == elder }
    guard let since = shared.map(\.toldAt).min() else { return }
    let told = ToldTurns(shared, words)
    let shown = try turns(of: reader, since: since) { $0.isOfMemory && told.holds($0) }
    guard !shown.isEmpty else { return }
    try forgetEpisodes(rows: Set(shown.map(\.seq)))
    try forgetMessages(of: reader, at: Set(shown.map(\.at)), saying: [], naming: [])
  }

  /// Removes a thing with its names.
  func erase(thing id: String, owner: PersonID) throws {
    try execute("DELETE FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND thing = ?", owner, id)
    try execute("DELETE FROM knowledge_things WHERE tenant = :tenant AND owner = ? AND id = ?", owner, id)
  }

  /// Removes a thing that no version speaks of and nothing was merged into; the house's own people stay.
  func erase(ifUnused id: String, owner: PersonID) throws {
    let isUsed = try first(
      """
      SELECT 1 FROM knowledge_things t
      WHERE t.tenant = :tenant AND t.owner = ? AND t.id = ? AND (t.person IS NOT NULL
        OR EXISTS (SELECT 1 FROM knowledge_things m
          WHERE m.tenant = :tenant AND m.owner = ? AND (m.merged_into = t.id OR m.id = t.merged_into))
        OR EXISTS (SELECT 1 FROM knowledge_facts f
          WHERE f.tenant = :tenant AND f.owner = ? AND (f.subject = t.id OR f.object = t.id)))
      """, owner, id, owner, owner
    ) { $0.int(0) }
    if isUsed == nil { try erase(thing: id, owner: owner) }
  }
}
