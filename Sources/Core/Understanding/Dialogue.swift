import Formats
import Text

/// The small words of a dialogue: yes, no, never mind, undo, once more. Matched as whole messages, in every language at once.
struct Dialogue: Sendable {
  enum Word: String, Sendable, CaseIterable { case affirm, deny, cancel, undo, again }

  /// Whole messages → the word and its language as one number.
  private(set) var whole = HashTable()
  /// What begins a correction ("no", "i meant"), as token hashes.
  private(set) var prefixes: [[UInt64]] = []
  /// What a correction may end with where the verb comes last ("kar do", "maathu"), as token skeletons.
  private(set) var endings: [[UInt64]] = []
  private(set) var fillers = HashTable()
  /// What points back at what was said before.
  private(set) var back = BackPhrases()
  /// What says, after "no", that it did not happen ("I did not"), as one number each.
  private(set) var refusals = HashTable()
  /// What asks whether to do something instead of asking for it ("should I"), as token skeletons.
  private(set) var doubts: [[UInt64]] = []
  /// Words for whoever speaks ("me").
  private(set) var speaker = HashTable()
  /// A word that begins a correction and says nothing else.
  private(set) var plainCorrection: String?
  /// For tests: never used for matching.
  private(set) var evaluation: [(word: Word?, text: String, language: Language)] = []

  init() {}

  init(
    whole: HashTable, prefixes: [[UInt64]], endings: [[UInt64]], fillers: HashTable, refusals: HashTable,
    speaker: HashTable, doubts: [[UInt64]], back: BackPhrases, plainCorrection: String?
  ) {
    (self.whole, self.prefixes, self.endings, self.fillers) = (whole, prefixes, endings, fillers)
    (self.refusals, self.speaker) = (refusals, speaker)
    (self.doubts, self.back, self.plainCorrection) = (doubts, back, plainCorrection)
  }

  /// The same, without what only tests need.
  var bare: Dialogue {
    var bare = self
    bare.evaluation = []
    return bare
  }

  static func spoken(_ number: Int32) -> (word: Word, language: Language)? {
    let (word, language) = (Int(number) % Word.allCases.count, Int(number) / Word.allCases.count)
    guard number >= 0, Language.all.indices.contains(language) else { return nil }
    return (Word.allCases[word], Language.all[language])
  }

  private func find(_ key: UInt64) -> (word: Word, language: Language)? { whole[key].flatMap(Self.spoken) }

  mutating func add(_ node: YAMLNode, _ language: Language) throws {
    try node.onlyKeys(
      Word.allCases.map(\.rawValue) + [
        "correction", "correction_end", "refusals", "speaker", "doubts", "fillers", "evaluation",
      ]
        + BackPhrases.keys)
    func lines(_ node: YAMLNode?) -> [String] { node?.string?.split(separator: "\n").map(String.init) ?? [] }
    for word in Word.allCases {
      for line in lines(node[word.rawValue]) {
        let key = Self.key(Sentence(line).tokens.filter { $0.kind != .symbol || $0.foldedLength > 2 })
        guard whole[key] == nil, let place = Language.all.firstIndex(of: language),
          let number = Word.allCases.firstIndex(of: word)
        else { continue }
        whole.set(key, Int32(place * Word.allCases.count + number))
      }
    }
    try back.add(node)
    if plainCorrection == nil { plainCorrection = lines(node["correction"]).first }
    for line in lines(node["correction"]) { prefixes.append(Sentence(line).tokens.map(\.skeleton)) }
    prefixes.sort { $0.count > $1.count }
    for line in lines(node["correction_end"]) { endings.append(Sentence(line).tokens.map(\.skeleton)) }
    endings.sort { $0.count > $1.count }
    for line in lines(node["refusals"]) { refusals.insert(Self.key(Sentence(line).tokens)) }
    for line in lines(node["doubts"]) { doubts.append(Sentence(line).tokens.map(\.skeleton)) }
    for word in try node["speaker"].map(Lexicon.list) ?? [] {
      for token in Sentence(word).tokens { speaker.insert(token.skeleton) }
    }
    if let list = node["fillers"] {
      for word in try Lexicon.list(list) { for token in Sentence(word).tokens { fillers.insert(token.skeleton) } }
    }
    for word in Word.allCases {
      for line in lines(node["evaluation"]?[word.rawValue]) { evaluation.append((word, line, language)) }
    }
  }

  private static func key(_ tokens: some Sequence<Sentence.Token>) -> UInt64 {
    tokens.reduce(0) { Hash.pair($0, $1.skeleton) }
  }

  /// The word that a whole message is; "yes yes please" is yes.
  func word(_ sentence: Sentence) -> (word: Word, language: Language)? {
    guard !sentence.tokens.isEmpty, sentence.tokens.count <= 12 else { return nil }
    let tokens = sentence.tokens.filter { $0.kind != .symbol || $0.foldedLength > 2 }
    if let found = find(Self.key(tokens)) { return found }
    var bare: [Sentence.Token] = []
    for token in tokens where !fillers.contains(token.skeleton) && bare.last?.skeleton != token.skeleton {
      bare.append(token)
    }
    // "hmm ok": what says little in one language is a word in another
    guard !bare.isEmpty else { return tokens.lazy.compactMap { find(Self.key([$0])) }.first }
    return find(Self.key(bare)) ?? chain(bare)
  }

  /// "ok go ahead", "seri vidu": several small words in a row. Undo and cancel outweigh; else the last one counts.
  private func chain(_ tokens: [Sentence.Token]) -> (word: Word, language: Language)? {
    var found: (word: Word, language: Language)?
    var index = 0
    while index < tokens.count {
      let lengths = (1...min(4, tokens.count - index)).reversed()
      guard let length = lengths.first(where: { find(Self.key(tokens[index..<(index + $0)])) != nil }),
        let next = find(Self.key(tokens[index..<(index + length)]))
      else { return nil }
      if found?.word != .undo, found?.word != .cancel || next.word == .undo { found = next }
      index += length
    }
    return found
  }

  /// "Should I stop ecosprin?"
  func isDoubtful(_ sentence: Sentence) -> Bool {
    let words = sentence.tokens
    return words.indices.contains { start in
      doubts.contains { doubt in
        doubt.first == words[start].skeleton && start + doubt.count <= words.count
          && doubt.indices.allSatisfy { words[start + $0].skeleton == doubt[$0] }
      }
    }
  }

  /// "I did not", what is left of "no sorry, I did not".
  func isRefusal(_ sentence: Sentence) -> Bool {
    refusals.contains(Self.key(sentence.tokens.filter { $0.kind != .symbol && !fillers.contains($0.skeleton) }))
  }

  func meansSpeaker(_ token: Sentence.Token) -> Bool { token.kind == .word && speaker.contains(token.skeleton) }

  /// The answer to a yes-or-no question that says more than that: "yes all", "no keep them".
  func leadingAnswer(_ sentence: Sentence) -> Word? {
    let tokens = sentence.tokens.filter { $0.kind != .symbol }
    guard (2...5).contains(tokens.count), let (word, _) = find(Self.key(tokens.prefix(1))),
      word == .affirm || word == .deny
    else { return nil }
    return word
  }

  /// Whether a word begins one of the phrases that `correction` knows.
  func mayCorrect(_ token: Sentence.Token) -> Bool { prefixes.contains { $0.first == token.skeleton } }

  /// The sentence without a verb at its end that asks for a change: "20 minute kar do", "8.30ku maathu".
  func withoutEnd(_ sentence: Sentence) -> Sentence? {
    let words = sentence.tokens.prefix(1 + (sentence.tokens.lastIndex { $0.kind != .symbol } ?? -1))
    guard
      let ending = endings.first(where: { ending in
        ending.count < words.count && zip(words.suffix(ending.count), ending).allSatisfy { $0.skeleton == $1 }
      })
    else { return nil }
    return Sentence(sentence.text(of: 0..<(words.count - ending.count)))
  }

  /// Where the corrected part begins, in tokens: after "no,", "i meant".
  ///
  /// - Parameter leastWords: of a phrase that begins it.
  func correction(_ sentence: Sentence, leastWords: Int = 1) -> Int? {
    var index = 0
    var hasFound = false
    while index < sentence.tokens.count {
      if sentence.tokens[index].kind == .symbol {
        guard hasFound else { return nil }
        index += 1
        continue
      }
      let rest = sentence.tokens[index...]
      guard
        let prefix = prefixes.first(where: { prefix in
          prefix.count >= (hasFound ? 1 : leastWords) && rest.count >= prefix.count
            && zip(rest, prefix).allSatisfy { $0.skeleton == $1 }
        })
      else { break }
      hasFound = true
      index += prefix.count
    }
    return hasFound && index < sentence.tokens.count ? index : nil
  }
}

extension Sentence.Token {
  var foldedLength: Int { foldedSpan.count }
}
