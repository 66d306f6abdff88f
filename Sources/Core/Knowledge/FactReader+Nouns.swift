import Base
import Text
import Time

/// Whom and when words mean.
extension FactReader {
  /// Whether the subject can be somebody and the object no place in time or in a row: not "our holiday is on …", nor
  /// "… is on the 4th".
  func isPerson(_ subject: Noun, _ match: PatternMatch, _ tongue: KnowledgeWords.Tongue) -> Bool {
    let object = match.slots[.object].map { match.words[$0.words].map(\.folded) } ?? []
    let ordinals = ["st", "nd", "rd", "th"]
    if object.count == 1 || object.first.map({ word in ordinals.contains { word.hasSuffix($0) } }) == true,
      object.first?.first?.isNumber == true
    {
      return false
    }
    switch subject {
    case .of(_, let relation): return words.relations[relation]?.object == "person"
    case .name:
      guard let first = match.slots[.subject].map({ match.words[$0.words.lowerBound].folded }) else { return true }
      return !tongue.articles.contains(first) && !tongue.mine.contains(first)
    default: return true
    }
  }

  static let titles: Set<String> = ["dr", "doctor", "mr", "mrs", "ms", "miss", "shri", "sri", "smt", "prof"]

  func noun(
    _ text: String, _ said: [SaidWord], _ slot: PatternMatch.Slot, _ tongue: KnowledgeWords.Tongue
  ) -> Noun {
    var range = slot.words
    while range.count > 1, tongue.articles.contains(said[range.lowerBound].folded) {
      range = range.lowerBound + 1..<range.upperBound
    }
    let last = slot.plain(said[range.upperBound - 1].folded)
    if range.count == 1 {
      // the case may be part of the word: "enakku"
      for word in [said[range.upperBound - 1].folded, last] {
        if tongue.me.contains(word) || tongue.mine.contains(word) { return .me }
        if tongue.they.contains(word) || tongue.theirs.contains(word) { return .they }
      }
    }
    if let owned = owned(text, said, range, slot, tongue) { return owned }
    if let called = called(text, said, range, slot, tongue) { return called }
    let end = said[range.upperBound - 1].range.upperBound
    return .name(slot.plain(text[said[range.lowerBound].range.lowerBound..<end]))
  }

  /// "My daughter", "Amma's doctor": somebody's something.
  private func owned(
    _ text: String, _ said: [SaidWord], _ range: Range<Int>, _ slot: PatternMatch.Slot, _ tongue: KnowledgeWords.Tongue
  ) -> Noun? {
    guard range.count > 1 else { return nil }
    for start in range.dropFirst() {
      var tail = said[start..<range.upperBound].map(\.folded)
      if slot.ending > 0, let last = tail.popLast() { tail.append(slot.plain(last)) }
      let phrases = tongue.relations[tail[0]] ?? []
      guard let relation = phrases.first(where: { $0.words == tail })?.relation else { continue }
      let head = range.lowerBound..<start
      let word = said[start - 1].folded
      if head.count == 1, tongue.mine.contains(word) { return .of(.me, relation: relation) }
      if head.count == 1, tongue.theirs.contains(word) { return .of(.they, relation: relation) }
      guard let form = tongue.cases["of"] else { return nil }
      for phrase in form.words
      where head.count > phrase.count && said[head].suffix(phrase.count).map(\.folded) == phrase {
        let owner = PatternMatch.Slot(words: head.lowerBound..<head.upperBound - phrase.count)
        return .of(noun(text, said, owner, tongue), relation: relation)
      }
      if let end = form.endings.first(where: { $0.ends(word) }) {
        return .of(noun(text, said, .init(words: head, end), tongue), relation: relation)
      }
    }
    return nil
  }

  /// "My brother Kumaran", "Karthik's wife Divya": what somebody is, and their name.
  private func called(
    _ text: String, _ said: [SaidWord], _ range: Range<Int>, _ slot: PatternMatch.Slot, _ tongue: KnowledgeWords.Tongue
  ) -> Noun? {
    guard range.count > 2 else { return nil }
    for (owner, first) in owners(text, said, range, tongue) {
      let rest = said[first..<range.upperBound]
      for phrase in tongue.relations[said[first].folded] ?? []
      where ["person", "animal"].contains(words.relations[phrase.relation]?.object) && rest.count > phrase.words.count
        && rest.prefix(phrase.words.count).map(\.folded) == phrase.words
      {
        let name = rest.dropFirst(phrase.words.count)
        guard name.count <= 3, let start = name.first?.range.lowerBound, let end = name.last?.range.upperBound,
          text[start].isUppercase || !text[start].isASCII || name.allSatisfy({ isPlainName($0.folded, tongue) }),
          !name.contains(where: { tongue.never.contains($0.folded) })
        else { continue }
        return .called(slot.plain(text[start..<end]), owner, relation: phrase.relation)
      }
    }
    return nil
  }

  /// A name that was not written large: "my sister in law" has none.
  private func isPlainName(_ word: String, _ tongue: KnowledgeWords.Tongue) -> Bool {
    word.count > 2 && !tongue.times.contains(word) && !tongue.articles.contains(word) && tongue.relations[word] == nil
      && !tongue.isPronoun(word) && tongue.cases["of"]?.words.contains([word]) != true
  }

  /// Whose something may be, the nearest first, and where the words for that something begin: of "my son's wife Kavitha" it
  /// is the son's.
  private func owners(
    _ text: String, _ said: [SaidWord], _ range: Range<Int>, _ tongue: KnowledgeWords.Tongue
  ) -> [(Noun, Int)] {
    var found: [(Noun, Int)] = []
    let form = tongue.cases["of"]
    for place in range.dropFirst().reversed() where place + 1 < range.upperBound {
      if form?.words.contains([said[place].folded]) == true, place + 2 < range.upperBound {
        found.append((noun(text, said, .init(words: range.lowerBound..<place), tongue), place + 1))
      }
      let word = said[place - 1].folded
      if let end = form?.endings.first(where: { $0.ends(word) }),
        tongue.relations[said[place].folded] != nil
      {
        found.append((noun(text, said, .init(words: range.lowerBound..<place, end), tongue), place))
      }
    }
    let first = said[range.lowerBound].folded
    if tongue.mine.contains(first) { found.append((.me, range.lowerBound + 1)) }
    if tongue.theirs.contains(first) { found.append((.they, range.lowerBound + 1)) }
    return found
  }

  /// The words as a time and nothing else; small words around it may stand.
  func time(
    _ text: String, _ said: ArraySlice<SaidWord>, _ tongue: KnowledgeWords.Tongue, _ now: Instant, _ zone: Zone
  ) -> Period? {
    guard let first = said.first, let last = said.last, said.count <= 9 else { return nil }
    if tongue.isNow(said) { return Period(from: now) }
    var core = said
    while let first = core.first, core.count > 1, tongue.times.contains(first.folded) { core.removeFirst() }
    while let last = core.last, core.count > 1, tongue.times.contains(last.folded) { core.removeLast() }
    guard let start = core.first?.range.lowerBound, let end = core.last?.range.upperBound else { return nil }
    // the small words go along: "march" alone is another word too
    let whole = text[first.range.lowerBound..<last.range.upperBound].unicodeScalars
    let from = whole.distance(from: whole.startIndex, to: start)
    let range = from..<whole.distance(from: whole.startIndex, to: end)
    return times(String(whole), range, tongue.language, now, zone)
  }
}
