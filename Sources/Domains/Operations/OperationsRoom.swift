package import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Store

/// What the owner and operators see and do of the house's own work: events, dead letters, approvals, agents.
package enum OperationsRoom {
  package static let room = Room(
    name: "operations", migrations: [],
    actions: [
      ListEvents.self, ShowEventSchemas.self, EmitEvent.self, ShowConsumers.self, ListDeadLetters.self,
      RetryDeadLetters.self, DropDeadLetters.self, ReplayEvents.self,
      ListApprovals.self, DecideApproval.self, DelegateApprovals.self, ListStanding.self, RevokeStanding.self,
      ListAgents.self, CorrectAgent.self,
      AddHook.self, ListHooks.self, PauseHook.self, ResumeHook.self, RotateHook.self, RemoveHook.self,
    ],
    reactions: [Reaction(to: "hook.failed", tellOwner)],
    checks: [deadLetters], forget: { _, _ in 0 }, export: { _, _ in .null })

  private static let deadLetters = Check("events") { house in
    let dead = try house.count("SELECT count(*) FROM event_parked WHERE state = 'dead'")
    guard dead == 0 else {
      return .advice("\(dead) events could not be handled: see event.deadletters, mend the cause, then event.retry.")
    }
    let waiting = try house.count("SELECT count(*) FROM event_parked WHERE state = 'waiting'")
    return .fine(waiting == 0 ? "Every event was handled." : "\(waiting) events wait to be tried again.")
  }

  /// A subscription that was paused by itself: the owner mends it and goes on.
  private static func tellOwner(_ event: Event, _ transaction: inout Transaction) throws {
    guard let owner = try transaction.peopleBook().owner(of: transaction.tenant), let id = event.payload["hook"].string,
      let hook = try EventHook.find(id, transaction)
    else { return }
    try transaction.tell(
      owner.id,
      Say(
        "hook.failed", ["url": .text(hook.url), "reason": .text(event.payload["reason"].string ?? "")],
        buttons: [.init("hook.button.resume", action: "hook.resume", arguments: ["id": .string(id)])]))
  }

  /// Who may look into everybody's events and change what becomes of them.
  static func requireOperator(_ context: ActionContext) throws {
    guard context.actor.isOwner, context.authority.scopes.contains("admin") else {
      throw ActionError("operations.owner_only", sentence: "Only the owner can do that, with the scope admin.")
    }
    guard context.authority.agent == nil else {
      throw ActionError(
        "operations.person_only", sentence: "That is for a person to do, not for an agent or a workflow.")
    }
  }

  static func unavailable() -> ActionError {
    ActionError("operations.unavailable", sentence: "Nothing of that kind runs in this house.")
  }
}
