import Formats
package import Text

/// A call for help, found by phrases alone.
package struct EmergencyMatch: Sendable, Hashable {
  /// The group in `emergency_phrases.yaml`: fall, chest, breath, help …
  package var what: String
  package var language: Language
  /// UTF-8 offsets in the normalised text.
  package var span: Range<Int>
  package var text: String
}

/// Finds calls for help in every language at once, in time bounded by the length of the text, with no model.
///
/// A phrase counts at word boundaries, spelling folded; `..` in a phrase lets up to two words stand between; `=` in
/// front asks that the message be nothing else. A negation just before (or, in Tamil and Hindi, just after) and the
/// group's `unless` phrases hold it back.
package struct EmergencyDetector: Sendable {
  private struct Phrase: Sendable {
    var words: [UInt64]
    /// A gap of up to two words may follow the word at this index.
    var gaps: [Bool]
    var isWhole: Bool
    var group: Int
  }
  private struct Group: Sendable {
    var what: String
    var language: Language
    var unless: [[UInt64]] = []
  }

  private var phrases: [UInt64: [Phrase]] = [:]
  private var groups: [Group] = []
  private var before: Set<UInt64> = []
  private var after: Set<UInt64> = []
  private var reported: [UInt64: [[UInt64]]] = [:]
  private var fillers: Set<UInt64> = []

  package init() {}

  mutating func add(_ node: YAMLNode, _ language: Language) throws {
    try node.onlyKeys(["groups", "negation_before", "negation_after", "reported", "fillers"])
    func lines(_ node: YAMLNode?) -> [String] { node?.string?.split(separator: "\n").map(String.init) ?? [] }
    for entry in try node.required("groups").sequence() {
      try entry.onlyKeys(["what", "phrases", "unless"])
      var group = Group(what: try entry.required("what").string(expecting: "a short name"), language: language)
      group.unless = lines(entry["unless"]).map { Sentence($0).tokens.map(\.skeleton) }.filter { !$0.isEmpty }
      for line in lines(entry["phrases"]) { addPhrase(line, group: groups.count) }
      groups.append(group)
    }
    for (key, path) in [("negation_before", \Self.before), ("negation_after", \Self.after), ("fillers", \Self.fillers)]
    {
      guard let list = node[key] else { continue }
      for word in try Lexicon.list(list) {
        for token in Sentence(word).tokens { self[keyPath: path].insert(token.skeleton) }
      }
    }
    for line in lines(node["reported"]) {
      let words = Sentence(line).tokens.map(\.skeleton)
      if let first = words.first { reported[first, default: []].append(words) }
    }
  }

  private mutating func addPhrase(_ line: String, group: Int) {
    let isWhole = line.hasPrefix("=")
    var phrase = Phrase(words: [], gaps: [], isWhole: isWhole, group: group)
    for part in (isWhole ? String(line.dropFirst()) : line).split(separator: " ") {
      if part == ".." {
        if !phrase.gaps.isEmpty { phrase.gaps[phrase.gaps.count - 1] = true }
        continue
      }
      for token in Sentence(String(part)).tokens where token.kind != .symbol {
        phrase.words.append(token.skeleton)
        phrase.gaps.append(false)
      }
    }
    if let first = phrase.words.first { phrases[first, default: []].append(phrase) }
  }

  /// - Parameter text: as typed; it is normalised here.
  package func match(_ text: String) -> EmergencyMatch? { match(Sentence(text)) }

  package func match(_ sentence: Sentence) -> EmergencyMatch? {
    let tokens = sentence.tokens.indices.filter { sentence.tokens[$0].kind != .symbol }
    guard !tokens.isEmpty else { return nil }
    let words = tokens.map { sentence.tokens[$0].skeleton }
    // One guard for all: what somebody said, read or saw.
    for index in words.indices {
      for report in reported[words[index]] ?? [] where Self.stands(report, in: words, at: index) { return nil }
    }
    for start in words.indices {
      guard let candidates = phrases[words[start]] else { continue }
      for phrase in candidates {
        guard let end = find(phrase, in: words, at: start) else { continue }
        if phrase.isWhole, !isAlone(start..<end, words) { continue }
        if isNegated(start..<end, words) { continue }
        if isExcused(groups[phrase.group].what, words) { continue }
        let range = tokens[start]..<(tokens[end - 1] + 1)
        let group = groups[phrase.group]
        return EmergencyMatch(
          what: group.what, language: group.language, span: sentence.span(of: range), text: sentence.text(of: range))
      }
    }
    return nil
  }

  /// Excuses of a kind hold in every language: people mix them.
  private func isExcused(_ what: String, _ words: [UInt64]) -> Bool {
    groups.contains { group in
      group.what == what
        && group.unless.contains { unless in words.indices.contains { Self.stands(unless, in: words, at: $0) } }
    }
  }

  private func find(_ phrase: Phrase, in words: [UInt64], at start: Int) -> Int? {
    var index = start
    for (place, word) in phrase.words.enumerated() {
      let slack = place > 0 && phrase.gaps[place - 1] ? 2 : 0
      guard let next = (index...(index + slack)).first(where: { $0 < words.count && words[$0] == word }) else {
        return nil
      }
      index = next + 1
    }
    return index
  }

  private static func stands(_ phrase: [UInt64], in words: [UInt64], at index: Int) -> Bool {
    index + phrase.count <= words.count && zip(words[index...], phrase).allSatisfy { $0 == $1 }
  }

  private func isAlone(_ range: Range<Int>, _ words: [UInt64]) -> Bool {
    words.indices.allSatisfy {
      range.contains($0) || fillers.contains(words[$0]) || words[$0] == words[range.lowerBound]
    }
  }

  private func isNegated(_ range: Range<Int>, _ words: [UInt64]) -> Bool {
    let lead = words[max(0, range.lowerBound - 3)..<range.lowerBound]
    if lead.contains(where: before.contains) { return true }
    let tail = words[range.upperBound..<min(words.count, range.upperBound + 2)]
    return tail.contains(where: after.contains)
  }
}
