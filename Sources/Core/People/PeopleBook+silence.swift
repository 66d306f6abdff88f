package import Base
import Crypto
package import Store
import Synchronization
import Text

/// The words by which somebody calls for help without anybody beside them noticing. Only their hash is kept.
extension PeopleBook {
  private static let letters = 6...100

  /// Whether the words are too short, too long or too usual to be no accident.
  package static func isFit(silentPhrase phrase: String) -> Bool {
    let folded = fold(phrase: phrase)
    return letters.contains(folded.count) && folded.contains(" ")
  }

  /// Whether a message is exactly these words. Costs next to nothing for who has none.
  package func isSilentCall(_ text: String, of person: Person) -> Bool {
    guard let hash = person.silentPhrase, text.utf8.count <= 1_000 else { return false }
    return constantTimeEqual(Array(hash.utf8), Array(Self.hash(phrase: text).utf8))
  }

  /// - Parameter phrase: `nil` ends it.
  package func set(silentPhrase phrase: String?, of id: PersonID, in transaction: Transaction) throws {
    let hash = phrase.map(Self.hash)
    let house = transaction.widened()
    try house.execute(
      "UPDATE persons SET silent_phrase = ? WHERE tenant = ? AND id = ?", hash, transaction.tenant, id)
    house.afterCommit { [self] in state.withLock { $0.persons[id]?.silentPhrase = hash } }
  }

  /// As people type it: capitals and marks do not matter.
  private static func fold(phrase: String) -> String {
    let plain = Normaliser.normalise(phrase).unicodeScalars.map { scalar -> Character in
      scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
        || scalar.properties.generalCategory == .spacingMark || ("0"..."9").contains(scalar) ? Character(scalar) : " "
    }
    return String(plain).split(separator: " ").joined(separator: " ")
  }

  private static func hash(phrase: String) -> String { Hex.encode(SHA256.hash(Array(fold(phrase: phrase).utf8))) }
}
