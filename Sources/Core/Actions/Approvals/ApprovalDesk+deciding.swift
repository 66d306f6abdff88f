import Base
import Delivery
import Events
import Formats
import Messages
package import People
package import Schedule
package import Store

extension ApprovalDesk {
  static let expireKind = "approval.expire"
  static let remindKind = "approval.remind"
  package static let always: Duration = .days(30)

  package enum Decision: String, Sendable, CaseIterable {
    case yes, no
    /// Yes, and for 30 days to the same wish of the same asker up to this amount.
    case always
  }

  /// One approver's answer. - Returns: what it came to.
  ///
  /// - Parameter hash: of what the approver saw; the answer is to nothing else.
  package func decide(
    _ id: String, _ decision: Decision, hash: String?, by person: Person, in transaction: inout Transaction
  ) throws -> Approval.State {
    guard let approval = try Approval.find(id, transaction) else {
      throw ActionError("approval.unknown", sentence: "There is no such request.", field: "approval")
    }
    guard approval.state == .waiting, transaction.now < approval.expiresAt else {
      throw ActionError("approval.settled", sentence: "That was settled before.", field: "approval")
    }
    guard try approvers(of: approval, transaction).contains(where: { $0.id == person.id }) else {
      throw ActionError("approval.not_yours", sentence: "That is for others to decide.", field: "approval")
    }
    guard isIntact(approval, of: transaction.tenant), hash == nil || hash == approval.bound else {
      throw ActionError("approval.changed", sentence: "That is not what was asked for; nothing was done.")
    }
    try transaction.execute(
      """
      INSERT INTO approval_votes (tenant, approval, person, is_yes, is_always, at, bound)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, approval, person) DO UPDATE SET
        is_yes = excluded.is_yes, is_always = excluded.is_always, at = excluded.at
      """, id, person.id, decision != .no, decision == .always, transaction.now, approval.bound)
    guard decision != .no else {
      try record(approval, .refused, transaction)
      try settle(approval, .refused, "approval.refused", by: person, &transaction)
      return .refused
    }
    func votes(_ column: String) throws -> Int {
      try transaction.count(
        "SELECT count(*) FROM approval_votes WHERE tenant = :tenant AND approval = ? AND \(column) = 1", id)
    }
    let isEnough = try approval.tier != .two || decidesAlone(person, approval, transaction)
    guard try isEnough || votes("is_yes") >= 2 else { return .waiting }
    // what takes two to allow once takes the same two to allow for good
    if decision == .always, try isEnough || votes("is_always") >= 2 { try allowAlways(approval, person, transaction) }
    try record(approval, .approved, transaction)
    try transaction.execute(
      """
      UPDATE approvals SET state = 'granted', expires_at = ? WHERE tenant = :tenant AND id = ? AND state = 'waiting'
      """, transaction.now + policy.expiry, id)
    try unschedule(id, transaction)
    try transaction.schedule(Self.expireKind, subject: id, person: nil, at: transaction.now + policy.expiry)
    try transaction.emit(Self.event("approval.granted", approval, .granted))
    return .granted
  }

  /// The owner, and whom the owner has put in their place: but not over what that person wants themselves.
  private func decidesAlone(_ person: Person, _ approval: Approval, _ transaction: Transaction) throws -> Bool {
    if person.isOwner { return true }
    guard person.id != approval.requester, let owner = try transaction.peopleBook().owner(of: transaction.tenant),
      isNamed(owner)
    else { return false }
    return try transaction.exists(
      "SELECT 1 FROM approval_delegates WHERE tenant = :tenant AND person = ? AND delegate = ? AND until > ?",
      owner.id, person.id, transaction.now)
  }

  private func allowAlways(_ approval: Approval, _ person: Person, _ transaction: Transaction) throws {
    let costs = transaction.service(ActionRegistry.self)?[approval.call.name]?.effect == .money
    // without an amount there is nothing that "up to" could mean: then it is this and no other
    let exactly = approval.amount == nil && costs ? approval.call.exactly : nil
    try transaction.execute(
      """
      INSERT INTO approval_standing (tenant, id, action, requester, agent, amount, exactly, granted_by, until)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?)
      """, transaction.newID(), approval.call.name, approval.requester, approval.agent, approval.amount?.description,
      exactly, person.id, transaction.now + Self.always)
  }

  private func record(_ approval: Approval, _ verdict: AgentRecord.Verdict, _ transaction: Transaction) throws {
    guard !approval.agent.isEmpty else { return }
    try hear(verdict, of: approval.agent, in: transaction)
  }

  /// An agent did well or badly, and may do more or less by itself from now on.
  package func hear(_ verdict: AgentRecord.Verdict, of agent: String, in transaction: Transaction) throws {
    var record = try AgentRecord.find(agent, policy, transaction)
    record.hear(verdict, policy)
    try record.store(transaction)
  }

  /// Ends a request, and says so to who asked.
  func settle(
    _ approval: Approval, _ state: Approval.State, _ key: String, result: Say? = nil, by person: Person? = nil,
    _ transaction: inout Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE approvals SET state = ?, settled_at = ?, sealed = NULL WHERE tenant = :tenant AND id = ? AND state IN ('waiting', 'granted')
      """, state.rawValue, transaction.now, approval.id)
    try unschedule(approval.id, transaction)
    try transaction.retireButtons(of: "approval.decide", [("approval", approval.id)])
    try transaction.emit(Self.event("approval.settled", approval, state))
    var values: [String: Say.Value] = [
      "what": Self.does(approval.call, transaction), "result": result.map { .say($0) } ?? "",
    ]
    // who asked knows who answered, unless it was they themselves
    if let person, person.id != approval.requester {
      values["name"] = .text(try transaction.peopleBook().called(person.id, by: approval.requester))
    }
    try transaction.tell(
      approval.requester, Say(key, values),
      dedupeKey: "approval.\(approval.id).\(state.rawValue)")
  }

  /// What a call does, as people read it.
  static func does(_ call: ActionCall, _ transaction: Transaction) -> Say.Value {
    transaction.service(ActionRegistry.self)?[call.name].map { .term($0.does) } ?? .text(call.name)
  }

  /// Whoever waited for it does not want it any more.
  package func withdraw(_ id: String, in transaction: inout Transaction) throws {
    guard let approval = try Approval.find(id, transaction), approval.state == .waiting || approval.state == .granted
    else { return }
    try settle(approval, .expired, "approval.withdrawn", &transaction)
  }

  private func unschedule(_ id: String, _ transaction: Transaction) throws {
    for kind in [Self.expireKind, Self.remindKind] { try transaction.unschedule(kind, subject: id) }
  }

  // MARK: Using

  /// Whether an agreement covers exactly this call; asked before anything is done, and again in the transaction.
  func check(_ id: String, _ call: ActionCall, _ context: ActionContext) async throws {
    try await context.store.read { reader in
      guard let approval = try Approval.find(id, reader) else {
        throw ActionError("approval.unknown", sentence: "There is no such request.")
      }
      try Self.hold(
        approval, to: call, context.actor.id, context.authority.agent ?? "", context.authority.occasion,
        now: context.now)
    }
  }

  private static func hold(
    _ approval: Approval, to call: ActionCall, _ requester: PersonID, _ agent: String, _ occasion: String?, now: Instant
  ) throws {
    guard approval.state == .granted else {
      throw ActionError(
        "approval.\(approval.state == .waiting ? "waiting" : "settled")",
        sentence: approval.state == .waiting ? "Nobody has agreed to it yet." : "That was settled before.")
    }
    guard now < approval.expiresAt else {
      throw ActionError("approval.expired", sentence: "The agreement has run out.")
    }
    guard Approval.bind(call, requester: requester, agent: agent, occasion: occasion) == approval.bound else {
      throw ActionError("approval.changed", sentence: "That is not what was agreed to; nothing was done.")
    }
  }

  /// Takes the agreement for this one time. In the transaction of what it allows.
  func use(
    _ id: String, _ call: ActionCall, by requester: PersonID, _ agent: String, _ occasion: String?,
    in transaction: inout Transaction
  ) throws {
    guard let approval = try Approval.find(id, transaction) else {
      throw ActionError("approval.unknown", sentence: "There is no such request.")
    }
    try Self.hold(approval, to: call, requester, agent, occasion, now: transaction.now)
    let used = try transaction.execute(
      """
      UPDATE approvals SET state = 'used', settled_at = ?, sealed = NULL
      WHERE tenant = :tenant AND id = ? AND state = 'granted'
      """, transaction.now, id)
    guard used == 1 else { throw ActionError("approval.settled", sentence: "That was settled before.") }
    try unschedule(id, transaction)
    try transaction.emit(Self.event("approval.settled", approval, .used))
  }

  // MARK: Time

  package var dueHandlers: [DueHandler] {
    [
      DueHandler(Self.expireKind) { due, transaction in
        for item in due {
          guard let approval = try Approval.find(item.subject, transaction),
            approval.state == .waiting || approval.state == .granted
          else { continue }
          try settle(approval, .expired, "approval.expired", &transaction)
        }
      },
      DueHandler(Self.remindKind) { due, transaction in
        for item in due {
          // the house may have been away until it was over
          guard let approval = try Approval.find(item.subject, transaction), approval.state == .waiting,
            transaction.now < approval.expiresAt
          else { continue }
          let asker = try transaction.peopleBook().person(approval.requester)?.name ?? ""
          for person in try approvers(of: approval, transaction) {
            let hasAnswered = try transaction.exists(
              "SELECT 1 FROM approval_votes WHERE tenant = :tenant AND approval = ? AND person = ?", approval.id,
              person.id)
            guard !hasAnswered else { continue }
            try transaction.tell(
              person.id, Self.question(approval, asker), urgency: .low,
              dedupeKey: "approval.\(approval.id).\(person.id).\(item.at.microseconds)")
          }
          let next = transaction.now + policy.reminder
          if next < approval.expiresAt {
            try transaction.schedule(Self.remindKind, subject: approval.id, person: nil, at: next)
          }
        }
      },
    ]
  }
}
