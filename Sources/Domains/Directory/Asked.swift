import Actions
import Base
import Store
import Text
import Time

/// What a message says beside the values that were read from it, in English words.
struct Asked: Sendable {
  let words: [String]

  init(_ said: String?, _ spoken: Spoken) {
    words = said.map { SearchText.words(spoken.english($0)) } ?? []
  }

  func has(_ any: Set<String>) -> Bool { words.contains { any.contains($0) } }

  /// Whether these words stand in it one after the other.
  func has(phrase: String) -> Bool { " \(words.joined(separator: " ")) ".contains(" \(phrase) ") }

  /// "what is the rating of …", "reviews of …": asks for a rating and gives none.
  var asksForRating: Bool {
    guard has(Self.ratings) || has(phrase: "people say") || has(phrase: "ppl say") else { return false }
    return !has(["give", "gave", "rate", "deserves", "leave", "write", "post", "add", "put", "my"])
      && (words.first.map { Self.questions.contains($0) } ?? false || has(phrase: "rating of")
        || has(phrase: "ratings of") || has(phrase: "reviews of") || has(phrase: "ratings for"))
  }

  private static let ratings: Set<String> = ["rating", "ratings", "rated", "review", "reviews", "stars"]
  private static let questions: Set<String> = [
    "what", "whats", "which", "how", "hows", "show", "tell", "is", "are", "does", "do", "any", "see",
  ]

  /// What is asked of comes behind "of": "the rating of page 3".
  var named: String? {
    guard let place = words.lastIndex(where: { ["of", "for", "about"].contains($0) }), place + 1 < words.count else {
      return nil
    }
    return words[(place + 1)...].joined(separator: " ")
  }

  /// "how far is it from adyar": where from.
  var from: String? {
    guard has(["far", "distance"]), let place = words.lastIndex(of: "from"), place + 1 < words.count else { return nil }
    return words[(place + 1)...].joined(separator: " ")
  }

  /// "which one is closer to mylapore": where they are to be near to.
  var towards: String? {
    guard let place = words.lastIndex(of: "to"), place > 0, place + 1 < words.count,
      ["closer", "nearer", "nearest", "closest", "close", "near"].contains(words[place - 1])
    else { return nil }
    let name = words[(place + 1)...].joined(separator: " ")
    return ["me", "us", "my place", "my home", "home"].contains(name) ? nil : name
  }

  /// Points at what was shown.
  var points: Bool {
    has(["it", "its", "there", "them", "they", "their", "his", "he", "him", "her", "she"])
      || ["one", "place", "shop"].contains { has(phrase: "that \($0)") || has(phrase: "this \($0)") }
  }

  /// Points at what was shown, while the name that was read is only like a word of it: "that one" is no "That Madras Place".
  func points(pastName name: String) -> Bool { points && !says(name) }

  /// Whether any word of a name that tells it from others stands in the message.
  func says(_ name: String) -> Bool {
    let telling = SearchText.words(name).filter { !SearchText.saysNothing($0) && !Self.pointing.contains($0) }
    return telling.contains { word in
      words.contains { $0 == word || word.count > 3 && $0.hasPrefix(word.prefix(4)) }
    }
  }

  private static let pointing: Set<String> = [
    "that", "this", "one", "it", "there", "them", "they", "his", "he", "him", "her", "she", "their",
  ]

  /// Something was noted and is to be otherwise: "change the booking to 6", "sorry, 3 of us".
  var changes: Bool {
    has(["change", "move", "shift", "reschedule", "postpone", "prepone", "instead", "sorry", "actually", "update"])
      || has(phrase: "of us") && !has(["book", "reserve", "table", "reservation"])
      || has(phrase: "we are") || has(phrase: "we ll be") || has(phrase: "we will be") || has(phrase: "make it")
  }

  /// So many come along: "3 of us", "for 4 people"; as it stands beside the word, whatever other numbers there are.
  var people: Int? {
    for (place, word) in words.enumerated() where place > 0 && Self.heads.contains(word) {
      if let number = Self.number(words[place - 1]) { return number }
    }
    for (place, word) in words.enumerated() where word == "of" && place > 0 && place + 1 < words.count {
      if words[place + 1] == "us", let number = Self.number(words[place - 1]) { return number }
    }
    return nil
  }

  /// The party that was read, unless its number is of the name: of "page 3 salon for 2" it is two.
  func party(_ read: Int?, at name: String) -> Int? {
    guard let read, people == nil, names(read), SearchText.words(name).contains(where: { Self.number($0) == read }),
      words.count(where: { Self.number($0) == read }) == 1
    else { return read }
    let behind = words.indices.dropFirst().first { words[$0 - 1] == "for" && Self.number(words[$0]) != nil }
    return behind.flatMap { Self.number(words[$0]) }.flatMap { $0 == read ? nil : $0 }
  }

  /// "name Karthik", "in the name of karthik", "karthik ke naam se": in whose name, and no place.
  func isGuest(_ name: String) -> Bool {
    let own = SearchText.words(name)
    guard !own.isEmpty, words.count > own.count else { return false }
    let between: Set<String> = ["of", "is", "as", "ke", "ka", "oda", "the"]
    return (0...(words.count - own.count)).contains { start in
      guard Array(words[start..<(start + own.count)]) == own else { return false }
      let before = words[..<start].last { !between.contains($0) }
      let behind = words[(start + own.count)...].first { !between.contains($0) }
      return [before, behind].contains { $0.map(Self.named.contains) ?? false }
    }
  }

  /// Whose name follows "name", where it was not read as anything else.
  var guest: String? {
    // "4 peru" counts heads
    guard
      let place = words.indices.last(where: { place in
        let before = words[..<place].last { !["for", "to"].contains($0) }
        return Self.named.contains(words[place]) && before.flatMap(Self.number) == nil
      }), place + 1 < words.count
    else { return nil }
    let behind = words[(place + 1)...].first { !["of", "is", "as"].contains($0) }
    return behind.flatMap { $0.allSatisfy(\.isLetter) && $0.count > 2 && !Self.pointing.contains($0) ? $0 : nil }
  }

  private static let named: Set<String> = ["name", "naam", "peyar", "per", "peru"]

  /// "for 2 nights", "3 days": how long a stay is, which is neither a party nor an hour.
  var stay: Int? {
    for (place, word) in words.enumerated() where place > 0 && Self.spans.contains(word) {
      if let number = Self.number(words[place - 1]) { return number }
    }
    return nil
  }

  private static let spans: Set<String> = ["night", "nights", "days", "weeks"]

  /// It speaks of how many come.
  var saysParty: Bool { has(Self.heads) || has(phrase: "of us") || has(["we", "us"]) }

  /// "at 6", "6 pm": a number that is an hour.
  func saysHour(_ number: Int) -> Bool {
    words.enumerated().contains { place, word in
      guard Self.number(word) == number else { return false }
      let (before, behind) = (place > 0 ? words[place - 1] : "", place + 1 < words.count ? words[place + 1] : "")
      return ["at", "to", "by"].contains(before) || ["pm", "am", "o"].contains(behind)
    }
  }

  /// Whether a number stands in it, in digits or as a word.
  func names(_ number: Int) -> Bool { words.contains { Self.number($0) == number } }

  /// "for 8 tonight" is eight o'clock; "for 2 tonight" is two of us.
  var hourTonight: Int? {
    guard people == nil else { return nil }
    for (place, word) in words.enumerated() where word == "for" && place + 2 < words.count {
      guard place == 0 || !["table", "tables", "room", "reservation"].contains(words[place - 1]),
        let hour = Int(words[place + 1]), (6...11).contains(hour),
        words[place + 2] == "tonight"
          || words[place + 2] == "this" && words.count > place + 3
            && ["evening", "night"].contains(words[place + 3])
      else { continue }
      return hour
    }
    return nil
  }

  private static let heads: Set<String> = [
    "people", "persons", "person", "peruku", "perukku", "pere", "logon", "log", "ppl", "pax", "guests", "adults",
    "members", "heads", "seats", "friends",
  ]

  private static func number(_ word: String) -> Int? {
    let names = [
      "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ]
    // "oru table", "ek table": the article of Tamil and Hindi
    if word == "oru" || word == "ek" { return 1 }
    return names.firstIndex(of: word).map { $0 + 1 } ?? Int(word)
  }

  /// Goes on with the search before: "and in nungambakkam?", "what about adyar".
  var goesOn: Bool {
    words.first.map { ["and", "or", "also", "same", "then"].contains($0) } ?? false || has(phrase: "what about")
      || has(phrase: "how about")
  }

  /// The best rated come first.
  var wantsBest: Bool { has(["best", "rated", "top"]) || has(phrase: "highest rating") || has(phrase: "most stars") }

  /// "within 500 m": a distance in metres, which is none of minutes.
  var metres: Int? {
    for (place, word) in words.enumerated() where place > 0 && Self.metreWords.contains(word) {
      if let number = Int(words[place - 1]), (50...5_000).contains(number) { return number }
    }
    // "500m" is one word
    return words.lazy.compactMap { word in
      Self.metreWords.lazy.compactMap { unit in word.hasSuffix(unit) ? Int(word.dropLast(unit.count)) : nil }.first
    }.first { (50...5_000).contains($0) }
  }

  private static let metreWords = ["m", "mtr", "mtrs", "metre", "metres", "meter", "meters"]

  /// A meal, which is something to look for as well as a time.
  var meal: String? {
    words.first { ["breakfast", "lunch", "dinner", "brunch", "tiffin", "supper", "snacks"].contains($0) }
  }

  /// Asks for a time at which it is open, and does not only name one.
  var asksOpen: Bool { has(["open", "opens", "opened"]) }
}

extension WhenValue {
  /// "After 10.30" is not at half past ten sharp, when a place may just close.
  var justAfter: WhenValue {
    var later = self
    guard isTimeGiven, start.time.secondOfDay < 86_340 else { return self }
    later.start.time = CivilTime(secondOfDay: start.time.secondOfDay + 60)
    return later
  }
}
