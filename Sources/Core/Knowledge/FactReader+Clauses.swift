import Actions
import Base
import Text
import Time

extension FactReader {
  /// Two statements in one sentence: "Meera lives in Salem and drives a scooter". Whom the first is about holds for the
  /// second, which has a verb of its own.
  ///
  /// - Returns: the two as sentences of their own; `nil` for a single one.
  func clauses(_ text: String, languages: [Language], now: Instant, zone: Zone) -> (first: String, second: String)? {
    let said = SaidWord.cut(text)
    guard said.count > 4, said.count <= 30, text.last(where: { !$0.isWhitespace }) != "?" else { return nil }
    for language in languages {
      guard let tongue = words.tongues[language] else { continue }
      for place in said.indices.dropFirst(2).dropLast()
      where tongue.and.contains(said[place].folded) || tongue.but.contains(said[place].folded) {
        let first = String(text[..<said[place].range.lowerBound]).trimmed
        let second = String(text[said[place].range.upperBound...]).trimmed
        guard let one = statement(first, language, now, zone), let subject = one.subject else { continue }
        for whole in [second] + prefixes(of: first, subject).map({ $0 + " " + second }) {
          guard let other = statement(whole, language, now, zone), other.subject == subject else { continue }
          return (first, whole)
        }
      }
    }
    return nil
  }

  private func statement(_ text: String, _ language: Language, _ now: Instant, _ zone: Zone) -> Reading? {
    guard let reading = read(text, languages: [language], now: now, zone: zone), reading.language == language,
      reading.isSure, [.tell, .change].contains(reading.sense), let relation = reading.relation,
      relation.name != "note",
      !relation.name.hasPrefix(Relation.ownPrefix)
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
