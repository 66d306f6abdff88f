import Base
import Crypto
import Formats
package import People
import Store
import Synchronization

/// Who is signed in to the page. Only the hash of a cookie is kept; checking one never touches the disk.
package final class WebSessions: Sendable {
  package static let lifetime: Duration = .days(30)
  /// The oldest of a person ends when there are more.
  static let perPerson = 20

  package struct Session: Sendable, Hashable {
    let hash: String
    let person: PersonID
    let createdAt: Instant
    let expiresAt: Instant
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
      ])
  ]

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
      return try house.query("SELECT hash, person, created_at, expires_at FROM web_sessions") { row in
        Session(
          hash: row.text(0), person: PersonID(row.text(1)), createdAt: row.instant(2), expiresAt: row.instant(3))
      }
    }
    sessions.withLock { sessions in for session in found { sessions[session.hash] = session } }
  }

  /// - Returns: the cookie's value; the session holds once it is on the disk.
  func open(for person: PersonID) async throws -> String {
    let secret = Base64URL.encode(random.bytes(32))
    let hash = Self.hash(secret)
    let old = sessions.withLock { sessions in
      let own = sessions.values.filter { $0.person == person }.sorted { $0.createdAt < $1.createdAt }
      return own.dropLast(Self.perPerson - 1).map(\.hash)
    }
    let session = try await store.write { house in
      for hash in old { try house.execute("DELETE FROM web_sessions WHERE hash = ?", hash) }
      let session = Session(
        hash: hash, person: person, createdAt: house.now, expiresAt: house.now + Self.lifetime)
      try house.execute(
        "INSERT INTO web_sessions (hash, person, created_at, expires_at) VALUES (?, ?, ?, ?)", hash, person,
        session.createdAt, session.expiresAt)
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
    return session
  }

  func isOpen(_ hash: String, now: Instant) -> Bool {
    sessions.withLock { $0[hash] }.map { $0.expiresAt > now } ?? false
  }

  /// Ends at once; the disk follows.
  func close(_ hash: String) async throws {
    sessions.withLock { $0[hash] = nil }
    try await store.write { house in try house.execute("DELETE FROM web_sessions WHERE hash = ?", hash) }
  }

  static func hash(_ secret: String) -> String { Hex.encode(SHA256.hash(secret)) }
}

extension Keeper {
  /// A session in memory ends with its person: nobody is found by it any more.
  package static let web = Keeper(
    "web", migrations: WebSessions.migrations,
    forget: { person, transaction in
      try transaction.widened().execute("DELETE FROM web_sessions WHERE person = ?", person)
    },
    export: { person, house in
      let sessions = try house.query(
        "SELECT created_at, expires_at FROM web_sessions WHERE person = ? ORDER BY created_at", person
      ) { row -> JSON in
        ["opened": .string(row.instant(0).description), "expires": .string(row.instant(1).description)]
      }
      return sessions.isEmpty ? .null : .array(sessions)
    })
}
