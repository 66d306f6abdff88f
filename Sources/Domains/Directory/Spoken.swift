import Actions
import Base
import Store
import Text

/// What somebody says of a directory whose names are written in another language or by another spelling.
struct Spoken: Sendable {
  private let glossary: any Glossary
  private let language: Language

  init(_ glossary: any Glossary = NoGlossary(), _ language: Language = .english) {
    self.glossary = glossary
    self.language = language
  }

  init(_ context: ActionContext) { self.init(context.house.glossary, context.heard) }

  func isEnglish(_ text: String) -> Bool { language == .english && text.utf8.allSatisfy { $0 < 0x80 } }

  /// In English words as far as they are known.
  func english(_ text: String) -> String {
    language == .english && text.utf8.allSatisfy { $0 < 0x80 } ? text : glossary.english(text, language: language)
  }

  /// The same search in other words, the likeliest first: what it is called in English, without the word "shop", and as
  /// the directory spells it.
  func wordings(of text: String, _ reader: some Querying) throws -> [[String]] {
    let english = Categories.joined(SearchText.wanted(english(text)))
    var wordings = [english]
    let telling = english.filter { !Self.anyShop.contains($0) }
    if !telling.isEmpty, telling.count < english.count { wordings.append(telling) }
    // an English word that nothing is called by is answered so, instead of with what sounds like it
    if language != .english || !text.utf8.allSatisfy({ $0 < 0x80 }), let spelt = try spelling(of: text, reader) {
      wordings.append(spelt)
    }
    return wordings
  }

  /// Said of every business, so it tells none from another.
  static let anyShop: Set<String> = ["shop", "shops", "store", "stores", "outlet", "outlets", "stall"]

  /// Each word as the directory spells it: by its sound, by its English, or as it is where that is known. `nil` when one of
  /// them is unlike all, or no listing holds them together.
  func spelling(of text: String, _ reader: some Querying) throws -> [String]? {
    let words = SearchText.words(text)
    guard !words.isEmpty, words.count <= 12 else { return nil }
    let telling = words.map { (word: $0, meaning: Categories.joined(SearchText.words(english($0)))) }
      // "pakkathula": near
      .filter { !$0.meaning.allSatisfy { SearchText.saysNothing($0) || Self.anyShop.contains($0) } }
    var choices: [[String]] = []
    for (word, meaning) in telling {
      var likely = try Spellings.likely(
        glossary.roots(of: word, language: language), isSure: telling.count > 1, reader)
      let kind = meaning.filter { !SearchText.saysNothing($0) && !Self.anyShop.contains($0) }
      if kind.count == 1 { likely += Categories.stems(kind[0]) }
      guard !likely.isEmpty else { return nil }
      choices.append(likely)
    }
    return choices.isEmpty ? nil : try Spellings.together(choices, reader)
  }
}

/// The words in a directory's names and addresses, by their sound.
enum Spellings {
  /// As they are written there: all that sound like the first of these which sounds like any, the nearest first.
  ///
  /// - Parameter roots: a word as it is first, then without endings.
  static func likely(_ roots: [String], isSure: Bool, _ reader: some Querying) throws -> [String] {
    for root in roots {
      let sound = Sound(root)
      let alike = try reader.query(
        "SELECT word FROM listing_sounds WHERE tenant = :tenant AND sound = ? LIMIT 200", sound.consonants,
        map: { $0.text(0) })
      let near = alike.compactMap { word in
        sound.distance(to: Sound(word), isSure: isSure).map { (distance: $0, word: word) }
      }
      if !near.isEmpty {
        return near.sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }.prefix(6).map(\.word)
      }
    }
    return []
  }

  /// One of each, as they stand together in a listing; of one that was changed, its old words keep their sounds.
  static func together(_ choices: [[String]], _ reader: some Querying) throws -> [String]? {
    let match = choices.map { "(" + $0.map { SearchText.quoted($0) + "*" }.joined(separator: " OR ") + ")" }
      .joined(separator: " AND ")
    let found = try reader.first(
      "SELECT name, category, address FROM listings_words WHERE listings_words MATCH ? AND tenant = :tenant", match
    ) { Set(SearchText.words("\($0.text(0)) \($0.text(1)) \($0.text(2))")) }
    return found.map { words in
      choices.map { choice in
        // a stem of a kind is said as it is written there
        choice.first(where: words.contains)
          ?? choice.lazy.compactMap { one in words.filter { $0.hasPrefix(one) }.min() }.first ?? choice[0]
      }
    }
  }

  /// The words of a listing with their sounds.
  static func all(name: String, address: String) -> [(sound: String, word: String)] {
    Set(SearchText.words("\(name) \(address)")).compactMap { word in
      guard word.utf8.count <= 60, word.first?.isNumber == false else { return nil }
      let sound = Sound(word).consonants
      return sound.isEmpty ? nil : (sound, word)
    }
  }
}
