import Base
import Crypto
import People
import Store

/// A link that signs one person in to the page, once, for three days. One holds at a time: a new one ends the one before.
///
/// Only the hash of its code is kept. The link that is printed at the start is a `SignInCodes` one: minutes, in memory.
enum Invitation {
  static let lifetime: Duration = .days(3)

  /// - Returns: the code, and until when it is good.
  static func make(
    for person: PersonID, by maker: PersonID, random: any RandomSource, in house: HouseTransaction
  ) throws -> (code: String, expiresAt: Instant) {
    let code = Base64URL.encode(random.bytes(32))
    let expiresAt = house.now + lifetime
    try house.execute("DELETE FROM web_invitations WHERE person = ? OR expires_at <= ?", person, house.now)
    try house.execute(
      "INSERT INTO web_invitations (hash, person, made_by, made_at, expires_at) VALUES (?, ?, ?, ?, ?)",
      WebSessions.hash(code), person, maker, house.now, expiresAt)
    return (code, expiresAt)
  }

  /// Uses a code up. - Returns: whose it was; `nil` for an unknown, used or expired one.
  static func redeem(_ code: String, in store: HouseStore) async throws -> PersonID? {
    // what cannot be one of ours costs no write
    guard code.utf8.count == 43 else { return nil }
    let hash = WebSessions.hash(code)
    return try await store.write { house in
      let found = try house.first("SELECT person, expires_at FROM web_invitations WHERE hash = ?", hash) {
        (person: PersonID($0.text(0)), expiresAt: $0.instant(1))
      }
      guard let found else { return nil }
      try house.execute("DELETE FROM web_invitations WHERE hash = ?", hash)
      return found.expiresAt > house.now ? found.person : nil
    }
  }
}
