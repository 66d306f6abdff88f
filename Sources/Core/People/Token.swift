package import Base
import Crypto
package import Store
import Synchronization

/// A bearer token of one person. Shown once; only its hash is kept.
package struct Token: Sendable, Hashable {
  package let id: String
  package let person: PersonID
  package let scopes: Set<String>
  package let createdAt: Instant
  package let expiresAt: Instant?
  package var revokedAt: Instant?
  let secretHash: String

  static func all(_ house: HouseReader) throws -> [Token] {
    try house.query("SELECT id, person, scopes, created_at, expires_at, revoked_at, secret_hash FROM tokens") { row in
      Token(
        id: row.text(0), person: PersonID(row.text(1)), scopes: Set(row.text(2).split(separator: " ").map(String.init)),
        createdAt: row.instant(3), expiresAt: row.optionalInstant(4), revokedAt: row.optionalInstant(5),
        secretHash: row.text(6))
    }
  }
}

extension PeopleBook {
  /// Makes a token: `th_<id>_<secret>` with 256 random bits.
  ///
  /// - Parameter scopes: `read`, `write`, `money`, `admin`; the server alone grants them.
  package func makeToken(
    for person: Person, scopes: Set<String>, expiresAt: Instant?, random: any RandomSource,
    in house: inout HouseTransaction
  ) throws -> String {
    let id = random.code(10, alphabet: "abcdefghijkmnpqrstuvwxyz23456789")
    let secret = Hex.encode(random.bytes(32))
    let token = Token(
      id: id, person: person.id, scopes: scopes, createdAt: house.now, expiresAt: expiresAt, revokedAt: nil,
      secretHash: Hex.encode(SHA256.hash(Array(secret.utf8))))
    _ = try house.execute(
      """
      INSERT INTO tokens (id, secret_hash, person_tenant, person, scopes, created_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """, id, token.secretHash, person.tenant, person.id, scopes.sorted().joined(separator: " "), token.createdAt,
      expiresAt)
    house.afterCommit { [self] in state.withLock { $0.tokens[id] = token } }
    return "th_\(id)_\(secret)"
  }

  /// Checks a bearer token; `nil` when it is wrong, expired or revoked. Takes the same time for unknown ids.
  package func verify(token text: String, now: Instant) -> (token: Token, person: Person)? {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    let isWellFormed = parts.count == 3 && parts[0] == "th"
    let secret = isWellFormed ? String(parts[2]) : ""
    let hash = Hex.encode(SHA256.hash(Array(secret.utf8)))
    let token = isWellFormed ? state.withLock { $0.tokens[String(parts[1])] } : nil
    let matches = constantTimeEqual(Array(hash.utf8), Array((token?.secretHash ?? "").utf8))
    guard matches, let token, token.revokedAt == nil, token.expiresAt.map({ $0 > now }) ?? true,
      let person = person(token.person)
    else { return nil }
    return (token, person)
  }

  package func token(_ id: String) -> Token? { state.withLock { $0.tokens[id] } }

  package func tokens(of person: PersonID) -> [Token] {
    state.withLock { $0.tokens.values.filter { $0.person == person }.sorted { $0.createdAt < $1.createdAt } }
  }

  /// - Returns: whether a token with that id was valid until now.
  package func revoke(token id: String, in house: inout HouseTransaction) throws -> Bool {
    let now = house.now
    let changed = try house.execute("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", now, id)
    house.afterCommit { [self] in state.withLock { $0.tokens[id]?.revokedAt = now } }
    return changed > 0
  }
}
