/// Takes the endings off an English word: “hikes”, “hiked” and “hiking” become one.
///
/// Source: M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980), with the three later changes its author
/// published. Works on lower-case ASCII letters.
struct PorterStemmer {
  private var word: [UInt8]
  /// Letters before the ending that was found.
  private var stemLength = 0

  init(_ word: ArraySlice<UInt8>) { self.word = Array(word) }

  mutating func stem() -> [UInt8] {
    guard word.count > 2 else { return word }
    plurals()
    pastAndProgressive()
    if ends("y"), hasVowel { word[word.count - 1] = UInt8(ascii: "i") }
    replaceFirst(of: Self.doubleEndings)
    replaceFirst(of: Self.fullEndings)
    dropLastEnding()
    finalE()
    return word
  }

  private static let doubleEndings: [(String, String)] = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"), ("logi", "log"),
  ]
  private static let fullEndings: [(String, String)] = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ]
  private static let lastEndings = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti",
    "ous", "ive", "ize",
  ]

  private mutating func plurals() {
    if ends("sses") || ends("ies") { return word.removeLast(2) }
    if ends("s"), !ends("ss") { word.removeLast() }
  }

  private mutating func pastAndProgressive() {
    if ends("eed") {
      if measure > 0 { word.removeLast() }
      return
    }
    guard (ends("ed") && hasVowel) || (ends("ing") && hasVowel) else { return }
    word.removeLast(word.count - stemLength)
    if ends("at") || ends("bl") || ends("iz") { return word.append(UInt8(ascii: "e")) }
    if endsInDouble, let last = word.last, !"lsz".utf8.contains(last) {
      word.removeLast()
      return
    }
    stemLength = word.count
    if measure == 1, endsInShortSyllable(word.count) { word.append(UInt8(ascii: "e")) }
  }

  /// The endings are looked for in order; the first that fits decides, whether it is replaced or not.
  private mutating func replaceFirst(of endings: [(String, String)]) {
    for (ending, other) in endings where ends(ending) {
      if measure > 0 { word.replaceSubrange(stemLength..., with: other.utf8) }
      return
    }
  }

  private mutating func dropLastEnding() {
    for ending in Self.lastEndings where ends(ending) {
      let isIon = ending == "ion"
      if isIon, !(stemLength > 0 && "st".utf8.contains(word[stemLength - 1])) { return }
      if measure > 1 { word.removeLast(word.count - stemLength) }
      return
    }
  }

  private mutating func finalE() {
    if ends("e"), measure > 1 || (measure == 1 && !endsInShortSyllable(stemLength)) {
      word.removeLast()
    }
    if ends("l"), endsInDouble {
      stemLength = word.count
      if measure > 1 { word.removeLast() }
    }
  }

  /// Notes where the ending begins.
  private mutating func ends(_ ending: String) -> Bool {
    guard word.count >= ending.utf8.count, word.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    else {
      return false
    }
    stemLength = word.count - ending.utf8.count
    return true
  }

  private func isConsonant(_ index: Int) -> Bool {
    switch word[index] {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      false
    case UInt8(ascii: "y"): index == 0 || !isConsonant(index - 1)
    default: true
    }
  }

  /// How often a vowel is followed by a consonant before the ending.
  private var measure: Int {
    var (count, wasVowel) = (0, false)
    for index in 0..<stemLength {
      let isVowel = !isConsonant(index)
      if wasVowel && !isVowel { count += 1 }
      wasVowel = isVowel
    }
    return count
  }

  private var hasVowel: Bool { (0..<stemLength).contains { !isConsonant($0) } }

  private var endsInDouble: Bool {
    word.count > 1 && word[word.count - 1] == word[word.count - 2] && isConsonant(word.count - 1)
  }

  /// Consonant, vowel, consonant other than w, x and y, at the end of the first `count` letters.
  private func endsInShortSyllable(_ count: Int) -> Bool {
    guard count > 2, isConsonant(count - 1), !isConsonant(count - 2), isConsonant(count - 3) else {
      return false
    }
    return !"wxy".utf8.contains(word[count - 1])
  }
}
