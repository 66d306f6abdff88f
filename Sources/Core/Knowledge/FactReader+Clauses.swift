import Actions
import Base
import Text
import Time

extension FactReader {
  /// Two statements in one sentence: "Meera lives in Salem and drives a scooter". Whom the first is about holds for the
  /// second, which has a verb of its own; "he" is whom the first names ("my son is Suresh and he lives in Dubai").
  ///
  /// - Parameter said: the words of the text.
  /// - Returns: the two as sentences of their own; `nil` for a single one.
  func clauses(
    _ text: String, _ said: [SaidWord], languages: [Language], now: Instant, zone: Zone
  ) -> (first: String, second: String)? {
    guard said.count > 4, said.count <= 30, text.last(where: { !$0.isWhitespace }) != "?" else { return nil }
    for language in languages {
      guard let tongue = words.tongues[language] else { continue }
      for (end, start) in seams(text, said, tongue) {
        let first = String(text[..<end]).trimmed
        let second = String(text[start...]).trimmed
        guard let one = statement(first, language, now, zone, isNaming: true), let subject = one.subject else {
          continue
        }
        if let name = named(by: one), let whole = replacing(second, by: name, tongue),
          let other = statement(whole, language, now, zone), other.subject == .name(name)
        {
          return (first, whole)
        }
        guard one.relation?.name.hasPrefix(Relation.ownPrefix) == false else { continue }
        // each with a subject of its own
        if let other = statement(second, language, now, zone), other.subject != .they { return (first, second) }
        for whole in [second] + prefixes(of: first, subject).map({ $0 + " " + second }) {
          guard let other = statement(whole, language, now, zone), other.subject == subject else { continue }
          return (first, whole)
        }
      }
    }
    return nil
  }

  /// Where one statement may end and the next begin: around "and", "but", and behind a comma.
  private func seams(
    _ text: String, _ said: [SaidWord], _ tongue: KnowledgeWords.Tongue
  ) -> [(end: String.Index, start: String.Index)] {
    said.indices.dropFirst(2).dropLast().compactMap { place in
      if tongue.and.contains(said[place].folded) || tongue.but.contains(said[place].folded) {
        return (said[place].range.lowerBound, said[place].range.upperBound)
      }
      let end = said[place - 1].range.upperBound
      return text[end] == "," ? (end, said[place].range.lowerBound) : nil
    }
  }

  /// Whom a statement names: "my son is Suresh".
  private func named(by reading: Reading) -> String? {
    guard let relation = reading.relation, let name = reading.object else { return nil }
    let isNaming = ["person", "animal"].contains(relation.object) || relation.name.hasPrefix(Relation.ownPrefix)
    return isNaming && reading.more.isEmpty ? name : nil
  }

  /// With the name in the place of the "he" or "his" that it begins with.
  private func replacing(_ text: String, by name: String, _ tongue: KnowledgeWords.Tongue) -> String? {
    let said = SaidWord.cut(text)
    guard said.count > 1, let first = said.first else { return nil }
    // "he's": what is cut off stands for a word of its own
    let rest = said[1].range.lowerBound == first.range.upperBound ? " " + said[1].folded : ""
    let tail = String(text[(rest.isEmpty ? first : said[1]).range.upperBound...])
    if tongue.they.contains(first.folded) { return name + rest + tail }
    guard tongue.theirs.contains(first.folded), let form = tongue.cases["of"] else { return nil }
    if let word = form.words.first { return name + (word == ["'s"] ? "'s" : " " + word.joined(separator: " ")) + tail }
    return form.endings.last { $0.stem.isEmpty }.map { name + $0.text + tail }
  }

  /// - Parameter isNaming: what is kept under words of one's own may be a name, too ("remember that the plumber is Mani").
  private func statement(
    _ text: String, _ language: Language, _ now: Instant, _ zone: Zone, isNaming: Bool = false
  ) -> Reading? {
    guard let reading = read(text, languages: [language], now: now, zone: zone), reading.language == language,
      reading.isSure, [.tell, .change].contains(reading.sense), let relation = reading.relation,
      relation.name != "note", isNaming || !relation.name.hasPrefix(Relation.ownPrefix)
    else { return nil }
    return reading
  }

  /// The words with which the first statement names whom it is about.
  private func prefixes(of text: String, _ subject: Noun) -> [String] {
    let said = SaidWord.cut(text)
    let counts: ClosedRange<Int>
    switch subject {
    case .me, .they: counts = 1...1
    case .name(let name):
      let count = SaidWord.cut(name).count
      counts = count...count
    case .of, .called: counts = 2...4
    }
    return counts.filter { $0 > 0 && $0 < said.count }.map { String(text[..<said[$0 - 1].range.upperBound]) }
  }
}
