package import Base
import Crypto
package import Messages
package import Store

/// Lets a stranger in: a code for the stranger, an approval by the owner, once, within an hour.
///
/// Only the hash of a code is stored. Five wrong codes in an hour stop the guesser; three strangers may wait at a time, and
/// others are told so, once.
package struct Pairing: Sendable {
  package static let lifetime: Duration = .hours(1)
  package static let pendingLimit = 3
  package static let guessLimit = 5
  package static let codeLength = 8
  /// Who asks again is answered so often, so that nobody can make us write without end.
  package static let answerEvery: Duration = .minutes(10)
  /// So many are told that others wait; more are not answered.
  private static let turnedAwayLimit = 100
  /// A code that is over is known for so long, to say that it expired; then nothing of the stranger is kept.
  private static let afterlife: Duration = .days(1)

  let book: PeopleBook
  let random: any RandomSource

  package init(book: PeopleBook, random: any RandomSource) {
    self.book = book
    self.random = random
  }

  package enum Answer: Sendable, Hashable {
    case code(String)
    /// This account has a code that holds for so long yet; it is not told again, so a reader of old chats learns nothing new.
    case alreadyAsked(Duration)
    case tooManyWaiting
    /// It was answered a moment ago, or too many ask.
    case silence
  }

  package struct Request: Sendable, Hashable {
    package let address: Address
    package let chat: String
    package let name: String
    package let askedAt: Instant
    /// What their app is set to, as a code; empty where the platform does not tell.
    package let language: String
  }

  /// What became of a code that was given.
  package enum Redemption: Sendable {
    case approved(Request)
    /// The refusal commits, because a wrong code counts.
    case refused(PeopleError)
  }

  /// A stranger wrote: gives a code bound to that account.
  ///
  /// - Parameter language: what their app is set to, as a code.
  package func ask(
    _ address: Address, chat: String, name: String, language: String = "", in house: inout HouseTransaction
  ) throws -> Answer {
    let now = house.now
    try Self.removeOld(in: house)
    try house.execute("UPDATE pairings SET state = 'expired' WHERE state = 'pending' AND expires_at <= ?", now)
    let own = try house.first(
      "SELECT id, told_at, expires_at FROM pairings WHERE state = 'pending' AND door = ? AND account = ? AND user = ?",
      address.door, address.account, address.user
    ) { (id: $0.text(0), told: $0.instant(1), expires: $0.instant(2)) }
    if let own {
      guard now - own.told >= Self.answerEvery else { return .silence }
      try house.execute("UPDATE pairings SET told_at = ? WHERE id = ?", now, own.id)
      return .alreadyAsked(own.expires - now)
    }
    func add(_ hash: String, _ state: String) throws {
      try house.execute(
        """
        INSERT INTO pairings
          (id, code_hash, door, account, user, chat, name, language, asked_at, told_at, expires_at, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, house.newID(), hash, address.door, address.account, address.user, chat, name, language, now, now,
        now + Self.lifetime, state)
    }
    let waiting = try house.count("SELECT count(*) FROM pairings WHERE state = 'pending'")
    guard waiting < Self.pendingLimit else {
      let turned = try house.count("SELECT count(*) FROM pairings WHERE state = 'full' AND expires_at > ?", now)
      let isTold = try house.exists(
        """
        SELECT 1 FROM pairings WHERE state = 'full' AND expires_at > ? AND door = ? AND account = ? AND user = ?
        """, now, address.door, address.account, address.user)
      guard turned < Self.turnedAwayLimit, !isTold else { return .silence }
      try add("", "full")
      return .tooManyWaiting
    }
    let code = random.code(Self.codeLength)
    try add(Self.hash(code), "pending")
    return .code(code)
  }

  /// Deletes what is left of strangers whose codes are over.
  package static func removeOld(in house: HouseTransaction) throws {
    try house.execute("DELETE FROM pairings WHERE expires_at <= ?", house.now - afterlife)
  }

  /// The owner gives a code: the account that asked for it becomes a person.
  ///
  /// The tries are counted here, on the one thread that writes: guesses side by side cannot pass the limit. Only a code
  /// that nobody has is a wrong try.
  ///
  /// - Returns: the request, or `people.code_unknown`, `people.code_expired`, `people.too_many_tries`.
  package func redeem(_ code: String, by guesser: PersonID, in house: inout HouseTransaction) throws -> Redemption {
    let now = house.now
    try house.execute("DELETE FROM pairing_guesses WHERE at <= ?", now - .hours(1))
    let tries = try house.count("SELECT count(*) FROM pairing_guesses WHERE guesser = ?", guesser)
    guard tries < Self.guessLimit else {
      return .refused(
        PeopleError(
          "too_many_tries", "Five wrong codes were tried. Wait an hour, then try again.", field: "code"))
    }
    let found = try house.first(
      """
      SELECT id, door, account, user, chat, name, asked_at, language, expires_at FROM pairings
      WHERE code_hash = ? AND state IN ('pending', 'expired') ORDER BY asked_at DESC LIMIT 1
      """, Self.hash(code)
    ) { row in (id: row.text(0), request: Self.request(row, from: 1), expires: row.instant(8)) }
    guard let found else {
      try house.execute("INSERT INTO pairing_guesses (guesser, at) VALUES (?, ?)", guesser, now)
      return .refused(
        PeopleError("code_unknown", "That code is not waiting for approval. Check it and try again.", field: "code"))
    }
    guard found.expires > now else {
      return .refused(
        PeopleError("code_expired", "That code has expired. Ask them to write again for a new one.", field: "code"))
    }
    try house.execute("UPDATE pairings SET state = 'approved' WHERE id = ?", found.id)
    return .approved(found.request)
  }

  /// Who waits now.
  package func waiting() async throws -> [Request] {
    try await book.snapshot { house in
      try house.query(
        """
        SELECT door, account, user, chat, name, asked_at, language FROM pairings
        WHERE state = 'pending' AND expires_at > ? ORDER BY asked_at
        """, house.now
      ) { Self.request($0, from: 0) }
    }
  }

  private static func request(_ row: Row, from column: Int) -> Request {
    Request(
      address: Address(door: row.text(column), account: row.text(column + 1), user: row.text(column + 2)),
      chat: row.text(column + 3), name: row.text(column + 4), askedAt: row.instant(column + 5),
      language: row.text(column + 6))
  }

  /// As people type it: small letters, blanks and dashes do not matter.
  private static func hash(_ code: String) -> String {
    let letters = code.uppercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
    return Hex.encode(SHA256.hash(Array(String(String.UnicodeScalarView(letters)).utf8)))
  }
}
