package import Base
package import Store
import Telemetry
import Text

/// Makes remembered turns searchable, many at a time and a moment after they were committed.
package final class EpisodeIndex: Sendable {
  static let table = "episodes"
  /// Turns in one change: few, so that no acknowledgement waits for long behind them.
  package static let batch = 64
  private static let pause: Duration = .seconds(1)
  /// Between two changes when there is much to add: the thread that writes is for messages first.
  private static let breath: Duration = .milliseconds(20)

  private let store: HouseStore
  private let clock: any WallClock
  private let alarm = WorkQueue<Bool>(limit: 1)
  private let log = Log("memory")

  package init(store: HouseStore, changes: ChangeFeed, clock: any WallClock) {
    self.store = store
    self.clock = clock
    changes.listen(to: [Self.table]) { [alarm] _ in alarm.push(true) }
    // what an earlier run left
    alarm.push(true)
  }

  /// Runs until stopped or cancelled.
  package func run() async {
    while await alarm.next() != nil, !Task.isCancelled {
      do {
        try await clock.sleep(for: Self.pause)
        var added = Self.batch
        while added == Self.batch {
          added = try await store.write { house in try house.indexEpisodes(limit: Self.batch) }
          if added == Self.batch { try await clock.sleep(for: Self.breath) }
        }
      } catch let error as StoreError {
        // they stay found by the slower way, and the next turn tries again
        log.warning("Turns could not be added to the index yet", ["error": .error(error)])
      } catch {
        return
      }
    }
  }

  package func stop() { alarm.close() }
}

extension HouseTransaction {
  /// Adds the oldest turns that are not in the index yet: those after its last one.
  ///
  /// - Returns: how many.
  package func indexEpisodes(limit: Int) throws -> Int {
    let rows = try query(
      """
      SELECT seq, tenant, person, said, replied FROM episodes
      WHERE seq > coalesce((SELECT rowid FROM episodes_text ORDER BY rowid DESC LIMIT 1), 0) ORDER BY seq LIMIT ?
      """, limit
    ) { row in (seq: row.int(0), values: (1...4).map { row.text($0) }) }
    for row in rows {
      try execute(
        "INSERT INTO episodes_text (rowid, tenant, person, said, replied) VALUES (?, ?, ?, ?, ?)", row.seq,
        row.values[0], row.values[1], Normaliser.composed(row.values[2]), Normaliser.composed(row.values[3]))
    }
    return rows.count
  }
}

extension TenantReader {
  /// A person's turns of a span of time that hold any of the words: those of the last moments first, then the best of
  /// the index.
  package func searchEpisodes(
    of person: PersonID, words: [String], from: Instant, to: Instant, limit: Int
  ) throws -> [Episode] {
    // each word is quoted: nothing a person writes is FTS syntax
    let match = words.map { "\"" + Normaliser.composed($0).replacing("\"", with: "\"\"") + "\"" }.joined(
      separator: " OR ")
    guard !match.isEmpty else { return [] }
    let recent = try recentEpisodes(of: person, words: words, from: from, to: to, limit: limit)
    guard recent.count < limit else { return recent }
    return try recent
      + query(
        """
        SELECT e.person, e.door, e.conversation, e.at, e.said, e.replied, e.intent, e.actions
        FROM episodes_text t JOIN episodes e ON e.tenant = :tenant AND e.seq = t.rowid
        WHERE episodes_text MATCH ? AND t.tenant = :tenant AND t.person = ? AND e.said <> '' AND e.at >= ? AND e.at < ?
        ORDER BY t.rank LIMIT ?
        """, match, person, from, to, limit - recent.count, map: Self.episode)
  }

  /// Turns that are not in the index yet, newest first, read word by word.
  private func recentEpisodes(
    of person: PersonID, words: [String], from: Instant, to: Instant, limit: Int
  ) throws -> [Episode] {
    let wanted = words.map(Self.tokens).filter { !$0.isEmpty }
    return try query(
      """
      SELECT person, door, conversation, at, said, replied, intent, actions FROM episodes NOT INDEXED
      WHERE seq > coalesce(
        (SELECT rowid FROM episodes_text WHERE tenant = :tenant ORDER BY rowid DESC LIMIT 1), 0)
        AND tenant = :tenant AND person = ? AND said <> '' AND at >= ? AND at < ? ORDER BY seq DESC
      """, person, from, to, map: Self.episode
    ).filter { episode in
      let said = Self.tokens(episode.said)
      let replied = Self.tokens(episode.replied)
      return wanted.contains { said.contains($0) || replied.contains($0) }
    }.prefix(limit).map { $0 }
  }

  /// Cut as the index cuts: letters, digits and marks make words, in lower case.
  private static func tokens(_ text: String) -> [Substring] {
    let folded = Normaliser.composed(text).lowercased()
    return folded.unicodeScalars.split { !isWord($0) }.map { Substring($0) }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .privateUse:
      true
    default: false
    }
  }
}
