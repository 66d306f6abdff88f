package import Actions
import Base
import Formats
package import People
import Store

/// What can be done about the page itself, by every door and the shell: who is signed in where, and inviting people.
package enum WebRoom {
  package static let room = Room(
    name: "session", migrations: [],
    actions: [ListSessions.self, RevokeSession.self, RevokeSessions.self, InvitePerson.self],
    forget: { _, _ in 0 }, export: { _, _ in .null })
}

extension Keeper {
  package static let web = Keeper(
    "web", migrations: WebSessions.migrations,
    forget: { person, transaction in
      let house = transaction.widened()
      return try house.endSessions(of: person)
        + house.execute("DELETE FROM web_push WHERE person = ?", person)
        + house.execute("DELETE FROM web_invitations WHERE person = ? OR made_by = ?", person, person)
    },
    export: { person, house in
      // those that ran out and wait to be swept are known too
      let sessions = try WebSessions.all(house, of: person, now: .epoch).map { session -> JSON in
        [
          "device": .string(session.device), "opened": .string(session.createdAt.description),
          "seen": .string(session.seenAt.description), "expires": .string(session.expiresAt.description),
        ]
      }
      return sessions.isEmpty ? .null : .array(sessions)
    })
}

extension HouseTransaction {
  /// A session's rows: itself, and where its browser takes pushes.
  func deleteSession(_ hash: String) throws {
    try execute("DELETE FROM web_push WHERE session = ?", hash)
    try execute("DELETE FROM web_sessions WHERE hash = ?", hash)
  }

  /// Ends sessions of a person; open pages of theirs close with the commit.
  ///
  /// - Parameters:
  ///   - id: that one alone.
  ///   - kept: all but this one.
  /// - Returns: how many ended.
  func endSessions(of person: PersonID, id: String? = nil, except kept: String? = nil) throws -> Int {
    let ending = try query(
      "SELECT hash FROM web_sessions WHERE person = ? AND id = coalesce(?, id) AND id <> coalesce(?, '')", person, id,
      kept
    ) { $0.text(0) }
    for hash in ending { try deleteSession(hash) }
    // no door is open where a command has the house to itself
    if let door = service(WebDoor.self), !ending.isEmpty { afterCommit { door.ended(ending) } }
    return ending.count
  }
}
