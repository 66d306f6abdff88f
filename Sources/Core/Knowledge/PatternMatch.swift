/// What a language's forms are matched with besides their own words; made once.
final class FormWords: Sendable {
  /// A relation's words by the number of the first, the longest first.
  let relations: [Int32: [(words: [Int32], relation: String)]]
  /// "My", "his".
  let possessives: Set<Int32>

  init(relations: [Int32: [(words: [Int32], relation: String)]] = [:], possessives: Set<Int32> = []) {
    (self.relations, self.possessives) = (relations, possessives)
  }
}

/// Matches one sentence against a form.
struct PatternMatch {
  /// Words that a slot holds, its case cut off; `ending` letters of the last word belong to the case.
  struct Slot: Equatable {
    var words: Range<Int>
    var ending = 0
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

  /// - Parameter numbers: of the words, in the language of the forms.
  init(_ words: [SaidWord], _ numbers: [Int32], _ forms: FormWords) {
    self.words = words
    self.numbers = numbers
    self.forms = forms
  }

  /// - Parameter isTail: whether the words from one on are what a sentence may end with besides: a time.
  mutating func run(_ pattern: SentencePattern, isTail: (Int, Slots) -> Bool = { _, _ in false }) -> Bool {
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
      for count in 1...limit {
        if let next, !next.contains(where: { stands($0, at + count) }) { continue }
        if matchSlot(name, form, at..<at + count, parts, place + 1, isTail) { return true }
      }
      slots[name] = before
      return false
    }
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
    guard let tail = form.endings.first(where: { last.hasSuffix($0) && last.count > $0.count + 1 }) else {
      return false
    }
    slots[name] = Slot(words: range, ending: tail.count)
    return match(parts, place, range.upperBound, isTail)
  }

  private func stands(_ phrase: [Int32], _ at: Int) -> Bool {
    guard at + phrase.count <= numbers.count else { return false }
    for offset in phrase.indices where numbers[at + offset] != phrase[offset] { return false }
    return true
  }
}
