import Base
import Synchronization
package import Text

/// A tenant's own list (symbols, buildings, meters), made ready once so that a message never walks over its rows.
package final class NameList: Sendable {
  package let entries: [EntityEntry]
  /// Made at the first message that asks for the list: most messages ask for none.
  private let index = Mutex<NameIndex?>(nil)

  private let glossary: any Glossary

  /// - Parameter glossary: tells words of other scripts, and the endings that stand behind names.
  package init(_ entries: [EntityEntry], glossary: any Glossary = NoGlossary()) {
    self.entries = entries
    self.glossary = glossary
  }

  /// Whether a text is one of its names and nothing else.
  package func holds(_ text: String, language: Language) -> Bool {
    let sentence = Sentence(text)
    let match = best(in: sentence, common: HashTable(), language: language) { _ in true }
    return match.map { $0.score >= 0.85 && $0.tokens == sentence.tokens.indices } ?? false
  }

  /// The score of the first word of one longer name, which may as well be a word of something else.
  static let partial = 0.7

  /// The names that stand in a sentence word for word, one after another. A lone word that the house knows for something
  /// else is none.
  func named(in sentence: Sentence, common: HashTable) -> [Range<Int>] {
    guard !entries.isEmpty else { return [] }
    var found: [Range<Int>] = []
    while found.count < 4,
      let next = ready.exact(in: sentence, free: { index in !found.contains { $0.contains(index) } })
    {
      found.append(next)
    }
    return found.filter { $0.count > 1 || !common.contains(sentence.tokens[$0.lowerBound].hash) }
      .sorted { $0.lowerBound < $1.lowerBound }
  }

  private var ready: NameIndex {
    index.withLock { index in
      if let index { return index }
      let made = NameIndex(entries)
      index = made
      return made
    }
  }

  struct Match {
    var tokens: Range<Int>
    var entry: EntityEntry
    /// 1 for the very words.
    var score: Double
    /// Tamil writes what points at a name behind it: "malarku", for Malar.
    var hasEnding = false
  }

  /// Other rows that go by the same words as a match.
  func namesakes(of match: Match, in sentence: Sentence) -> [EntityEntry] {
    ready.rows(named: sentence, match.tokens).map { entries[$0] }.filter { $0.id != match.entry.id }
  }

  /// The best match, small slips of spelling forgiven; ties go to the longer name, then to the earlier row.
  ///
  /// - Parameters:
  ///   - common: words that are never a slip for a name.
  ///   - language: in Tamil and Hindi a name may be written in their script, and carry endings.
  func best(in sentence: Sentence, common: HashTable, language: Language, free: (Int) -> Bool) -> Match? {
    guard !entries.isEmpty else { return nil }
    if let found = ready.best(in: sentence, common: common, free: free) {
      return Match(tokens: found.tokens, entry: entries[found.row], score: found.score)
    }
    guard language != .english else { return nil }
    return ready.heard(in: sentence, language, glossary, free: free).map {
      Match(tokens: $0.tokens, entry: entries[$0.row], score: $0.score, hasEnding: $0.hasEnding)
    }
  }
}

/// Words of a list's names with the names they stand in. Each name is filed under its rarest word.
final class NameIndex: Sendable {
  /// Longer names are titles of documents, not what people say.
  private static let longest = 8

  private struct Name {
    var row: Int32
    var start: Int32
    var count: Int32
  }

  private let names: [Name]
  /// The words of all names, one after another.
  private let sequence: [Int32]
  private let words: Words
  /// Names by the word they are filed under: name and the word's place in it.
  private let filed: [[(name: Int32, offset: Int32)]]
  /// By word: the only row whose name begins with it, -1 for none, -2 for several.
  private let beginnings: [Int32]
  /// Rows with a name whose second word is a letter or a number: "Tower A".
  private let marked: Set<Int>
  /// Words by their sound, made when the first sentence is not in English.
  private let sounds = Mutex<NameSounds?>(nil)

  init(_ entries: [EntityEntry]) {
    var words = Words()
    var names: [Name] = []
    var sequence: [Int32] = []
    var frequency: [Int32] = []
    var marked: Set<Int> = []
    for (row, entry) in entries.enumerated() {
      // Long ids are for machines, and the number in "2 nights" is none.
      let isSaid = entry.id.utf8.count <= 16 && !entry.id.allSatisfy(\.isNumber)
      for name in [entry.name] + (isSaid ? [entry.id] : []) + entry.aliases {
        let sentence = Sentence(name)
        guard (1...Self.longest).contains(sentence.tokens.count) else { continue }
        names.append(
          Name(row: Int32(row), start: Int32(sequence.count), count: Int32(sentence.tokens.count)))
        if sentence.tokens.count > 1, Words.isMark(sentence.tokens[1]) { marked.insert(row) }
        for index in sentence.tokens.indices {
          let word = words.add(sentence, index)
          if Int(word) == frequency.count { frequency.append(0) }
          frequency[Int(word)] += 1
          sequence.append(word)
        }
      }
    }
    var filed = [[(name: Int32, offset: Int32)]](repeating: [], count: words.count)
    var beginnings = [Int32](repeating: -1, count: words.count)
    for (number, name) in names.enumerated() {
      let own = sequence[Int(name.start)..<Int(name.start + name.count)]
      let rarest = own.indices.min { frequency[Int(own[$0])] < frequency[Int(own[$1])] } ?? own.startIndex
      filed[Int(own[rarest])].append((Int32(number), Int32(rarest) - name.start))
      let first = Int(sequence[Int(name.start)])
      if name.count > 1 {
        beginnings[first] = beginnings[first] == -1 || beginnings[first] == name.row ? name.row : -2
      }
    }
    self.marked = marked
    (self.names, self.sequence, self.words, self.filed, self.beginnings) = (names, sequence, words, filed, beginnings)
  }

  typealias Found = (tokens: Range<Int>, row: Int, score: Double)

  func best(in sentence: Sentence, common: HashTable, free: (Int) -> Bool) -> Found? {
    if let exact = best(in: sentence, free: free, forgives: nil) { return exact }
    if let slipped = best(in: sentence, free: free, forgives: common) { return slipped }
    // "infosys" for "Infosys Limited": the first word of one longer name.
    for index in sentence.tokens.indices where free(index) && sentence.tokens[index].foldedLength >= 3 {
      // "omr" for "OMR Campus"
      if sentence.tokens[index].foldedLength == 3, common.contains(sentence.tokens[index].hash) { continue }
      guard let word = words.exact(sentence.tokens[index]), beginnings[Int(word)] >= 0 else { continue }
      let row = Int(beginnings[Int(word)])
      // "tower b" is not Tower A
      if index + 1 < sentence.tokens.count, Words.isMark(sentence.tokens[index + 1]), marked.contains(row) { continue }
      // "writers cafe" is no Cafe Coffee Day: what stands beside it may be of the name
      let isPart = [index - 1, index + 1].contains { beside in
        sentence.tokens.indices.contains(beside) && mayBeOfOther(sentence.tokens[beside], row, common)
      }
      if isPart { continue }
      return (index..<(index + 1), row, NameList.partial)
    }
    return nil
  }

  /// The rows of which a name is just these words, in their order.
  func rows(named sentence: Sentence, _ tokens: Range<Int>) -> [Int] {
    guard let first = words.exact(sentence.tokens[tokens.lowerBound]) else { return [] }
    var rows: [Int] = []
    for name in names where Int(name.count) == tokens.count && sequence[Int(name.start)] == first {
      let isSame = tokens.allSatisfy { token in
        words.exact(sentence.tokens[token]) == sequence[Int(name.start) + token - tokens.lowerBound]
      }
      if isSame, !rows.contains(Int(name.row)) { rows.append(Int(name.row)) }
    }
    return rows
  }

  /// A word of other names than this row's, or one that the house knows for nothing else.
  private func mayBeOfOther(_ token: Sentence.Token, _ row: Int, _ common: HashTable) -> Bool {
    guard token.kind == .word else { return false }
    guard let word = words.exact(token) else { return !common.contains(token.hash) }
    return !names.contains { name in
      Int(name.row) == row && sequence[Int(name.start)..<Int(name.start + name.count)].contains(word)
    }
  }

  func exact(in sentence: Sentence, free: (Int) -> Bool) -> Range<Int>? {
    best(in: sentence, free: free, forgives: nil)?.tokens
  }

  /// - Parameter forgives: forgives slips, but not of these words; `nil` forgives none.
  private func best(in sentence: Sentence, free: (Int) -> Bool, forgives: HashTable?) -> Found? {
    var best: Found?
    var least = 0.0
    var seen: [(word: Int32, score: Double)] = []
    for index in sentence.tokens.indices.prefix(64) where free(index) {
      seen.removeAll(keepingCapacity: true)
      words.find(sentence, index, forgives: forgives, into: &seen)
      for (word, _) in seen {
        for place in filed[Int(word)] {
          let name = names[Int(place.name)]
          let start = index - Int(place.offset)
          guard start >= 0, start + Int(name.count) <= sentence.tokens.count,
            let score = score(name, sentence, start, free, forgives)
          else { continue }
          let total = score + Double(name.count) * 0.001
          if total > least || total == least && Int(name.row) < (best?.row ?? .max) {
            (best, least) = ((start..<(start + Int(name.count)), Int(name.row), total), total)
          }
        }
      }
    }
    return best
  }

  /// A name as it sounds: "மலருக்கு" and "malarku" are Malar.
  func heard(
    in sentence: Sentence, _ language: Language, _ glossary: any Glossary, free: (Int) -> Bool
  ) -> (tokens: Range<Int>, row: Int, score: Double, hasEnding: Bool)? {
    let ears = sounds.withLock { sounds in
      let made = sounds ?? NameSounds((0..<words.count).map { words.text(Int32($0)) })
      sounds = made
      return made
    }
    let heard = sentence.tokens.indices.prefix(64).map { index in
      free(index) ? ears.find(sentence, index, language, glossary) : []
    }
    var best: (tokens: Range<Int>, row: Int, score: Double, hasEnding: Bool)?
    for index in heard.indices {
      for one in heard[index] {
        for place in filed[Int(one.word)] {
          let name = names[Int(place.name)]
          let start = index - Int(place.offset)
          let tokens = start..<(start + Int(name.count))
          guard start >= 0, tokens.upperBound <= heard.count, name.count > 1 || one.isTelling else { continue }
          let isWhole = tokens.allSatisfy { token in
            let word = sequence[Int(name.start) + token - start]
            return heard[token].contains { $0.word == word }
              || free(token) && words.score(word, sentence, token, forgives: nil) != nil
          }
          guard isWhole, tokens.count > best?.tokens.count ?? 0 else { continue }
          let hasEnding = heard[tokens.upperBound - 1].contains { $0.hasEnding }
          best = (tokens, Int(name.row), 0.88, hasEnding)
        }
      }
    }
    return best
  }

  private func score(
    _ name: Name, _ sentence: Sentence, _ start: Int, _ free: (Int) -> Bool, _ forgives: HashTable?
  ) -> Double? {
    var sum = 0.0
    for offset in 0..<Int(name.count) {
      guard free(start + offset),
        let score = words.score(sequence[Int(name.start) + offset], sentence, start + offset, forgives: forgives)
      else { return nil }
      sum += score
    }
    return sum / Double(name.count)
  }
}

/// The distinct words of a list, side by side in memory.
struct Words {
  private var hashes: [UInt64] = []
  private var skeletons: [UInt64] = []
  private var letters: [UInt32] = []
  private var lengths: [UInt8] = []
  private var texts: [[UInt8]] = []
  private var byHash = HashTable()
  private var bySkeleton = HashTable()
  /// The word before with the same skeleton, or -1.
  private var earlier: [Int32] = []

  var count: Int { hashes.count }

  mutating func add(_ sentence: Sentence, _ index: Int) -> Int32 {
    let token = sentence.tokens[index]
    if let known = byHash[token.hash] { return known }
    let number = Int32(hashes.count)
    hashes.append(token.hash)
    let isWord = token.kind == .word
    skeletons.append(isWord ? token.skeleton : token.hash)
    let bytes = Array(sentence.folded[token.foldedSpan])
    // Short words and numbers forgive no slips.
    texts.append(isWord && bytes.count >= 4 ? bytes : [])
    letters.append(isWord ? Self.letters(bytes) : 0)
    lengths.append(isWord && bytes.count >= 4 ? UInt8(min(255, bytes.count)) : 0)
    earlier.append(bySkeleton[token.skeleton] ?? -1)
    byHash.set(token.hash, number)
    if isWord { bySkeleton.set(token.skeleton, number) }
    return number
  }

  /// A word of four letters or more; empty for others.
  func text(_ word: Int32) -> [UInt8] { texts[Int(word)] }

  private static func letters(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 | 1 << UInt32($1 & 31) }
  }

  /// What tells things of one name apart.
  static func isMark(_ token: Sentence.Token) -> Bool {
    token.kind == .number || token.kind == .word && token.foldedLength == 1
  }

  private static func slips(_ length: Int) -> Int { length >= 7 ? 2 : 1 }

  func exact(_ token: Sentence.Token) -> Int32? { byHash[token.hash] }

  /// Words of the list that a token may be.
  func find(_ sentence: Sentence, _ index: Int, forgives: HashTable?, into found: inout [(word: Int32, score: Double)])
  {
    let token = sentence.tokens[index]
    if let same = byHash[token.hash] { found.append((same, 1)) }
    guard token.kind == .word else { return }
    var next = bySkeleton[token.skeleton] ?? -1
    while next >= 0 {
      if hashes[Int(next)] != token.hash { found.append((next, 0.95)) }
      next = earlier[Int(next)]
    }
    guard let forgives, token.foldedLength >= 4, !forgives.contains(token.hash) else { return }
    let bytes = Array(sentence.folded[token.foldedSpan])
    let own = Self.letters(bytes)
    for word in hashes.indices where lengths[word] > 0 {
      let limit = Self.slips(Int(lengths[word]))
      // A slip changes two letters of the set at most: most words end here.
      guard texts[word][0] == bytes[0], (letters[word] ^ own).nonzeroBitCount <= 2 * limit,
        abs(Int(lengths[word]) - bytes.count) <= limit,
        skeletons[word] != token.skeleton, let slips = EditDistance.between(texts[word], bytes, limit: limit)
      else { continue }
      found.append((Int32(word), 0.9 - Double(slips) * 0.15))
    }
  }

  /// How well a token is that word; `nil` when it is another.
  func score(_ word: Int32, _ sentence: Sentence, _ index: Int, forgives: HashTable?) -> Double? {
    let token = sentence.tokens[index]
    let word = Int(word)
    if hashes[word] == token.hash { return 1 }
    guard token.kind == .word else { return nil }
    if skeletons[word] == token.skeleton { return 0.95 }
    guard let forgives, lengths[word] > 0, token.foldedLength >= 4, !forgives.contains(token.hash) else { return nil }
    let bytes = Array(sentence.folded[token.foldedSpan])
    guard texts[word][0] == bytes[0] else { return nil }
    return EditDistance.between(
      texts[word], bytes, limit: Self.slips(Int(lengths[word]))
    ).map { 0.9 - Double($0) * 0.15 }
  }
}
