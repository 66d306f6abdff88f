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
    let old = try transaction.query(
      """
      SELECT id, owner, confidence, uses, used_at FROM knowledge_facts
      WHERE tenant = :tenant AND is_pinned = 0 AND superseded_at IS NULL AND used_at < ? ORDER BY used_at LIMIT ?
      """, now - halfLife, batch
    ) { row in
      (
        id: row.text(0), owner: PersonID(row.text(1)),
        weight: weight(confidence: row.double(2), uses: row.integer(3), unused: now - row.instant(4))
      )
    }
    let faded = old.filter { $0.weight < least }
    for fact in faded { try transaction.erase(fact: fact.id, owner: fact.owner) }
    return faded.count
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
  /// Facts that say the same of the same time are one: the one that was told first.
  func joinDuplicates() throws -> Int {
    let twice = try query(
      """
      SELECT b.id, b.owner FROM knowledge_facts a JOIN knowledge_facts b
        ON b.tenant = :tenant AND b.owner = a.owner AND b.relation = a.relation AND b.folded = a.folded
        AND b.subject = a.subject AND b.id > a.id
      WHERE a.tenant = :tenant AND a.superseded_at IS NULL AND b.superseded_at IS NULL
        AND a.valid_from IS b.valid_from AND a.valid_to IS b.valid_to LIMIT 500
      """
    ) { (id: $0.text(0), owner: PersonID($0.text(1))) }
    for fact in twice { try erase(fact: fact.id, owner: fact.owner) }
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
