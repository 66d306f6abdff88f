import Text

/// One word of a message in Latin letters, with the keys it is looked up by.
struct LatinWord {
  let tongue: SpellingFold.Tongue
  let isLatin: Bool
  let letters: [UInt8]
  /// As it is written, with its spelling folded mildly, and loosely.
  let exact: UInt64
  let mild: UInt64
  let loose: [UInt8]
  let looseHash: UInt64

  init(_ sentence: Sentence, _ token: Sentence.Token, _ tongue: SpellingFold.Tongue) {
    self.tongue = tongue
    isLatin = token.script == .latin
    let written = Array(sentence.folded[token.foldedSpan])
    letters = isLatin ? written : Transliteration.latin(written)
    exact = token.hash
    mild = letters.withUnsafeBufferPointer { Hash.skeleton($0) }
    loose = SpellingFold.loose(letters, tongue)
    looseHash = Hash.bytes(loose)
  }
}

extension SpellingFold {
  static func loose(_ letters: [UInt8], _ tongue: Tongue) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(letters.count)
    letters.withUnsafeBufferPointer { loose($0, tongue) { out.append($0) } }
    return out
  }
}

/// The words of one language: forms, stems of verbs, and the endings of both.
struct WordTable: Sendable {
  enum Refusal: Error { case taken(by: Int32), empty }

  struct Found {
    var concept: Int32
    var length = 1
    var endings: [Int32] = []
  }

  fileprivate struct Ending: Sendable {
    var letters: [UInt8]
    /// What the bare word has in its place: "neram" is "nera-m", "nerathukku" "nera-thukku".
    var restored: [UInt8]
    var concept: Int32
  }

  struct Endings: Sendable {
    fileprivate var all: [Ending] = []
    /// Last letters → the endings with them, longest first.
    fileprivate var byLast: [UInt8: [Int]] = [:]
  }

  let tongue: SpellingFold.Tongue
  private(set) var count = 0
  private var exact = HashTable(capacity: 4_096)
  private var mild = HashTable(capacity: 4_096)
  private var loose = HashTable(capacity: 4_096)
  private var stems = HashTable(capacity: 1_024)
  private var exactStems = HashTable(capacity: 1_024)
  /// First word's loose key → the longest phrase that begins with it, in words.
  private var phraseLengths = HashTable(capacity: 1_024)
  var nounEndings = Endings()
  var verbEndings = Endings()

  init(_ tongue: SpellingFold.Tongue) { self.tongue = tongue }

  // MARK: Building

  /// - Parameter word: a word or a phrase; a hyphen at its end makes it the stem of a verb.
  mutating func add(_ word: String, _ concept: Int32) throws(Refusal) {
    let isStem = word.utf8.last == UInt8(ascii: "-")
    let sentence = Sentence(isStem ? String(word.dropLast()) : word)
    let words = sentence.tokens.filter { $0.kind == .word }.map { LatinWord(sentence, $0, tongue) }
    guard let first = words.first else { throw .empty }
    let whole = Self.chain(words) { $0.exact }
    if isStem {
      if let other = exactStems[whole], other != concept { throw .taken(by: other) }
      exactStems.set(whole, concept)
      if stems[first.looseHash] == nil { stems.set(first.looseHash, concept) }
    } else {
      if let other = exact[whole], other != concept { throw .taken(by: other) }
      if exact[whole] == concept { return }
      exact.set(whole, concept)
      for (table, key) in [
        (\Self.mild, Self.chain(words) { $0.mild }), (\Self.loose, Self.chain(words) { $0.looseHash }),
      ]
      where self[keyPath: table][key] == nil { self[keyPath: table].set(key, concept) }
      let longest = max(phraseLengths[first.looseHash] ?? 0, Int32(words.count))
      phraseLengths.set(first.looseHash, longest)
    }
    count += 1
  }

  /// - Parameter ending: `ku`, or `m>thuku` when it takes the place of letters of the bare word.
  mutating func addEnding(_ ending: String, _ concept: Int32, to path: WritableKeyPath<WordTable, Endings>) {
    let parts = ending.split(separator: ">", maxSplits: 1).map(String.init)
    let letters = SpellingFold.loose(Array((parts.last ?? "").utf8), tongue)
    let restored = parts.count > 1 ? SpellingFold.loose(Array(parts[0].utf8), tongue) : []
    guard !letters.isEmpty, let last = letters.last else { return }
    self[keyPath: path].all.append(Ending(letters: letters, restored: restored, concept: concept))
    self[keyPath: path].byLast[last, default: []].append(self[keyPath: path].all.count - 1)
  }

  private static func chain(_ words: [LatinWord], _ key: (LatinWord) -> UInt64) -> UInt64 {
    words.reduce(0) { Hash.pair($0, key($1)) }
  }

  // MARK: Looking up

  /// The longest phrase, else the word itself, else its stem.
  func longest(_ words: [LatinWord?], at index: Int, plain: HashTable) -> Found? {
    guard let first = words[index] else { return nil }
    var run: [LatinWord] = [first]
    if let most = phraseLengths[first.looseHash], most > 1 {
      for word in words[(index + 1)...].prefix(Int(most) - 1) {
        guard let word, word.tongue == tongue else { break }
        run.append(word)
      }
      while run.count > 1 {
        let concept =
          exact[Self.chain(run) { $0.exact }] ?? mild[Self.chain(run) { $0.mild }]
          ?? loose[Self.chain(run) { $0.looseHash }]
        if let concept { return Found(concept: concept, length: run.count) }
        run.removeLast()
      }
    }
    return single(first, plain: plain)
  }

  private func single(_ word: LatinWord, plain: HashTable) -> Found? {
    if let concept = exact[Hash.pair(0, word.exact)] { return Found(concept: concept) }
    if word.isLatin, plain.contains(word.exact) { return nil }
    if let concept = mild[Hash.pair(0, word.mild)] { return Found(concept: concept) }
    // The shortest words are too many things once folded.
    guard word.loose.count > 2 else { return nil }
    if let concept = loose[Hash.pair(0, word.looseHash)] { return Found(concept: concept) }
    // The longest stem whose rest is made of endings; a verb before a noun of the same length.
    guard word.loose.count > 3, word.loose.count <= 40 else { return nil }
    var stemOnly: Int32?
    for cut in stride(from: word.loose.count, through: 2, by: -1) {
      let stem = word.loose[..<cut], rest = word.loose[cut...]
      if let concept = stems[Hash.bytes(stem)] {
        if rest.isEmpty { return Found(concept: concept) }
        if let endings = parse(rest, verbEndings, depth: 2) { return Found(concept: concept, endings: endings) }
        if cut > 4, stemOnly == nil { stemOnly = concept }
      }
      if !rest.isEmpty, let found = noun(stem, rest) { return found }
    }
    // A long stem says enough, whatever stands behind it.
    return stemOnly.map { Found(concept: $0) }
  }

  private func noun(_ stem: ArraySlice<UInt8>, _ rest: ArraySlice<UInt8>) -> Found? {
    func concept(_ letters: some Collection<UInt8>) -> Int32? {
      letters.count < 2 ? nil : loose[Hash.pair(0, Hash.bytes(letters))]
    }
    for ending in nounEndings.all where rest.starts(with: ending.letters) {
      let behind = rest.dropFirst(ending.letters.count)
      guard let more = behind.isEmpty ? [] : parse(behind, nounEndings, depth: 2) else { continue }
      let bare = Array(stem) + ending.restored
      // One letter behind a short word is another word: "meena" is not fish.
      guard rest.count > 1 || bare.count > 3 else { continue }
      // A word loses its u before a vowel: marundhu, marundhai.
      let whole = concept(bare) ?? (SpellingFold.isVowel(ending.letters[0]) ? concept(bare + [UInt8(ascii: "u")]) : nil)
      if let whole { return Found(concept: whole, endings: [ending.concept] + more) }
    }
    return nil
  }

  /// What is left of a name's loose letters when letters at its end are read as endings, the longest first.
  func withoutEndings(_ loose: [UInt8]) -> [[UInt8]] {
    guard loose.count > 3, loose.count <= 40 else { return [] }
    return stride(from: loose.count - 1, through: 2, by: -1).compactMap { cut in
      parse(loose[cut...], nounEndings, depth: 2) == nil ? nil : Array(loose[..<cut])
    }
  }

  /// Reads letters as endings only, from behind.
  private func parse(_ rest: ArraySlice<UInt8>, _ endings: Endings, depth: Int) -> [Int32]? {
    guard depth > 0, let last = rest.last else { return nil }
    for place in endings.byLast[last] ?? [] {
      let ending = endings.all[place]
      guard rest.count >= ending.letters.count, rest.suffix(ending.letters.count).elementsEqual(ending.letters) else {
        continue
      }
      let before = rest.dropLast(ending.letters.count)
      if before.isEmpty { return [ending.concept] }
      if let more = parse(before, endings, depth: depth - 1) { return more + [ending.concept] }
    }
    return nil
  }
}
