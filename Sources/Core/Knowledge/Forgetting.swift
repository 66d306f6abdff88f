import Actions
import Base
import Formats
import Memory
import Messages
import People
package import Store

/// How long a household keeps what is remembered, in days; for ever where no rule is set.
package struct Retention: Sendable, Hashable {
  /// Turns of conversations.
  package var talks: Int?
  /// Versions of facts that are no longer believed.
  package var history: Int?

  package init(talks: Int? = nil, history: Int? = nil) {
    self.talks = talks
    self.history = history
  }
}

/// What fades by itself: what nobody asked to be remembered and nobody asks for, and what a household's rules end.
package enum Forgetting {
  /// So long a fact that is never asked for takes to lose half of its weight; each use makes it that much longer.
  static let halfLife: Duration = .days(180)
  /// A fact of less weight goes: one said in passing after some two years without use.
  static let least = 0.05
  /// What is at least eight times as sure as the least weighs enough for three halves.
  private static let sureHalves: Int64 = 3
  /// Rows at once: messages wait behind it.
  static let batch = 500

  /// - Returns: how many rows went.
  @discardableResult
  package static func sweep(_ house: HouseTransaction) throws -> Int {
    var gone = 0
    for tenant in try house.query("SELECT id FROM tenants", map: { TenantID($0.text(0)) }) {
      var transaction = house.tenant(tenant)
      gone += try fade(&transaction)
      gone += try transaction.joinDuplicates()
      let rules = try transaction.retention()
      let now = house.now
      if let days = rules.history {
        gone += try transaction.execute(
          """
          DELETE FROM knowledge_facts WHERE tenant = :tenant AND superseded_at IS NOT NULL AND superseded_at < ?
          """, now - .days(days))
      }
      if let days = rules.talks { gone += try transaction.forgetEpisodes(before: now - .days(days), limit: batch) }
    }
    return gone
  }

  /// A fact's weight now: 1 for what is certain and fresh.
  static func weight(confidence: Double, uses: Int, unused: Duration) -> Double {
    let halves = unused.seconds / (halfLife.seconds * Double(1 + uses))
    var weight = confidence
    var rest = halves
    while rest >= 1, weight > 0 {
      weight /= 2
      rest -= 1
    }
    return weight * (1 - rest / 2)
  }

  private static func fade(_ transaction: inout Transaction) throws -> Int {
    let now = transaction.now
    var gone = 0
    var (after, last) = (Instant.distantPast, "")
    // all that is old is looked at: what is kept by use must not hide what fades
    while gone < batch {
      let old = try transaction.query(
        """
        SELECT \(Fact.columns), uses, used_at FROM knowledge_facts
        WHERE tenant = :tenant AND is_pinned = 0 AND superseded_at IS NULL AND used_at < ? AND (used_at, id) > (?, ?)
          AND used_at + (1 + uses) * ? * (confidence >= ?) < ?
        ORDER BY used_at, id LIMIT ?
        """, now - halfLife, after, last, sureHalves * halfLife.microseconds, 8 * least, now, batch
      ) { row in (fact: Fact(row), uses: row.integer(16), usedAt: row.instant(17)) }
      for one in old
      where weight(confidence: one.fact.confidence, uses: one.uses, unused: now - one.usedAt) < least {
        gone += try transaction.erase(versionsOf: one.fact)
      }
      guard let end = old.last, old.count == batch else { break }
      (after, last) = (end.usedAt, end.fact.id)
    }
    return gone
  }
}

extension Querying {
  package func retention() throws -> Retention {
    try first("SELECT talks, history FROM knowledge_retention WHERE tenant = :tenant") { row in
      Retention(talks: row.optionalInteger(0), history: row.optionalInteger(1))
    } ?? Retention()
  }
}

extension Transaction {
  /// Removes a fact with all versions of the same value, and what only they spoke of.
  ///
  /// - Returns: how many versions.
  func erase(versionsOf fact: Fact) throws -> Int {
    let versions = try query(
      """
      SELECT id FROM knowledge_facts
      WHERE tenant = :tenant AND owner = ? AND subject = ? AND relation = ? AND folded = ? AND (id = ? OR superseded_at IS NOT NULL)
      """, fact.owner, fact.subject, fact.relation, FactText.folded(fact.value), fact.id
    ) { $0.text(0) }
    for id in versions { try erase(fact: id, owner: fact.owner) }
    for thing in [fact.subject, fact.object].compactMap(\.self) { try erase(ifUnused: thing, owner: fact.owner) }
    return versions.count
  }

  /// Facts that say the same of the same time are one: the one that was told first, as much used, as sure and as much to be
  /// kept as all of them.
  func joinDuplicates() throws -> Int {
    let twice = try query(
      """
      SELECT min(a.id), b.id, b.owner FROM knowledge_facts a JOIN knowledge_facts b
        ON b.tenant = :tenant AND b.owner = a.owner AND b.relation = a.relation AND b.folded = a.folded
        AND b.subject = a.subject AND b.id > a.id
      WHERE a.tenant = :tenant AND a.superseded_at IS NULL AND b.superseded_at IS NULL
        AND a.valid_from IS b.valid_from AND a.valid_to IS b.valid_to GROUP BY b.id, b.owner ORDER BY b.id LIMIT 500
      """
    ) { (first: $0.text(0), id: $0.text(1), owner: PersonID($0.text(2))) }
    for fact in twice {
      try execute(
        """
        UPDATE knowledge_facts SET (is_pinned, uses, used_at, confidence) = (
          SELECT max(knowledge_facts.is_pinned, b.is_pinned), knowledge_facts.uses + b.uses,
            max(knowledge_facts.used_at, b.used_at), max(knowledge_facts.confidence, b.confidence)
          FROM knowledge_facts b WHERE b.tenant = :tenant AND b.id = ?)
        WHERE tenant = :tenant AND owner = ? AND id = ?
        """, fact.id, fact.owner, fact.first)
      // the write that made the copy is still known by its key
      try execute(
        "UPDATE knowledge_keys SET fact = ? WHERE tenant = :tenant AND owner = ? AND fact = ?", fact.first, fact.owner,
        fact.id)
      try erase(fact: fact.id, owner: fact.owner)
    }
    return twice.count
  }
}

struct SetRetention: Action {
  static let name = "memory.retention"
  static let summary =
    "Sets after how many days talks and old versions of facts are forgotten by themselves; 0 keeps them."
  static let effect = Effect.write

  @Parameter("Days that turns of conversations are kept; 0 for ever.") var talks: Int?
  @Parameter("Days that versions no longer believed are kept; 0 for ever.") var history: Int?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard context.actor.isOwner, context.authority.scopes.contains("admin") else {
      throw ActionError("people.owner_only", sentence: "Only the owner can do that.")
    }
    for (name, days) in [("talks", talks), ("history", history)] {
      if let days, !(0...36_500).contains(days) {
        throw ActionError("memory.days", sentence: "\(name) is a number of days from 0 to 36500.", field: name)
      }
    }
    let (talks, history) = (talks, history)
    return .change { transaction in
      var rules = try transaction.retention()
      if let talks { rules.talks = talks == 0 ? nil : talks }
      if let history { rules.history = history == 0 ? nil : history }
      try transaction.execute(
        """
        INSERT INTO knowledge_retention (tenant, talks, history) VALUES (:tenant, ?, ?)
        ON CONFLICT (tenant) DO UPDATE SET talks = excluded.talks, history = excluded.history
        """, rules.talks, rules.history)
      return Outcome(
        Say("memory.retention"),
        data: ["talks": JSON(rules.talks.map { Int64($0) }), "history": JSON(rules.history.map { Int64($0) })])
    }
  }
}
