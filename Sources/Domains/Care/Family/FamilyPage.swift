import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// What one person sees of another's day. What is not allowed is absent, and never looks like "nothing there".
struct FamilyPage: Sendable {
  let person: Person
  let called: String
  let isOwn: Bool
  let rights: Set<FamilyLink.Right>
  let day: CivilDate
  var doses: [Dose] = []
  /// By id, those that are no longer taken too.
  var medicines: [String: Medicine] = [:]
  /// Counted medicines and how many days they last, the soonest first.
  var stock: [(medicine: Medicine, days: Int)] = []
  var coming: [(at: Instant, names: [String])] = []
  var appointments: [Appointment] = []
  /// As `reminder.list` gives them.
  var reminders: JSON = .array([])
  var alerts: [Alert] = []
  var checkIn: CheckInDay?
  var lastContact: Instant?
  var notes: [FamilyNote] = []
  var summary: FamilySummary?

  private static let notesShown = 5

  /// - Parameter link: `nil` for one's own page.
  private init(_ person: Person, link: FamilyLink?, _ context: ActionContext) {
    self.person = person
    isOwn = link == nil
    rights = link?.rights ?? Set(FamilyLink.Right.allCases)
    called = context.people.called(person.id, by: context.actor.id)
    day = person.zone.date(context.now)
    lastContact = context.people.lastHeard(of: person.id)
  }

  /// - Parameter link: `nil` for one's own page.
  static func of(_ person: Person, link: FamilyLink?, _ context: ActionContext) async throws -> FamilyPage {
    let (empty, actor, now) = (FamilyPage(person, link: link, context), context.actor.id, context.now)
    var page = try await context.store.read { reader in
      var page = empty
      try page.read(reader, for: actor, now: now)
      return page
    }
    guard page.rights.contains(.calendar) else { return page }
    // a house without reminders has a family all the same
    let arguments: JSONObject = ["day": .string(page.day.description), "person": .string(person.id.text)]
    page.reminders = (try? await context.call("reminder.list", arguments)) ?? .array([])
    return page
  }

  private mutating func read(_ reader: TenantReader, for actor: PersonID, now: Instant) throws {
    let (from, to) = (person.zone.startOfDay(day), person.zone.startOfDay(day.adding(days: 1)))
    if rights.contains(.medicines) {
      let all = try Medicine.all(for: person.id, reader)
      medicines = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      doses = try Dose.between(from, to, for: person.id, reader)
      coming = try ShowDay.coming(all, from: max(now, from), to: to)
      stock = try all.filter(\.isActive).compactMap { medicine in
        try StockKeeping.daysLeft(medicine, reader, now: now).map { (medicine, $0) }
      }.sorted { ($0.days, $0.medicine.id) < ($1.days, $1.medicine.id) }
    }
    if rights.contains(.calendar) {
      appointments = try Appointment.coming(for: person.id, after: now, reader).filter { $0.startsAt < to }
    }
    if rights.contains(.alerts) {
      alerts = try Alert.current(for: person.id, since: now - .days(1), reader).filter {
        !$0.isTest && !(isOwn && $0.isSilent)
      }
      checkIn = try CheckInDay.find(person.id, day, reader)
    }
    if rights.contains(.notes) {
      notes = try FamilyNote.seen(by: actor, about: person.id, reader, limit: Self.notesShown)
    }
    if !isOwn { summary = try FamilySummary.find(of: person.id, for: actor, reader) }
  }
}

// MARK: Words

extension FamilyPage {
  /// Calls for help first, then the doses, what is to come, what runs low, and when the person was last heard from.
  func lines(_ context: ActionContext) -> [Say] {
    var lines: [Say] = alerts.map { alert in
      var values: [String: Say.Value] = ["at": .instant(alert.raisedAt)]
      values["what"] = alert.words
      if let by = alert.takenBy { values["by"] = .text(context.people.called(by, by: context.actor.id)) }
      return Say(alert.state == .open ? "care.status.alert" : "care.status.alert_taken", values)
    }
    if rights.contains(.medicines) {
      lines += CareStatus.lines(doses, medicines.mapValues(\.name))
      let names = coming.flatMap(\.names).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      if !names.isEmpty {
        lines.append(Say("care.status.coming", ["medicines": .list(names.map { .text($0) })]))
      } else if doses.isEmpty {
        lines.append(Say("care.status.no_doses"))
      }
      for (medicine, days) in stock where medicine.stock.isWarned {
        lines.append(StockKeeping.say("care.status.refill", medicine, days))
      }
    }
    if let checkIn, checkIn.state == .silent || checkIn.state == .asked {
      lines.append(Say("care.status.checkin.\(checkIn.state.rawValue)"))
    }
    if let lastContact { lines.append(Say("care.status.contact", ["at": .instant(lastContact)])) }
    return lines
  }

  /// Where the person is to be today, and the newest note: what the family page says beyond the state of the day.
  func more(_ context: ActionContext) -> [Say] {
    // by the same clock as what was said before
    var lines = appointments.map {
      Say("day.appointment", ["at": .time(context.zone.civil($0.startsAt).time), "title": .text($0.title)])
    }
    lines += ShowDay.lines(reminders, of: person.id, context.zone)
    if let note = notes.first { lines.append(note.say(context)) }
    return lines
  }
}

extension FamilyPage {
  /// By whose clock the times are, where the two differ.
  func clock(_ context: ActionContext) -> [Say] {
    Family.otherClock(of: person, for: context.actor, called, now: context.now).map { [$0] } ?? []
  }
}

// MARK: Data

extension FamilyPage {
  /// The page for programs; a part that is not allowed is null. Its form is stable: the web page is made of it.
  func json(_ context: ActionContext) -> JSON {
    func name(_ id: PersonID?) -> JSON { JSON(id.map { context.people.called($0, by: context.actor.id) }) }
    func allowed(_ right: FamilyLink.Right, _ json: JSON) -> JSON { rights.contains(right) ? json : .null }
    let alerts = alerts.map { alert -> JSON in
      [
        "id": .string(alert.id), "what": JSON(alert.what), "state": .string(alert.state.rawValue),
        "raised": .string(alert.raisedAt.description),
        "taken_by": alert.takenBy.map { ["id": .string($0.text), "name": name($0)] } ?? .null,
      ]
    }
    let day: JSON =
      checkIn.map { checkIn in
        var json = checkIn.json
        json["day"] = .string(checkIn.day.description)
        return json
      } ?? .null
    return [
      "person": .string(person.id.text), "name": .string(person.name), "called": .string(called), "own": .bool(isOwn),
      "zone": .string(person.zone.identifier), "day": .string(self.day.description),
      "rights": JSON(rights.map(\.rawValue).sorted()), "last_contact": JSON(lastContact?.description),
      "doses": allowed(.medicines, dosesJSON(name)), "refill": allowed(.medicines, refillJSON),
      "alerts": allowed(.alerts, .array(alerts)), "checkin": allowed(.alerts, day),
      "plan": .array(plan), "notes": allowed(.notes, .array(notes.map { $0.json(name($0.author)) })),
      "weekly": summary?.json ?? .null,
    ]
  }

  private func dosesJSON(_ name: (PersonID?) -> JSON) -> JSON {
    var counts = JSONObject()
    for state in ["taken", "missed", "skipped", "unknown", "waiting"] {
      let count = doses.count { dose in dose.isOpen ? state == "waiting" : dose.state.rawValue == state }
      counts[state] = .integer(Int64(count))
    }
    let items = doses.map { dose -> JSON in
      [
        "id": .string(dose.id), "medicine": .string(dose.medicine), "name": JSON(medicines[dose.medicine]?.name),
        "due": .string(dose.dueAt.description), "state": .string(dose.isOpen ? "waiting" : dose.state.rawValue),
        "settled": JSON(dose.settledAt?.description), "by": name(dose.settledBy),
      ]
    }
    return ["counts": .object(counts), "items": .array(items)]
  }

  private var refillJSON: JSON {
    guard let next = stock.first else { return .null }
    return [
      "medicine": .string(next.medicine.id), "name": .string(next.medicine.name), "days": JSON(next.days),
      "left": JSON(next.medicine.stock.left), "low": .bool(next.medicine.stock.isWarned),
    ]
  }

  /// What today still brings, in order of time.
  private var plan: [JSON] {
    var entries: [(at: Instant, kind: String, text: String)] = []
    for dose in coming { for name in dose.names { entries.append((dose.at, "medicine", name)) } }
    for appointment in appointments { entries.append((appointment.startsAt, "appointment", appointment.title)) }
    for reminder in reminders.array ?? [] {
      guard let text = reminder["text"].string, let at = reminder["at"].string.flatMap(Instant.init(iso8601:)) else {
        continue
      }
      entries.append((at, "reminder", text))
    }
    return entries.sorted { ($0.at, $0.kind, $0.text) < ($1.at, $1.kind, $1.text) }.map {
      ["at": .string($0.at.description), "kind": .string($0.kind), "text": .string($0.text)]
    }
  }
}
