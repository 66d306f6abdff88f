import Formats
import Text

/// How a line of `emergency_phrases.yaml` becomes phrases: `{leg|arm}` and `<limb>` (a list under `words`) stand for each of
/// their words, `fall*` for every word that begins so, and `[20-54]` for a number between the two. Tamil and Hindi words stand for all their spellings, in both
/// scripts: they are folded loosely, and native script is read by its Latin letters.
struct EmergencyPatterns {
  struct Word: Hashable {
    var key: UInt64
    /// Up to two words may follow.
    var hasGap = false
  }

  /// Phrases that one line may become; far above what is written.
  static let most = 500

  /// The words of each list that stands at one place of a phrase, by word: the keys of the lists it is in.
  private(set) var lists: [UInt64: [UInt64]] = [:]

  /// The ranges of numbers that stand in phrases, both ends included.
  private(set) var ranges: Set<ClosedRange<Int>> = []

  /// The words and stems of romanised phrases as they are written there.
  private(set) var spelled = HashTable()

  /// Whose spellings the words of the line under way may have.
  private let tongue: SpellingFold.Tongue?
  private var isExcuse = false
  private var classes: [String: [String]] = [:]

  init(_ node: YAMLNode?, _ language: Language) throws {
    tongue =
      switch language {
      case .tamil, .tamilLatin: .tamil
      case .hindi, .hindiLatin: .hindi
      default: nil
      }
    for (name, list) in try node?.mapping() ?? [] {
      classes[try name.string(expecting: "the name of a list")] = try Lexicon.list(list)
    }
  }

  /// What excuses is read as it is written: loosely, the Hindi "kal" would be the English "call". Native script cannot be
  /// taken for English, so there it is read by its Latin letters, folded loosely.
  mutating func excuses(_ line: String, at node: YAMLNode) throws -> [[Word]] {
    isExcuse = true
    defer { isExcuse = false }
    return try phrases(line, at: node)
  }

  /// - Throws: a list that is not there, or too many of its words at once.
  mutating func phrases(_ line: String, at node: YAMLNode) throws -> [[Word]] {
    var made: [[Word]] = [[]]
    for part in Self.parts(line) {
      if part == ".." {
        for index in made.indices where !made[index].isEmpty { made[index][made[index].count - 1].hasGap = true }
        continue
      }
      let choices = try self.choices(part, node)
      guard made.count * choices.count <= Self.most else {
        throw node.error("a line for no more than \(Self.most) phrases")
      }
      made = made.flatMap { phrase in choices.map { phrase + $0.map { Word(key: $0) } } }
    }
    return made.filter { !$0.isEmpty }
  }

  /// At spaces, but not inside of braces.
  private static func parts(_ line: String) -> [String] {
    var parts = [""]
    var isInside = false
    for character in line {
      if character == "{" { isInside = true }
      if character == "}" { isInside = false }
      if character == " ", !isInside { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts.filter { !$0.isEmpty }
  }

  private mutating func choices(_ part: String, _ node: YAMLNode) throws -> [[UInt64]] {
    let inner = String(part.dropFirst().dropLast())
    if part.hasPrefix("["), part.hasSuffix("]") {
      let ends = inner.split(separator: "-").compactMap { Int($0) }
      guard ends.count == 2, ends[0] <= ends[1] else { throw node.error("two numbers with a dash between: \(inner)") }
      ranges.insert(ends[0]...ends[1])
      return [[Self.key(ends[0]...ends[1])]]
    }
    if part.hasPrefix("<"), part.hasSuffix(">") {
      guard let words = classes[inner] else { throw node.error("a list of `words`: \(inner)") }
      return joined(words.flatMap { spellings($0) })
    }
    guard part.hasPrefix("{"), part.hasSuffix("}") else { return spellings(part) }
    var all: [[UInt64]] = []
    for choice in inner.split(separator: "|", omittingEmptySubsequences: false) {
      var made: [[UInt64]] = [[]]
      for word in choice.split(separator: " ") {
        let words = try choices(String(word), node)
        made = made.flatMap { phrase in words.map { phrase + $0 } }
      }
      all += made
    }
    return joined(all)
  }

  private mutating func spellings(_ text: String) -> [[UInt64]] {
    guard isExcuse, let tongue else { return [keys(text, tongue.map { (tongue: $0, script: .anywhere) })] }
    let strict = keys(text, nil)
    let native = keys(text, (tongue, .native))
    return strict.count == 1 && strict != native ? joined([strict, native]) : [strict, native]
  }

  /// Single words that may stand at the same place become one key.
  private mutating func joined(_ choices: [[UInt64]]) -> [[UInt64]] {
    let single = Set(choices.filter { $0.count == 1 }.map { $0[0] }).sorted()
    guard single.count > 1 else { return choices }
    let list = single.reduce(0x5B, Hash.pair)
    for word in single where lists[word]?.contains(list) != true { lists[word, default: []].append(list) }
    var made = [[list]]
    for choice in choices where choice.count != 1 && !made.contains(choice) { made.append(choice) }
    return made
  }

  /// - Parameter reading: whose spellings the words may have, and in which script; `nil`: as they are written.
  private mutating func keys(_ text: String, _ reading: (tongue: SpellingFold.Tongue, script: Script)?) -> [UInt64] {
    text.split(separator: " ").flatMap { word -> [UInt64] in
      let sentence = Sentence(String(word))
      return sentence.tokens.filter { $0.kind != .symbol }.map { token in
        var key = token.skeleton
        if let reading, token.kind == .word {
          key = Self.tagged(Self.whole(token, in: sentence, reading.tongue), reading.tongue, reading.script)
          let written = word.hasSuffix("*") ? Self.stem(Self.whole(token, in: sentence, nil)) : token.hash
          spelled.insert(Self.tagged(written, reading.tongue, .anywhere))
        }
        return word.hasSuffix("*") ? Self.stem(key) : key
      }
    }
  }

  // MARK: Words as they are looked up

  /// The key of every word that begins with one of this key.
  private static func stem(_ key: UInt64) -> UInt64 { Hash.pair(key, 0x2A) }
  private enum Script: UInt64 { case anywhere = 0, native = 0x100 }
  private static func tagged(_ key: UInt64, _ tongue: SpellingFold.Tongue, _ script: Script) -> UInt64 {
    Hash.pair(key, (tongue == .tamil ? 0x7A : 0x68) + script.rawValue)
  }

  /// The key of any number, and that of one in a range.
  static let number = Hash.pair(0x23, 0)
  static func key(_ range: ClosedRange<Int>) -> UInt64 {
    Hash.pair(Hash.pair(0x23, UInt64(bitPattern: Int64(range.lowerBound))), UInt64(bitPattern: Int64(range.upperBound)))
  }

  /// All keys of a word that anything is known for: as it is, as each language may have meant it, and the stems of both;
  /// of a number the ranges that it lies in.
  ///
  /// - Parameter plain: whether the word is an English one, which is no loose spelling of another language's: "tell" is
  ///   no "thel" (scorpion). As a phrase writes it, it counts all the same.
  static func keys(
    _ token: Sentence.Token, in sentence: Sentence, known: HashTable, lists: [UInt64: [UInt64]],
    ranges: Set<ClosedRange<Int>>, spelled: HashTable, isPlain: Bool
  ) -> [UInt64] {
    var keys = [token.skeleton]
    if token.kind == .number {
      keys.append(number)
      let value = Int(String(decoding: sentence.folded[token.foldedSpan], as: UTF8.self))
      if let value { keys += ranges.filter { $0.contains(value) }.map(key) }
    }
    steps(token, in: sentence, nil) { hash, _ in
      if known.contains(stem(hash)) { keys.append(stem(hash)) }
    }
    guard token.kind == .word else { return closed(keys, known, lists) }
    func take(_ tongue: SpellingFold.Tongue, _ scripts: [Script] = [.anywhere]) {
      steps(token, in: sentence, tongue) { hash, isWhole in
        for script in scripts {
          let key = tagged(hash, tongue, script)
          if isWhole, known.contains(key) { keys.append(key) }
          if known.contains(stem(key)) { keys.append(stem(key)) }
        }
      }
    }
    switch token.script {
    case .latin:
      for tongue in [SpellingFold.Tongue.tamil, .hindi]
      where !isPlain || isSpelled(token, in: sentence, tongue, spelled) {
        take(tongue)
      }
    case .tamil: take(.tamil, [.anywhere, .native])
    case .devanagari: take(.hindi, [.anywhere, .native])
    default: break
    }
    return closed(keys, known, lists)
  }

  /// With the lists that the words are in; a list may stand in another.
  private static func closed(_ keys: [UInt64], _ known: HashTable, _ lists: [UInt64: [UInt64]]) -> [UInt64] {
    var all = keys
    var index = 0
    while index < all.count {
      // few words are in any list, and this table tells so quickly
      if known.contains(all[index]) {
        for key in lists[all[index]] ?? [] where !all.contains(key) { all.append(key) }
      }
      index += 1
    }
    return all
  }

  private static func isSpelled(
    _ token: Sentence.Token, in sentence: Sentence, _ tongue: SpellingFold.Tongue, _ spelled: HashTable
  ) -> Bool {
    var found = spelled.contains(tagged(token.hash, tongue, .anywhere))
    steps(token, in: sentence, nil) { hash, _ in
      found = found || spelled.contains(tagged(stem(hash), tongue, .anywhere))
    }
    return found
  }

  private static func whole(_ token: Sentence.Token, in sentence: Sentence, _ tongue: SpellingFold.Tongue?) -> UInt64 {
    var whole = Hash.start
    steps(token, in: sentence, tongue) { hash, _ in whole = hash }
    return whole
  }

  /// The hash of every beginning of a word, the last of the whole.
  private static func steps(
    _ token: Sentence.Token, in sentence: Sentence, _ tongue: SpellingFold.Tongue?,
    _ take: (_ hash: UInt64, _ isWhole: Bool) -> Void
  ) {
    func walk(_ word: UnsafeBufferPointer<UInt8>) {
      // folded, a letter becomes two at most
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * word.count + 1) { folded in
        var count = 0
        if let tongue {
          SpellingFold.loose(word, tongue) { byte in
            folded[count] = byte
            count += 1
          }
        } else if token.script == .latin {
          SpellingFold.mild(word) { byte in
            folded[count] = byte
            count += 1
          }
        } else {
          for byte in word {
            folded[count] = byte
            count += 1
          }
        }
        var hash = Hash.start
        for index in 0..<count {
          hash = (hash ^ UInt64(folded[index])) &* Hash.prime
          take(hash, index == count - 1)
        }
      }
    }
    if tongue != nil, token.script != .latin {
      Transliteration.latin(Array(sentence.folded[token.foldedSpan])).withUnsafeBufferPointer { walk($0) }
    } else {
      sentence.folded.withUnsafeBufferPointer { walk(.init(rebasing: $0[token.foldedSpan])) }
    }
  }
}
