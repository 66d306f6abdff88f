package import Base
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
      ]),
    // Marks (vowel signs, the pulli and virama) belong to a word: without them Tamil and Hindi words fall apart.
    Migration(
      room: "memory", number: 2,
      sql: [
        "DROP TABLE episodes_text",
        """
        CREATE VIRTUAL TABLE episodes_text USING fts5(
          tenant UNINDEXED, id UNINDEXED, person UNINDEXED, said, replied,
          tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")
        """,
        """
        INSERT INTO episodes_text (tenant, id, person, said, replied) SELECT tenant, id, person, said, replied
        FROM episodes
        """,
      ]),
    // Numbered, not named: one tree less to keep for each turn. The index is written a little later, for many turns at
    // once: in each turn it would cost as much as all the rest.
    Migration(
      room: "memory", number: 3,
      sql: [
        """
        CREATE TABLE numbered (
          tenant TEXT NOT NULL, seq INTEGER PRIMARY KEY, person TEXT NOT NULL, door TEXT NOT NULL,
          conversation TEXT NOT NULL, at INTEGER NOT NULL, said TEXT NOT NULL, replied TEXT NOT NULL, intent TEXT,
          actions TEXT NOT NULL) STRICT
        """,
        """
        INSERT INTO numbered (tenant, person, door, conversation, at, said, replied, intent, actions)
        SELECT tenant, person, door, conversation, at, said, replied, intent, actions FROM episodes ORDER BY rowid
        """,
        "DROP TABLE episodes",
        "ALTER TABLE numbered RENAME TO episodes",
        "CREATE INDEX episodes_by_person ON episodes (tenant, person, at)",
        "DROP TABLE episodes_text",
        """
        CREATE VIRTUAL TABLE episodes_text USING fts5(
          tenant UNINDEXED, person UNINDEXED, said, replied,
          tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")
        """,
      ]),
  ]
}

extension Transaction {
  /// Remembers a turn, in the turn's own transaction.
  package func remember(_ episode: Episode) throws {
    try execute(
      """
      INSERT INTO episodes (tenant, person, door, conversation, at, said, replied, intent, actions)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?)
      """, episode.person, episode.door, episode.conversation, episode.at, episode.said, episode.replied,
      episode.intent, episode.actions.joined(separator: " "))
  }
}

extension TenantReader {
  /// A person's turns in a span of time, newest first.
  package func episodes(of person: PersonID, from: Instant, to: Instant, limit: Int) throws -> [Episode] {
    try query(
      """
      SELECT person, door, conversation, at, said, replied, intent, actions FROM episodes
      WHERE tenant = :tenant AND person = ? AND at >= ? AND at < ? ORDER BY at DESC, seq DESC LIMIT ?
      """, person, from, to, limit, map: Self.episode)
  }

  static func episode(_ row: Row) -> Episode {
    Episode(
      person: PersonID(row.text(0)), door: row.text(1), conversation: row.text(2), at: row.instant(3),
      said: row.text(4), replied: row.text(5), intent: row.optionalText(6),
      actions: row.text(7).split(separator: " ").map(String.init))
  }
}
