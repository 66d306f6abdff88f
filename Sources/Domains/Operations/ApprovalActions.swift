import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

/// The desk of this house.
private func desk(_ found: ApprovalDesk?) throws -> ApprovalDesk {
  guard let found else { throw OperationsRoom.unavailable() }
  return found
}

/// A yes needs what doing it oneself would need, and one for a month, or in somebody's place, whatever may be asked for.
private func requireScope(_ authority: ActionContext.Authority, for effect: Effect?) throws {
  guard effect.map({ authority.covers($0) }) ?? authority.scopes.contains("admin") else {
    throw ActionError(
      "actions.scope",
      sentence: "This token may not agree to that: it needs the scope \(effect.map { "for \($0)" } ?? "admin").")
  }
}

/// What a person alone may do: an agent that agreed to its own wishes would be asked by nobody.
private func requirePerson(_ context: ActionContext) throws {
  guard context.authority.agent == nil else {
    throw ActionError("operations.person_only", sentence: "That is for a person to do, not for an agent or a workflow.")
  }
}

struct ListApprovals: Action {
  static let name = "approval.list"
  static let summary = "Lists what waits for somebody's agreement, or what became of it."
  static let effect = Effect.read

  @Parameter(
    "Only in this state.", kind: .choice(["waiting", "granted", "used", "refused", "expired", "failed", "all"]),
    default: "waiting") var state: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (state, actor) = (state, context.actor)
    let all = try await context.store.read { try Approval.list(Approval.State(rawValue: state), limit: 200, $0) }
    // the owner sees all; others what they asked for and what they may decide
    let (deciding, registry, delivery) = try await context.store.read { reader in
      (
        try desk(reader.service(ApprovalDesk.self)).mayDecide(actor, reader), reader.service(ActionRegistry.self),
        reader.service(Delivery.self)
      )
    }
    let words = AnswerWords(delivery, context)
    let seen = all.filter { actor.isOwner || deciding || $0.requester == actor.id }
    let lines = seen.prefix(10).map { approval -> Say in
      var values: [String: Say.Value] = [
        "action": registry.does(approval.call.name),
        "who": .text(ApprovalDesk.asker(approval, context.people.person(approval.requester)?.name ?? "")),
        "expires": .instant(approval.expiresAt),
      ]
      values["amount"] = approval.amount.map { .money($0) }
      if approval.state != .waiting { values["state"] = .term(approval.state.rawValue) }
      return Say("approval.line", values)
    }
    // one alone can be answered with a tap; nobody agrees to what they themselves wish
    let now = context.now
    func isMine(_ approval: Approval) -> Bool {
      deciding && approval.state == .waiting && now < approval.expiresAt
        && (approval.requester != actor.id || !approval.agent.isEmpty)
    }
    let mine = seen.filter(isMine)
    return .answer(
      Say(
        seen.isEmpty ? "approval.none" : "approval.list", ["count": .integer(Int64(seen.count))], lines: Array(lines),
        buttons: mine.count == 1 ? mine.flatMap(ApprovalDesk.buttons) : []),
      data: .array(
        seen.map { approval in
          let does = registry.does(approval.call.name)
          var json = approval.json.object ?? [:]
          json["does"] = .string(words.english(does))
          json["may_decide"] = .bool(isMine(approval))
          json.put("by", context.people.person(approval.requester)?.name)
          json.put("shown", words.shown(["does": does]))
          // what exactly it is given, as a person reads it
          json["facts"] = .array(
            approval.call.arguments.members.map { member in
              [
                "name": .string(words.text(Say("words", ["text": .term(member.key.replacing("_", with: " "))]))),
                "value": .string(words.text(Say("words", ["text": Runner.value(member.value)]))),
              ]
            })
          return .object(json)
        }))
  }
}

struct DecideApproval: Action {
  static let name = "approval.decide"
  static let summary = "Agrees to what somebody or an agent wants to do, or refuses it: one request, or all that wait."
  static let effect = Effect.write

  @Parameter("The request's id; all that wait for you when left out and all is true.") var approval: String?
  @Parameter("yes, no, or always (yes, and for 30 days without being asked).", kind: .choice(["yes", "no", "always"]))
  var decision: String
  @Parameter("The hash of what you saw, so that nothing else can be agreed to.") var hash: String?
  @Parameter("Everything that waits for you.", default: false) var all: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    try requirePerson(context)
    guard let decision = ApprovalDesk.Decision(rawValue: decision), approval != nil || all else {
      throw MissingParameter(name: "approval")
    }
    let (approval, hash, person, authority) = (approval, hash, context.actor, context.authority)
    return .change { transaction in
      let desk = try desk(transaction.service(ApprovalDesk.self))
      let registry = transaction.service(ActionRegistry.self)
      func require(_ call: ActionCall?) throws {
        guard decision != .no, let call else { return }
        try requireScope(authority, for: decision == .always ? nil : registry?[call.name]?.effect)
      }
      if let approval {
        try require(Approval.find(approval, transaction)?.call)
        let state = try desk.decide(approval, decision, hash: hash, by: person, in: &transaction)
        return Outcome(
          Say("approval.decided.\(state.rawValue)"),
          data: ["approval": .string(approval), "state": .string(state.rawValue)])
      }
      var decided: [JSON] = []
      let waiting = try desk.waiting(for: person, transaction)
      for one in waiting { try require(one.call) }
      for waiting in waiting {
        let state = try desk.decide(waiting.id, decision, hash: waiting.bound, by: person, in: &transaction)
        decided.append(["approval": .string(waiting.id), "state": .string(state.rawValue)])
      }
      return Outcome(Say("approval.decided_all", ["count": .integer(Int64(decided.count))]), data: .array(decided))
    }
  }
}

struct DelegateApprovals: Action {
  static let name = "approval.delegate"
  static let summary = "Lets somebody else decide in your place for some days; 0 days ends it."
  static let effect = Effect.write

  @Parameter("Who decides in your place.") var person: PersonReference
  @Parameter("For how many days.", default: 7) var days: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    try requirePerson(context)
    if days > 0 { try requireScope(context.authority, for: nil) }
    let (other, actor, days) = (try context.named(person), context.actor, days)
    guard other.id != actor.id, (0...90).contains(days) else {
      throw ActionError("approval.delegate", sentence: "Name somebody else, and at most 90 days.", field: "days")
    }
    return .change { transaction in
      let until = transaction.now + .days(days)
      try desk(transaction.service(ApprovalDesk.self)).delegate(actor, to: other, until: until, transaction)
      return Outcome(
        Say(
          days == 0 ? "approval.delegation_over" : "approval.delegated",
          ["name": .text(other.name), "until": .instant(until)]))
    }
  }
}

struct ListStanding: Action {
  static let name = "approval.standing"
  static let summary = "Lists what may be done without asking, until when and by whose word."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let (standing, registry) = try await context.store.read {
      (try StandingApproval.all($0), $0.service(ActionRegistry.self))
    }
    let lines = standing.map {
      Say(
        "approval.standing_line",
        [
          "action": registry.does($0.action), "until": .instant($0.until),
          "who": .text($0.agent.isEmpty ? context.people.person($0.requester)?.name ?? "" : $0.agent),
        ])
    }
    return .answer(
      Say(standing.isEmpty ? "approval.no_standing" : "approval.standing", lines: lines),
      data: .array(standing.map(\.json)))
  }
}

struct RevokeStanding: Action {
  static let name = "approval.revoke"
  static let summary = "Ends a standing agreement: it is asked for again."
  static let effect = Effect.write

  @Parameter("Its id; approval.standing lists them.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let id = id
    return .change { transaction in
      guard try StandingApproval.remove(id, transaction) else {
        throw ActionError("approval.unknown", sentence: "There is no such agreement.", field: "id")
      }
      return Outcome(Say("approval.revoked"))
    }
  }
}

struct ListAgents: Action {
  static let name = "agent.list"
  static let summary = "Shows how far each agent is trusted, and its record."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let records = try await context.store.read { reader in
      try AgentRecord.all(desk(reader.service(ApprovalDesk.self)).policy, reader)
    }
    let lines = records.map {
      Say(
        "agent.line",
        [
          "agent": .text($0.agent), "level": .integer(Int64($0.level)), "approved": .integer(Int64($0.approved)),
          "refused": .integer(Int64($0.refused + $0.corrected)),
        ])
    }
    return .answer(
      Say(records.isEmpty ? "agent.none" : "agent.list", lines: lines), data: .array(records.map(\.json)))
  }
}

struct CorrectAgent: Action {
  static let name = "agent.correct"
  static let summary = "Notes that an agent did something wrong: it may do less by itself from now on."
  static let effect = Effect.write

  @Parameter("The agent's name.") var agent: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let agent = agent
    return .change { transaction in
      let desk = try desk(transaction.service(ApprovalDesk.self))
      try desk.hear(.corrected, of: agent, in: transaction)
      let level = try AgentRecord.find(agent, desk.policy, transaction).level
      return Outcome(
        Say("agent.corrected", ["agent": .text(agent), "level": .integer(Int64(level))]), data: ["level": JSON(level)])
    }
  }
}

extension ActionRegistry? {
  /// What an action does, as people read it.
  fileprivate func does(_ action: String) -> Say.Value {
    flatMap { $0[action] }.map { .term($0.does) } ?? .text(action)
  }
}
