import Formats
import Text

/// What says, in one language, that something is not to be ended: "do not stop it", "niruthatheenga", "बंद मत करना". Such a
/// sentence sounds like what it forbids. A verb that ends something is forbidden by an ending of its own or by a word
/// beside it, in its clause; a condition ("if I stop it") and what may be either way are a doubt.
struct Forbidding: Sendable {
  enum Verdict { case forbidden, doubtful }

  /// By the names of the file. Latin letters are folded mildly: few people spell these words alike.
  private(set) var words: [String: [[UInt8]]] = [:]

  static let keys = [
    "verbs", "endings", "verb_endings", "conditions", "before", "between", "before_perhaps", "behind", "behind_bare",
    "bare",
    "not_bare", "conditions_before", "conditions_behind",
  ]
  /// So many words before or behind the verb are looked at.
  private static let reach = 4

  init(words: [String: [[UInt8]]]) { self.words = words }

  init(_ node: YAMLNode) throws {
    try node.onlyKeys(Self.keys)
    for key in Self.keys {
      guard let list = node[key] else { continue }
      words[key] = try Lexicon.list(list).map { Self.folded(Array($0.utf8)) }
    }
  }

  func verdict(_ sentence: Sentence) -> Verdict? {
    let spoken = sentence.tokens.indices.map { index -> [UInt8] in
      sentence.tokens[index].kind == .symbol
        ? [] : Self.folded(Array(sentence.folded[sentence.tokens[index].foldedSpan]))
    }
    var isDoubtful = false
    for verb in spoken.indices where begins(spoken[verb]) {
      switch verdict(spoken, verb) {
      case .forbidden: return .forbidden
      case .doubtful: isDoubtful = true
      case nil: break
      }
    }
    return isDoubtful ? .doubtful : nil
  }

  private func verdict(_ spoken: [[UInt8]], _ verb: Int) -> Verdict? {
    let isCondition = ends(spoken[verb], "conditions")
    if !isCondition, ends(spoken[verb], "endings") || ends(spoken[verb], "verb_endings") { return .forbidden }
    let before = (0..<verb).reversed().prefix(Self.reach).prefix { !spoken[$0].isEmpty }
    let behind = ((verb + 1)..<spoken.count).prefix(Self.reach).prefix { !spoken[$0].isEmpty }
    let near = before.first { !has("between", spoken[$0]) }
    if let near, has("before", spoken[near]) { return .forbidden }
    for index in behind {
      if has("behind", spoken[index]) { return .forbidden }
      // "cancel pannatheenga": what makes a verb of a borrowed word
      if index <= verb + 2, ends(spoken[index], "endings") { return .forbidden }
      if has("behind_bare", spoken[index]), isBare(spoken[index - 1]) { return .forbidden }
    }
    if isCondition || behind.prefix(2).contains(where: { ends(spoken[$0], "conditions") })
      || before.contains(where: { has("conditions_before", spoken[$0]) })
      || behind.contains(where: { has("conditions_behind", spoken[$0]) })
      || before.first.map({ has("before_perhaps", spoken[$0]) }) == true
    {
      return .doubtful
    }
    return nil
  }

  /// "Do not show it", of any verb, where the language says so by an ending.
  func denies(_ sentence: Sentence) -> Bool {
    sentence.tokens.contains { token in
      token.kind == .word && ends(Self.folded(Array(sentence.folded[token.foldedSpan])), "endings", least: 4)
    }
  }

  /// Without a form of its own: "nirutha", "करना".
  private func isBare(_ word: [UInt8]) -> Bool {
    (word.count > 2 && ends(word, "bare", least: 0)) && !ends(word, "not_bare")
  }

  private func begins(_ word: [UInt8]) -> Bool {
    !word.isEmpty && words["verbs"]?.contains { word.starts(with: $0) } == true
  }

  private func has(_ key: String, _ word: [UInt8]) -> Bool { words[key]?.contains(word) == true }

  private func ends(_ word: [UInt8], _ key: String, least: Int = 2) -> Bool {
    words[key]?.contains { $0.count + least <= word.count && word.suffix($0.count).elementsEqual($0) } == true
  }

  private static func folded(_ word: [UInt8]) -> [UInt8] {
    var folded: [UInt8] = []
    word.withUnsafeBufferPointer { word in SpellingFold.mild(word) { folded.append($0) } }
    return folded
  }
}
