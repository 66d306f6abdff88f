/// What a language's forms are matched with besides their own words; made once.
final class FormWords: Sendable {
  /// A relation's words by the number of the first, the longest first.
  let relations: [Int32: [(words: [Int32], relation: String)]]
  /// "My", "his".
  let possessives: Set<Int32>
  /// "I", "she": nobody's name has one in front.
  let pronouns: Set<Int32>
  /// Words that belong to the one in front of them ("Anna *Nagar*"), and to the one behind ("*New* Delhi").
  let joinedBefore: Set<Int32>
  let joinedBehind: Set<Int32>
  /// The case of whose something is.
  let of: CaseForm?

  init(
    relations: [Int32: [(words: [Int32], relation: String)]] = [:], possessives: Set<Int32> = [],
    pronouns: Set<Int32> = [], joinedBefore: Set<Int32> = [], joinedBehind: Set<Int32> = [], of: CaseForm? = nil
  ) {
    (self.relations, self.possessives, self.pronouns) = (relations, possessives, pronouns)
    (self.joinedBefore, self.joinedBehind, self.of) = (joinedBefore, joinedBehind, of)
  }
}

/// Matches one sentence against a form.
struct PatternMatch {
  /// Words that a slot holds, its case cut off; `ending` letters of the last word belong to the case, and the word alone
  /// has the stem in their place.
  struct Slot: Equatable {
    var words: Range<Int>
    var ending = 0
    var stem = ""

    init(words: Range<Int>, _ ending: CaseEnding? = nil) {
      self.words = words
      if let ending { (self.ending, stem) = (ending.text.count, ending.stem) }
    }

    /// A text that ends with the slot's last word, without the case.
    func plain(_ text: some StringProtocol) -> String { text.dropLast(ending) + stem }
  }

  /// What the slots of a form hold.
  struct Slots {
    private var subject: Slot?
    private var object: Slot?
    private var other: Slot?
    private var rest: Slot?

    subscript(name: SlotName) -> Slot? {
      get {
        switch name {
        case .subject: subject
        case .object: object
        case .other: other
        case .rest: rest
        }
      }
      set {
        switch name {
        case .subject: subject = newValue
        case .object: object = newValue
        case .other: other = newValue
        case .rest: rest = newValue
        }
      }
    }
  }

  let words: [SaidWord]
  private let numbers: [Int32]
  private let forms: FormWords
  private(set) var slots = Slots()
  private(set) var relation: String?
  private(set) var end = 0
  private var prefersNames = false

  /// - Parameter numbers: of the words, in the language of the forms.
  init(_ words: [SaidWord], _ numbers: [Int32], _ forms: FormWords) {
    self.words = words
    self.numbers = numbers
    self.forms = forms
  }

  /// - Parameter isTail: whether the words from one on are what a sentence may end with besides: a time.
  mutating func run(_ pattern: SentencePattern, isTail: (Int, Slots) -> Bool = { _, _ in false }) -> Bool {
    prefersNames = pattern.prefersNames
    slots = Slots()
    relation = nil
    return match(pattern.parts, 0, 0, isTail)
  }

  private mutating func match(
    _ parts: [SentencePattern.Part], _ place: Int, _ at: Int, _ isTail: (Int, Slots) -> Bool
  ) -> Bool {
    guard place < parts.count else {
      end = at
      return at == words.count || isTail(at, slots)
    }
    switch parts[place] {
    case .words(let all):
      for one in all where stands(one, at) { if match(parts, place + 1, at + one.count, isTail) { return true } }
      return false
    case .optional(let all):
      for one in all where stands(one, at) { if match(parts, place + 1, at + one.count, isTail) { return true } }
      return match(parts, place + 1, at, isTail)
    case .choice(let all):
      for one in all where stands(one, at) {
        slots[.object] = Slot(words: at..<at + one.count)
        if match(parts, place + 1, at + one.count, isTail) { return true }
      }
      return false
    case .relation:
      guard at < words.count, numbers[at] != WordNumbers.none else { return false }
      for (phrase, name) in forms.relations[numbers[at]] ?? [] where stands(phrase, at) {
        let before = relation
        relation = name
        if match(parts, place + 1, at + phrase.count, isTail) { return true }
        relation = before
      }
      return false
    case .slot(let name, let form):
      let limit = min(words.count - at, Self.longest(name))
      guard limit > 0 else { return false }
      let before = slots[name]
      // a slot may end wherever the words behind it stand: looked at first, for most places are not such
      var next: [[Int32]]?
      if form == nil, place + 1 < parts.count, case .words(let all) = parts[place + 1] { next = all }
      for count in counts(name, form, at, limit, parts, place) {
        if let next, !next.contains(where: { stands($0, at + count) }) { continue }
        if matchSlot(name, form, at..<at + count, parts, place + 1, isTail) { return true }
      }
      slots[name] = before
      return false
    }
  }

  // MARK: Where one slot ends and the next begins

  /// How many words a slot may hold, the likeliest first. Where no word parts it from the next slot ("என் மகள் மீனா
  /// சென்னையில் …"), whose something is belongs together, and a name goes with what somebody is.
  private func counts(
    _ name: SlotName, _ form: CaseForm?, _ at: Int, _ limit: Int, _ parts: [SentencePattern.Part], _ place: Int
  ) -> [Int] {
    guard name == .subject, form == nil, limit > 1, isOpen(parts, place) else { return Array(1...limit) }
    if forms.pronouns.contains(numbers[at]) { return [1] }
    func fits(_ count: Int) -> Bool { count <= limit && !isJoined(at + count) }
    if let whole = owned(at) {
      guard whole <= limit else { return [] }
      return [whole + 1, whole].filter(fits) + (whole + 2 <= limit ? Array(whole + 2...limit) : [])
    }
    guard prefersNames else { return Array(1...limit) }
    return (1...min(limit, Self.longestName)).reversed().filter(fits)
  }

  /// A first name and a last one, or more of them.
  private static let longestName = 3

  private func isOpen(_ parts: [SentencePattern.Part], _ place: Int) -> Bool {
    for part in parts[(place + 1)...] {
      switch part {
      case .optional: continue
      case .slot: return true
      default: return false
      }
    }
    return false
  }

  /// Whether two words belong together: "New | Delhi", "Telma | 40".
  private func isJoined(_ at: Int) -> Bool {
    guard at < words.count else { return false }
    return forms.joinedBehind.contains(numbers[at - 1]) || forms.joinedBefore.contains(numbers[at])
      || words[at].folded.first?.isNumber == true
  }

  /// How many words "my daughter", "Ravi's brother" are, where a sentence has that from a word on.
  private func owned(_ at: Int) -> Int? {
    var start = at + 1
    if !forms.possessives.contains(numbers[at]) {
      guard let of = forms.of else { return nil }
      if let phrase = of.phrases.first(where: { stands($0, start) }) {
        start += phrase.count
      } else {
        let word = words[at].folded
        guard of.endings.contains(where: { $0.ends(word) }) else { return nil }
      }
    }
    guard start < words.count, numbers[start] != WordNumbers.none,
      let phrase = forms.relations[numbers[start]]?.first(where: { stands($0.words, start) })
    else { return nil }
    return start - at + phrase.words.count
  }

  private static func longest(_ name: SlotName) -> Int {
    switch name {
    case .subject, .other: 8
    case .object: 16
    case .rest: 400
    }
  }

  /// Tries what the words may stand for in a case, and goes on behind.
  private mutating func matchSlot(
    _ name: SlotName, _ form: CaseForm?, _ range: Range<Int>, _ parts: [SentencePattern.Part], _ place: Int,
    _ isTail: (Int, Slots) -> Bool
  ) -> Bool {
    guard let form else {
      slots[name] = Slot(words: range)
      return match(parts, place, range.upperBound, isTail)
    }
    // "my", "his" are the case themselves
    if form.isOf, range.count == 1, forms.possessives.contains(numbers[range.lowerBound]) {
      slots[name] = Slot(words: range)
      if match(parts, place, range.upperBound, isTail) { return true }
    }
    for phrase in form.phrases where stands(phrase, range.upperBound) {
      slots[name] = Slot(words: range)
      if match(parts, place, range.upperBound + phrase.count, isTail) { return true }
    }
    let last = words[range.upperBound - 1].folded
    guard let tail = form.endings.first(where: { $0.ends(last) }) else {
      return false
    }
    slots[name] = Slot(words: range, tail)
    return match(parts, place, range.upperBound, isTail)
  }

  private func stands(_ phrase: [Int32], _ at: Int) -> Bool {
    guard at + phrase.count <= numbers.count else { return false }
    for offset in phrase.indices where numbers[at + offset] != phrase[offset] { return false }
    return true
  }
}
