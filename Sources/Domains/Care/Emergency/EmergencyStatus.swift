import Actions
import Base
import Formats
import Messages
import People
import Store

/// What somebody who waits for help, or who wants to help, needs to know first: is anybody coming?
struct EmergencyStatus: Action {
  static let name = "emergency.status"
  static let summary = "Says who has a call for help, or that nobody has it yet."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (actor, people) = (context.actor, context.people)
    let alerts = try await context.store.read { rows in
      let elders = people.elders(of: actor.id).filter { $0.link.rights.contains(.alerts) }.map(\.person.id)
      return try ([actor.id] + elders).flatMap { try Alert.current(for: $0, since: context.now - .days(1), rows) }
        .filter { !$0.isSilent || $0.person != actor.id }
    }
    guard let first = alerts.first else { return .answer(Say("emergency.none")) }
    let lines = alerts.map { alert -> Say in
      var values: [String: Say.Value] = ["at": .instant(alert.raisedAt)]
      if alert.person != actor.id { values["name"] = .text(people.called(alert.person, by: actor.id)) }
      guard let by = alert.takenBy else { return Say("emergency.status.open", values) }
      if by == actor.id { return Say("emergency.status.yours", values) }
      values["by"] = .text(people.called(by, by: actor.id))
      return Say("emergency.status.taken", values)
    }
    var buttons: [Say.Button] = []
    if alerts.count == 1, first.state == .open, first.person != actor.id {
      buttons = [
        Say.Button("care.button.on_it", action: AcknowledgeAlert.name, arguments: ["alert": .string(first.id)])
      ]
    }
    return .answer(
      Say(lines[0].key, lines[0].values, lines: Array(lines.dropFirst()), buttons: buttons),
      data: .array(alerts.map(\.json)))
  }
}
