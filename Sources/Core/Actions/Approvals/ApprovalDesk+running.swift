package import Base
import Delivery
package import Events
import Formats
import Messages
package import People
import Store

extension ApprovalDesk {
  /// Does what was agreed to, once, as whoever asked for it; also after a restart.
  ///
  /// - Parameter context: of a person, at a door, with an authority; `nil` when nobody may act there any more.
  package func consumer(
    _ runner: Runner,
    context: @escaping @Sendable (Person, _ door: String, ActionContext.Authority) -> ActionContext?,
    people: PeopleBook, find: @escaping @Sendable (String, TenantID) async throws -> Approval?
  ) -> EventConsumer {
    EventConsumer("approvals.run", to: ["approval.granted"]) { event in
      guard let id = event.payload["approval"].string, let approval = try await find(id, event.tenant),
        approval.state == .granted, !approval.isHeld
      else { return { _ in } }
      guard isIntact(approval, of: event.tenant), let whole = try? whole(approval, of: event.tenant),
        let person = people.person(approval.requester),
        let context = context(
          person, approval.door,
          .init(scopes: approval.scopes, agent: approval.agent.isEmpty ? nil : approval.agent, approval: approval.id))
      else { return { try self.settle(approval, .failed, "approval.failed", &$0) } }
      switch await runner.prepare(whole, in: context) {
      case .change(let call, let effect, let change):
        return { transaction in
          do {
            let outcome = try transaction.savepoint { try runner.apply(call, effect, change, context, in: &$0) }
            try transaction.tell(
              approval.requester,
              Say("approval.done", ["what": Self.does(call, transaction), "result": .say(outcome.say)]),
              dedupeKey: "approval.\(approval.id).used")
          } catch let error as ActionError {
            // it is too late for it: nobody tries again what was agreed to then
            try settle(approval, .failed, "approval.failed", result: error.say, &transaction)
          }
        }
      case .failed(_, let error):
        return { try settle(approval, .failed, "approval.failed", result: error.say, &$0) }
      case .answer, .ask, .confirm:
        return { try settle(approval, .failed, "approval.failed", &$0) }
      }
    }
  }
}
