import Formats

/// The words of one language that the grammar of time knows, from `Intents/<language>/times.yaml`, beside the numbers,
/// months, weekdays and units of `words.yaml`.
final class TimeWords: Sendable {
  struct Word: Sendable, Hashable {
    enum Kind: UInt8, Sendable {
      case plain
      /// "mondays": what repeats.
      case plural
      /// Also another word ("may", "sat"): counts only beside other words of time.
      case weak
    }
    var category: TimeCategory
    var number = 0
    var kind = Kind.plain
    /// Of a Tamil form that says a small word with its ending.
    var ending = TamilEndings.Ending.none
  }

  /// Phrases by the hash of their words → a place in `meanings`.
  let phrases: HashTable
  /// First word → the longest phrase that begins with it, in words.
  let longest: HashTable
  let meanings: [[Word]]
  /// Romanised languages are looked up by skeleton.
  let isRomanised: Bool

  init(
    phrases: HashTable = HashTable(), longest: HashTable = HashTable(), meanings: [[Word]] = [],
    isRomanised: Bool = false
  ) {
    self.phrases = phrases
    self.longest = longest
    self.meanings = meanings
    self.isRomanised = isRomanised
  }

  convenience init(_ node: YAMLNode, isRomanised: Bool, isTamil: Bool = false) throws {
    var builder = Builder(isRomanised: isRomanised)
    for (key, value) in try node.mapping() {
      guard let name = key.string, let word = Word(name: name) else { throw key.error("a concept of time") }
      for phrase in try Lexicon.list(value) {
        builder.add(phrase, word)
        if isTamil, Self.inflected.contains(word.category) { builder.addForms(of: phrase, word) }
      }
    }
    self.init(
      phrases: builder.phrases, longest: builder.longest, meanings: builder.meanings, isRomanised: isRomanised)
  }

  /// What Tamil says with endings; small words have none.
  private static let inflected: CategorySet = [
    .unit, .month, .weekday, .day, .part, .clock, .now, .oclock, .dateWord, .amount, .endOf, .holiday, .startPost,
    .midPost, .endPost,
  ]

  struct Builder {
    let isRomanised: Bool
    var phrases = HashTable()
    var longest = HashTable()
    var meanings: [[Word]] = []

    mutating func addForms(of phrase: String, _ word: Word, _ endings: [TamilEndings.Ending]? = nil) {
      for (form, ending) in TamilEndings.forms(of: phrase, isRomanised: isRomanised || endings != nil)
      where endings?.contains(ending) ?? true {
        var word = word
        word.ending = ending
        add(form, word)
      }
    }

    mutating func add(_ phrase: String, _ word: Word) {
      let keys = Sentence(phrase).tokens.map { isRomanised ? $0.skeleton : $0.hash }
      guard let first = keys.first else { return }
      let whole = keys.reduce(0, Hash.pair)
      if let known = phrases[whole] {
        if !meanings[Int(known)].contains(word) { meanings[Int(known)].append(word) }
      } else {
        phrases.set(whole, Int32(meanings.count))
        meanings.append([word])
      }
      longest.set(first, max(longest[first] ?? 0, Int32(keys.count)))
    }
  }

  /// Every phrase that begins at a token, by its length.
  func matches(_ sentence: Sentence, at index: Int, _ found: (Int, [Word]) -> Void) {
    let first = sentence.tokens[index]
    guard let most = longest[isRomanised ? first.skeleton : first.hash] else { return }
    var whole: UInt64 = 0
    for length in 1...max(1, min(Int(most), sentence.tokens.count - index)) {
      let token = sentence.tokens[index + length - 1]
      whole = Hash.pair(whole, isRomanised ? token.skeleton : token.hash)
      if let meaning = phrases[whole] { found(length, meanings[Int(meaning)]) }
    }
  }
}

extension TimeWords.Word {
  /// Reads `before`, `weekday.mo`, `part.morning`, `clock.720`, `weekday.su+plural`.
  init?(name: String) {
    let parts = name.split(separator: "+")
    guard let whole = parts.first, parts.count <= 2, parts.count == 1 || ["plural", "weak"].contains(parts[1])
    else { return nil }
    let cut = whole.firstIndex(of: ".") ?? whole.endIndex
    guard let category = TimeCategory.named[String(whole[..<cut])], !category.isReported else { return nil }
    self.init(category: category, kind: parts.count == 1 ? .plain : parts[1] == "plural" ? .plural : .weak)
    guard cut < whole.endIndex else { return }
    let rest = String(whole[whole.index(after: cut)...])
    if let value = Int(rest) {
      number = value
    } else if let grain = TimeGrain.allCases.first(where: { "\($0)" == rest }) {
      number = grain.rawValue
    } else if let cut = rest.firstIndex(where: \.isLetter), let count = Int(rest[..<cut]),
      let grain = TimeGrain.allCases.first(where: { "\($0)" == rest[cut...] })
    {
      // daily.2month
      number = count * 100 + grain.rawValue
    } else if let part = DayPart(name: rest) {
      number = part.rawValue
    } else if let weekday = ["mo", "tu", "we", "th", "fr", "sa", "su"].firstIndex(of: rest) {
      number = weekday + 1
    } else {
      return nil
    }
  }

  /// What `words.yaml` already knows about time.
  init?(_ concept: Concept) {
    let number = Int(concept.value)
    switch concept.kind {
    case .number where concept.value == concept.value.rounded(): self.init(category: .integer, number: number)
    case .ordinal where number > 0: self.init(category: .ordinal, number: number)
    case .scale: self.init(category: .scale, number: number)
    case .month: self.init(category: .month, number: number)
    case .weekday: self.init(category: .weekday, number: number)
    case .unit:
      guard let unit = TimeUnit(rawValue: number),
        let grain = TimeGrain.allCases.first(where: { "\($0)" == "\(unit)" })
      else { return nil }
      self.init(category: .unit, number: grain.rawValue)
    default: return nil
    }
  }
}
