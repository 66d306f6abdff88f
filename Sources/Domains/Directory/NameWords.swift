import Base
import Text

/// The words of a listing, for telling whether a name that somebody says can be its name.
struct NameWords {
  private let name: [String]
  private let others: [String]

  init(_ listing: Listing) {
    name = SearchText.words(listing.name)
    others = SearchText.words("\(listing.category) \(listing.address)")
  }

  /// Whether words may name it: either all that is said belongs to it, or all of its name is said. "Adyar bakery" is no
  /// "Adyar Ananda Bhavan": both hold what the other has not.
  func fit(_ text: String) -> Bool {
    // other scripts are compared by their sound
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return true }
    let said = SearchText.wanted(text)
    if said.allSatisfy({ word in isNear(word, name + others) || isOfKind(word) }) { return true }
    let telling = name.filter { !SearchText.saysNothing($0) && !Spoken.anyShop.contains($0) }
    return !telling.isEmpty && telling.allSatisfy { isNear($0, said) }
  }

  private func isNear(_ word: String, _ words: [String]) -> Bool {
    words.contains { other in
      word == other || SearchText.stem(word) == SearchText.stem(other)
        || min(word.count, other.count) >= 3 && (other.hasPrefix(word) || word.hasPrefix(other))
        || EditDistance.nearest(word, in: [other]) != nil || Sound(word).consonants == Sound(other).consonants
    }
  }

  /// "salon" of what is filed under hairdressers.
  private func isOfKind(_ word: String) -> Bool {
    Categories.stems(word).dropFirst().contains { stem in others.contains { $0.hasPrefix(stem) } }
  }
}
