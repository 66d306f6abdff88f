import Base
import Crypto
import People
import Store
import Synchronization

/// Who is signed in to the page. Only the hash of a cookie is kept; checking one never touches the disk.
package final class WebSessions: Sendable {
  package static let lifetime: Duration = .days(30)
  /// The oldest of a person ends when there are more.
  static let perPerson = 20

  package struct Session: Sendable, Hashable {
    /// Names it to people and programs; opens nothing.
    let id: String
    let hash: String
    let person: PersonID
    /// Such as "Chrome · Android"; empty when the browser did not say.
    let device: String
    let createdAt: Instant
    let expiresAt: Instant
    var seenAt: Instant
  }

  static let migrations: [Migration] = [
    Migration(
      room: "web", number: 1,
      sql: [
        """
        CREATE TABLE web_sessions (
          hash TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, created_at INTEGER NOT NULL,
          expires_at INTEGER NOT NULL) STRICT
        """
      ]),
    Migration(
      room: "web", number: 2,
      sql: [
        "ALTER TABLE web_sessions ADD COLUMN id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE web_sessions ADD COLUMN device TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE web_sessions ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0",
        "UPDATE web_sessions SET id = lower(hex(randomblob(8))), seen_at = created_at",
        "CREATE UNIQUE INDEX web_sessions_id ON web_sessions (id)",
        """
        CREATE TABLE web_invitations (
          hash TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL UNIQUE, made_by TEXT NOT NULL,
          made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT
        """,
      ]),
    PushDesk.migration,
  ]

  /// Being here is written down as seldom as this.
  private static let seenStep: Duration = .minutes(10)

  private let store: HouseStore
  private let random: any RandomSource
  private let sessions = Mutex<[String: Session]>([:])

  init(store: HouseStore, random: any RandomSource) {
    self.store = store
    self.random = random
  }

  /// Reads the sessions of earlier runs and drops what has expired.
  func load() async throws {
    let found = try await store.write { house in
      try house.execute("DELETE FROM web_sessions WHERE expires_at <= ?", house.now)
      try house.execute("DELETE FROM web_push WHERE session NOT IN (SELECT hash FROM web_sessions)")
      return try Self.all(house, now: house.now)
    }
    sessions.withLock { sessions in for session in found { sessions[session.hash] = session } }
  }

  /// Of one person, or of everybody; the newest last.
  static func all(_ house: some Querying, of person: PersonID? = nil, now: Instant) throws -> [Session] {
    try house.query(
      """
      SELECT id, hash, person, device, created_at, expires_at, seen_at FROM web_sessions
      WHERE person = coalesce(?, person) AND expires_at > ? ORDER BY created_at, id
      """, person, now
    ) { row in
      Session(
        id: row.text(0), hash: row.text(1), person: PersonID(row.text(2)), device: row.text(3),
        createdAt: row.instant(4), expiresAt: row.instant(5), seenAt: row.instant(6))
    }
  }

  /// - Returns: the cookie's value; the session holds once it is on the disk.
  func open(for person: PersonID, device: String) async throws -> String {
    let secret = Base64URL.encode(random.bytes(32))
    let (hash, id) = (Self.hash(secret), Hex.encode(random.bytes(8)))
    let old = sessions.withLock { sessions in
      let own = sessions.values.filter { $0.person == person }.sorted { $0.createdAt < $1.createdAt }
      return own.dropLast(Self.perPerson - 1).map(\.hash)
    }
    let session = try await store.write { house in
      for hash in old { try house.deleteSession(hash) }
      let session = Session(
        id: id, hash: hash, person: person, device: device, createdAt: house.now,
        expiresAt: house.now + Self.lifetime, seenAt: house.now)
      try house.execute(
        """
        INSERT INTO web_sessions (hash, id, person, device, created_at, expires_at, seen_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """, hash, id, person, device, session.createdAt, session.expiresAt, session.seenAt)
      return session
    }
    sessions.withLock { sessions in
      for hash in old { sessions[hash] = nil }
      sessions[hash] = session
    }
    return secret
  }

  func find(_ cookie: String, now: Instant) -> Session? {
    // the lookup is by hash, so its time tells nothing about the secret
    guard cookie.utf8.count == 43, let session = sessions.withLock({ $0[Self.hash(cookie)] }), session.expiresAt > now
    else { return nil }
    if now - session.seenAt >= Self.seenStep { note(session.hash, seenAt: now) }
    return session
  }

  /// Nobody waits for this to be written; what a full disk loses is the time of a visit.
  private func note(_ hash: String, seenAt now: Instant) {
    sessions.withLock { $0[hash]?.seenAt = now }
    store.submit {
      try $0.execute("UPDATE web_sessions SET seen_at = ? WHERE hash = ?", now, hash)
    } completion: { _ in
    }
  }

  /// What names a session to people; `nil` for one that has ended.
  func id(of hash: String) -> String? { sessions.withLock { $0[hash]?.id } }

  func isOpen(_ hash: String, now: Instant) -> Bool {
    sessions.withLock { $0[hash] }.map { $0.expiresAt > now } ?? false
  }

  /// Their rows are gone.
  func ended(_ hashes: [String]) { sessions.withLock { for hash in hashes { $0[hash] = nil } } }

  /// Ends at once; the disk follows.
  func close(_ hash: String) async throws {
    ended([hash])
    try await store.write { house in try house.deleteSession(hash) }
  }

  static func hash(_ secret: String) -> String { Hex.encode(SHA256.hash(secret)) }
}
