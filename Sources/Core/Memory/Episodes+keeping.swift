package import Base
import Formats
package import People
package import Store
import Text

extension Keeper {
  package static let memory = Keeper(
    "memory", migrations: MemoryMigrations.all,
    forget: { person, transaction in
      try transaction.execute(
        """
        DELETE FROM episodes_text WHERE tenant = :tenant
          AND rowid IN (SELECT seq FROM episodes WHERE tenant = :tenant AND person = ?)
        """, person)
      let gone = try transaction.execute("DELETE FROM episodes WHERE tenant = :tenant AND person = ?", person)
      // the index keeps deleted words in its older parts until these are merged
      if gone > 0 {
        try transaction.widened().execute("INSERT INTO episodes_text (episodes_text) VALUES ('optimize')")
      }
      if let recall = transaction.service(MemoryRecall.self) { transaction.afterCommit { recall.forget(person) } }
      return gone
    },
    unsay: { person, names, transaction in
      try transaction.forgetEpisodes(of: person, at: [], naming: names)
    },
    export: { person, house in
      let episodes = try house.query(
        "SELECT at, door, said, replied, intent, actions FROM episodes WHERE person = ? ORDER BY at, seq", person
      ) { row -> JSON in
        [
          "at": .string(row.instant(0).description), "door": .string(row.text(1)), "said": .string(row.text(2)),
          "replied": .string(row.text(3)), "intent": JSON(row.optionalText(4)),
          "actions": JSON(row.text(5).split(separator: " ").map(String.init)),
        ]
      }
      return episodes.isEmpty ? .null : .array(episodes)
    })
}

/// A turn as somebody looks through them who wants some forgotten.
package struct KeptTurn: Sendable {
  package let seq: Int64
  package let at: Instant
  package let said: String
  package let replied: String
  /// What it did, with what it was understood as in front.
  package let actions: String
}

extension Transaction {
  /// Forgets turns for good: those of some moments, and all in which one of some names was said.
  ///
  /// - Returns: how many.
  package func forgetEpisodes(of person: PersonID, at moments: Set<Instant>, naming names: [String]) throws -> Int {
    var rows: [Int64] = []
    for moment in moments.sorted() {
      rows += try query(
        "SELECT seq FROM episodes WHERE tenant = :tenant AND person = ? AND at = ?", person, moment
      ) { $0.int(0) }
    }
    return try forgetEpisodes(rows: Set(rows + episodes(of: person, naming: names)))
  }

  /// Forgets the oldest turns from before a moment. - Returns: how many.
  package func forgetEpisodes(before moment: Instant, limit: Int) throws -> Int {
    let rows = try query(
      "SELECT seq FROM episodes WHERE tenant = :tenant AND at < ? ORDER BY at LIMIT ?", moment, limit
    ) { $0.int(0) }
    return try forgetEpisodes(rows: Set(rows))
  }

  /// Forgets turns for good, by their numbers. - Returns: how many.
  @discardableResult
  package func forgetEpisodes(rows all: Set<Int64>) throws -> Int {
    var people: [PersonID: Set<Int64>] = [:]
    for row in all.sorted() {
      for person in try query(
        "SELECT person FROM episodes WHERE tenant = :tenant AND seq = ?", row, map: { PersonID($0.text(0)) })
      { people[person, default: []].insert(row) }
      try execute("DELETE FROM episodes_text WHERE tenant = :tenant AND rowid = ?", row)
      try execute("DELETE FROM episodes WHERE tenant = :tenant AND seq = ?", row)
    }
    if !all.isEmpty { try widened().execute("INSERT INTO episodes_text (episodes_text) VALUES ('optimize')") }
    if let recall = service(MemoryRecall.self) {
      afterCommit { [people] in for (person, rows) in people { recall.forget(episodes: rows, of: person) } }
    }
    return all.count
  }
}

extension Querying {
  /// The turns of a person from a moment on for which something holds, oldest first.
  package func turns(
    of person: PersonID, since: Instant, where holds: (KeptTurn) -> Bool
  ) throws -> [KeptTurn] {
    var found: [KeptTurn] = []
    try scan(
      """
      SELECT seq, at, said, replied, coalesce(intent, '') || ' ' || actions FROM episodes
      WHERE tenant = :tenant AND person = ? AND at >= ? ORDER BY at, seq
      """, person, since
    ) { row in
      let turn = KeptTurn(
        seq: row.int(0), at: row.instant(1), said: row.text(2), replied: row.text(3), actions: row.text(4))
      if holds(turn) { found.append(turn) }
      return true
    }
    return found
  }

  /// The turns of a person in which one of some names was said, by their numbers.
  package func episodes(of person: PersonID, naming names: [String]) throws -> [Int64] {
    let names = names.filter { $0.count > 1 }
    var rows: [Int64] = []
    guard !names.isEmpty else { return rows }
    try scan("SELECT seq, said, replied FROM episodes WHERE tenant = :tenant AND person = ?", person) { row in
      let (said, replied) = (row.text(1), row.text(2))
      if names.contains(where: { WordSearch.holds(said, $0) || WordSearch.holds(replied, $0) }) {
        rows.append(row.int(0))
      }
      return true
    }
    return rows
  }
}
