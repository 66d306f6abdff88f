import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

struct CareStatus: Action {
  static let name = "care.status"
  static let summary = "Says how somebody's day is: doses, last contact, open calls for help."
  static let effect = Effect.read

  @Parameter("Whose day; that of the one person looked after when left out.") var person: PersonReference?

  private static let states: [Dose.State] = [.taken, .asked, .unknown, .missed, .skipped]

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let link = context.people.elders(of: context.actor.id).first { $0.person.id == person.id }?.link
    let page = try await FamilyPage.of(person, link: link, context)
    let say =
      page.isOwn ? Say("care.status.own") : Say("care.status", ["name": .text(page.called)])
    return .answer(
      Say(say.key, say.values, lines: page.lines(context) + page.clock(context)),
      data: data(person, page.doses, page.medicines.mapValues(\.name), page.alerts, page.lastContact))
  }

  /// What became of the doses so far, one line a state.
  static func lines(_ doses: [Dose], _ names: [String: String]) -> [Say] {
    states.compactMap { state in
      let doses = doses.filter { $0.state == state || state == .asked && $0.state == .later }
      guard !doses.isEmpty else { return nil }
      return Say(
        "care.status.\(state.rawValue)",
        ["medicines": .list(doses.map { .text(names[$0.medicine] ?? "") }), "count": .integer(Int64(doses.count))])
    }
  }

  private func data(
    _ person: Person, _ doses: [Dose], _ names: [String: String], _ alerts: [Alert], _ contact: Instant?
  ) -> JSON {
    var counts = JSONObject()
    for state in ["taken", "missed", "skipped", "unknown", "waiting"] {
      let count = doses.count { dose in dose.isOpen ? state == "waiting" : dose.state.rawValue == state }
      counts[state] = .integer(Int64(count))
    }
    let rows = doses.map { dose in
      var json = dose.json
      json["name"] = JSON(names[dose.medicine])
      return json
    }
    return [
      "person": .string(person.id.text), "counts": .object(counts), "doses": .array(rows),
      "alerts": .array(alerts.map(\.json)), "last_contact": JSON(contact?.description),
    ]
  }
}
