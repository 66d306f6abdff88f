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
    let now = context.now
    let today = person.zone.date(now)
    let (from, to) = (person.zone.startOfDay(today), person.zone.startOfDay(today.adding(days: 1)))
    let maySeeAlerts = context.people.may(context.actor.id, .alerts, for: person.id)
    let day = try await context.store.read { reader in
      (
        doses: try Dose.between(from, to, for: person.id, reader), medicines: try Medicine.all(for: person.id, reader),
        days: try Medicine.active(for: person.id, reader).compactMap { medicine in
          try StockKeeping.daysLeft(medicine, reader, now: now).map { (medicine, $0) }
        }, checkIn: try CheckInDay.find(person.id, today, reader),
        alerts: maySeeAlerts ? try Alert.current(for: person.id, since: now - .days(1), reader) : []
      )
    }
    var lines: [Say] = day.alerts.filter { !$0.isTest }.map { alert in
      var values: [String: Say.Value] = ["at": .instant(alert.raisedAt)]
      if let what = alert.what { values["what"] = .text(what) }
      if let by = alert.takenBy { values["by"] = .text(context.people.called(by, by: context.actor.id)) }
      return Say(alert.state == .open ? "care.status.alert" : "care.status.alert_taken", values)
    }
    let names = Dictionary(day.medicines.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    lines += Self.lines(day.doses, names)
    let coming = day.medicines.filter { medicine in medicine.isActive && medicine.nextAt.map { $0 < to } == true }
    if !coming.isEmpty {
      lines.append(Say("care.status.coming", ["medicines": .list(coming.map { .text($0.name) })]))
    }
    if day.doses.isEmpty, coming.isEmpty { lines.append(Say("care.status.no_doses")) }
    for (medicine, days) in day.days where medicine.stock.isWarned {
      lines.append(Say("care.status.refill", ["medicine": .text(medicine.name), "days": .integer(Int64(days))]))
    }
    if let checkIn = day.checkIn, checkIn.state == .silent || checkIn.state == .asked {
      lines.append(Say("care.status.checkin.\(checkIn.state.rawValue)"))
    }
    let contact = context.people.reaches(of: person.id).map(\.lastSeen).max().flatMap { $0 > .epoch ? $0 : nil }
    if let contact { lines.append(Say("care.status.contact", ["at": .instant(contact)])) }
    let isSelf = person.id == context.actor.id
    let values: [String: Say.Value] =
      isSelf ? [:] : ["name": .text(context.people.called(person.id, by: context.actor.id))]
    return .answer(
      Say(isSelf ? "care.status.own" : "care.status", values, lines: lines),
      data: data(person, day.doses, names, day.alerts, contact))
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
