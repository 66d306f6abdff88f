import Base
import Text

/// Finds which of a person's own things some words mean: "the water one" among short texts.
package enum NameMatch {
  /// The items that fit the words best; several when they fit equally well, none when fewer than half of the words fit.
  package static func best<Item>(_ words: String, among items: [Item], text: (Item) -> String) -> [Item] {
    let wanted = tokens(words)
    guard !wanted.isEmpty else { return [] }
    let phrase = wanted.joined(separator: " ")
    var best = 0.0
    var found: [Item] = []
    for item in items {
      let own = tokens(text(item))
      let score = score(wanted, own, phrase)
      if score < 0.5 || score < best { continue }
      if score > best { found = [] }
      best = score
      found.append(item)
    }
    return found
  }

  /// The items in which every telling word is found: for what removes things, where half a fit is none.
  ///
  /// - Parameter idle: words that name the kind of thing ("appointment") and tell nothing apart.
  package static func whole<Item>(
    _ words: String, among items: [Item], idle: Set<String> = [], text: (Item) -> String
  ) -> [Item] {
    let idle = idle.union(["with", "at", "of", "on", "in", "and"])
    let all = tokens(words)
    let telling = all.filter { !idle.contains($0) }
    let wanted = telling.isEmpty ? all : telling
    guard !wanted.isEmpty else { return [] }
    return items.filter { item in
      let own = tokens(text(item))
      return wanted.allSatisfy { word in own.contains { fits(word, $0) } }
    }
  }

  /// The items whose name begins with a word that stands somewhere in longer words: "her bp tablet telma".
  package static func named<Item>(in words: String, among items: [Item], text: (Item) -> String) -> [Item] {
    let said = tokens(words)
    return items.filter { item in
      guard let first = tokens(text(item)).first, first.count >= 4 else { return false }
      return said.contains(first)
    }
  }

  private static func score(_ wanted: [String], _ own: [String], _ phrase: String) -> Double {
    if own == wanted { return 3 }
    if own.joined(separator: " ").contains(phrase) { return 2 }
    let hits = wanted.count { word in own.contains { fits(word, $0) } }
    return Double(hits) / Double(wanted.count)
  }

  /// Equal, another form of the word ("calling" of "call"), or one slip of the finger apart in words long enough to tell.
  private static func fits(_ word: String, _ other: String) -> Bool {
    word == other || isForm(word, of: other) || isForm(other, of: word)
      || word.utf8.count >= 5 && other.utf8.count >= 5 && EditDistance.between(word, other, limit: 1) != nil
  }

  private static func isForm(_ longer: String, of word: String) -> Bool {
    word.utf8.count >= 3 && longer.hasPrefix(word) && ["s", "es", "ed", "ing"].contains(longer.dropFirst(word.count))
  }

  private static func tokens(_ text: String) -> [String] {
    let marks: Set<Character> = [".", ",", "!", "?", ":", ";", "\"", "'", "(", ")", "-", "।"]
    let all = Normaliser.normalise(text).split { $0 == " " || marks.contains($0) }.map(String.init)
    let telling = all.filter { !fillers.contains($0) }
    return telling.isEmpty ? all : telling
  }

  private static let fillers: Set<String> = ["the", "my", "a", "an", "to", "one", "reminder", "about", "that", "for"]
}
