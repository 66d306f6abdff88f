package import Base
import Crypto
package import Messages
package import Store

/// Lets a stranger in: a code for the stranger, an approval by the owner, once, within an hour.
///
/// Only the hash of a code is stored. Five wrong codes in an hour stop the guesser; three strangers may wait at a time.
package struct Pairing: Sendable {
  package static let lifetime: Duration = .hours(1)
  package static let pendingLimit = 3
  package static let guessLimit = 5

  let book: PeopleBook
  let random: any RandomSource

  package init(book: PeopleBook, random: any RandomSource) {
    self.book = book
    self.random = random
  }

  package enum Answer: Sendable, Hashable {
    case code(String)
    /// This account has a code that still holds; it is not told again, so a reader of old chats learns nothing new.
    case alreadyAsked
    case tooManyWaiting
  }

  package struct Request: Sendable, Hashable {
    package let address: Address
    package let chat: String
    package let name: String
    package let askedAt: Instant
  }

  /// A stranger wrote: gives a code bound to that account.
  package func ask(
    _ address: Address, chat: String, name: String, in house: inout HouseTransaction
  ) throws -> Answer {
    let now = house.now
    _ = try house.execute("UPDATE pairings SET state = 'expired' WHERE state = 'pending' AND expires_at <= ?", now)
    let own = try house.first(
      "SELECT 1 FROM pairings WHERE state = 'pending' AND door = ? AND account = ? AND user = ?", address.door,
      address.account, address.user
    ) { $0.int(0) }
    if own != nil { return .alreadyAsked }
    let waiting = try house.first("SELECT count(*) FROM pairings WHERE state = 'pending'") { $0.int(0) } ?? 0
    guard waiting < Self.pendingLimit else { return .tooManyWaiting }
    let code = random.code(8)
    _ = try house.execute(
      """
      INSERT INTO pairings (id, code_hash, door, account, user, chat, name, asked_at, expires_at, state)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')
      """, house.newID(), Self.hash(code), address.door, address.account, address.user, chat, name, now,
      now + Self.lifetime)
    return .code(code)
  }

  /// The owner gives a code: the account that asked for it becomes a person.
  ///
  /// - Throws: `people.code_unknown`, `people.code_expired`, `people.too_many_tries`.
  package func redeem(_ code: String, by guesser: String, in house: inout HouseTransaction) throws -> Request {
    let now = house.now
    _ = try house.execute("DELETE FROM pairing_guesses WHERE at <= ?", now - .hours(1))
    let guesses =
      try house.first("SELECT count(*) FROM pairing_guesses WHERE guesser = ?", guesser) { $0.int(0) } ?? 0
    guard guesses < Self.guessLimit else {
      throw PeopleError("too_many_tries", "Five wrong codes were tried. Wait an hour, then try again.", field: "code")
    }
    let hash = Self.hash(code)
    let found = try house.first(
      """
      SELECT id, door, account, user, chat, name, asked_at, expires_at FROM pairings
      WHERE code_hash = ? AND state = 'pending'
      """, hash
    ) { row in
      (
        id: row.text(0),
        request: Request(
          address: Address(door: row.text(1), account: row.text(2), user: row.text(3)), chat: row.text(4),
          name: row.text(5), askedAt: row.instant(6)), expires: row.instant(7)
      )
    }
    guard let found else {
      throw PeopleError("code_unknown", "That code is not waiting for approval. Check it and try again.", field: "code")
    }
    guard found.expires > now else {
      throw PeopleError("code_expired", "That code has expired. Ask them to write again for a new one.", field: "code")
    }
    _ = try house.execute("UPDATE pairings SET state = 'approved' WHERE id = ?", found.id)
    return found.request
  }

  /// Whether a code would be taken now; changes nothing.
  package func check(_ code: String, by guesser: String) async throws {
    let hash = Self.hash(code)
    try await book.store.read { house in
      let guesses = try house.count(
        "SELECT count(*) FROM pairing_guesses WHERE guesser = ? AND at > ?", guesser, house.now - .hours(1))
      guard guesses < Self.guessLimit else {
        throw PeopleError("too_many_tries", "Five wrong codes were tried. Wait an hour, then try again.", field: "code")
      }
      let isWaiting = try house.exists(
        "SELECT 1 FROM pairings WHERE code_hash = ? AND state = 'pending' AND expires_at > ?", hash, house.now)
      guard isWaiting else {
        throw PeopleError(
          "code_unknown", "That code is not waiting for approval, or has expired. Check it and try again.",
          field: "code")
      }
    }
  }

  /// Counts a wrong guess; in a transaction of its own, because the failed turn is rolled back.
  package func countGuess(by guesser: String) async throws {
    try await book.store.write { house in
      _ = try house.execute("INSERT INTO pairing_guesses (guesser, at) VALUES (?, ?)", guesser, house.now)
    }
  }

  package func waiting() async throws -> [Request] {
    try await book.store.read { house in
      try house.query(
        "SELECT door, account, user, chat, name, asked_at FROM pairings WHERE state = 'pending' ORDER BY asked_at"
      ) { row in
        Request(
          address: Address(door: row.text(0), account: row.text(1), user: row.text(2)), chat: row.text(3),
          name: row.text(4), askedAt: row.instant(5))
      }
    }
  }

  private static func hash(_ code: String) -> String {
    let letters = code.uppercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
    return Hex.encode(SHA256.hash(Array(String(String.UnicodeScalarView(letters)).utf8)))
  }
}
