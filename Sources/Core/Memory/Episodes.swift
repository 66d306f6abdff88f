package import Base
package import Formats
package import Store

/// One turn of a conversation, as it is remembered.
package struct Episode: Sendable {
  package var person: PersonID
  package var door: String
  package var conversation: String
  package var at: Instant
  /// What the person wrote; empty when the house spoke first.
  package var said: String
  package var replied: String
  package var intent: String?
  package var actions: [String]

  package init(
    person: PersonID, door: String, conversation: String, at: Instant, said: String, replied: String, intent: String?,
    actions: [String]
  ) {
    self.person = person
    self.door = door
    self.conversation = conversation
    self.at = at
    self.said = said
    self.replied = replied
    self.intent = intent
    self.actions = actions
  }
}

package enum MemoryMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "memory", number: 1,
      sql: [
        """
        CREATE TABLE episodes (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, door TEXT NOT NULL, conversation TEXT NOT NULL,
          at INTEGER NOT NULL, said TEXT NOT NULL, replied TEXT NOT NULL, intent TEXT, actions TEXT NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX episodes_by_person ON episodes (tenant, person, at)",
        """
        CREATE VIRTUAL TABLE episodes_text USING fts5(
          tenant UNINDEXED, id UNINDEXED, person UNINDEXED, said, replied, tokenize = 'unicode61 remove_diacritics 0')
        """,
      ])
  ]
}

extension Transaction {
  /// Remembers a turn and makes it searchable, in the turn's own transaction.
  package func remember(_ episode: Episode) throws {
    let id = newID()
    try execute(
      """
      INSERT INTO episodes (tenant, id, person, door, conversation, at, said, replied, intent, actions)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, id, episode.person, episode.door, episode.conversation, episode.at, episode.said, episode.replied,
      episode.intent, episode.actions.joined(separator: " "))
    try execute(
      "INSERT INTO episodes_text (tenant, id, person, said, replied) VALUES (:tenant, ?, ?, ?, ?)", id, episode.person,
      episode.said, episode.replied)
  }
}

extension TenantReader {
  /// A person's turns in a span of time, newest first.
  package func episodes(of person: PersonID, from: Instant, to: Instant, limit: Int) throws -> [Episode] {
    try query(
      """
      SELECT person, door, conversation, at, said, replied, intent, actions FROM episodes
      WHERE tenant = :tenant AND person = ? AND at >= ? AND at < ? ORDER BY at DESC, id DESC LIMIT ?
      """, person, from, to, limit, map: Self.episode)
  }

  /// A person's turns that hold the words, best first.
  package func searchEpisodes(of person: PersonID, words: [String], limit: Int) throws -> [Episode] {
    // each word is quoted: nothing a person writes is FTS syntax
    let match = words.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: " OR ")
    guard !match.isEmpty else { return [] }
    return try query(
      """
      SELECT e.person, e.door, e.conversation, e.at, e.said, e.replied, e.intent, e.actions
      FROM episodes_text t JOIN episodes e ON e.tenant = :tenant AND e.id = t.id
      WHERE episodes_text MATCH ? AND t.tenant = :tenant AND t.person = ? AND e.said <> '' ORDER BY t.rank LIMIT ?
      """, match, person, limit, map: Self.episode)
  }

  private static func episode(_ row: Row) -> Episode {
    Episode(
      person: PersonID(row.text(0)), door: row.text(1), conversation: row.text(2), at: row.instant(3),
      said: row.text(4), replied: row.text(5), intent: row.optionalText(6),
      actions: row.text(7).split(separator: " ").map(String.init))
  }
}

/// What the memory room forgets and exports of a person.
package enum MemoryKeeping {
  package static func forget(_ person: PersonID, _ transaction: inout Transaction) throws -> Int {
    try transaction.execute("DELETE FROM episodes_text WHERE tenant = :tenant AND person = ?", person)
    return try transaction.execute("DELETE FROM episodes WHERE tenant = :tenant AND person = ?", person)
  }

  package static func export(_ person: PersonID, _ reader: TenantReader) throws -> JSON {
    let episodes = try reader.episodes(
      of: person, from: .epoch, to: Instant(microseconds: .max), limit: 1_000_000)
    return .array(
      episodes.reversed().map { episode in
        [
          "at": .string(episode.at.description), "door": .string(episode.door), "said": .string(episode.said),
          "replied": .string(episode.replied), "intent": JSON(episode.intent), "actions": JSON(episode.actions),
        ]
      })
  }
}
