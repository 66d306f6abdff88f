import Actions
import Base
import Events
import Formats
import Messages
import People
import Store
import Time

/// What a device or a relative reported, as it came.
enum CareEvent {
  static func all(for person: PersonID, _ reader: some Querying) throws -> [JSON] {
    try reader.query(
      """
      SELECT id, type, at, data, reported_by, door FROM care_events WHERE tenant = :tenant AND person = ?
      ORDER BY at, id
      """, person
    ) { row in
      [
        "id": .string(row.text(0)), "type": .string(row.text(1)), "at": .string(row.instant(2).description),
        "data": (try? JSON.parse(row.text(3))) ?? .null, "by": .string(row.text(4)), "door": .string(row.text(5)),
      ]
    }
  }
}

struct TrackCare: Action {
  static let name = "care.track"
  static let summary = "Takes a location, medication or appointment event about a person."
  static let effect = Effect.write

  @Parameter("Whom it is about.") var person: PersonReference
  @Parameter("What kind of event.", kind: .choice(["location", "medication", "appointment"])) var type: String
  @Parameter("When it happened, as an instant (RFC 3339); now when left out.") var at: String?
  @Parameter("location {lat, lon, accuracy_m, battery}, medication {medicine, status} or appointment {title, starts}.")
  var data: JSON

  private typealias Apply = @Sendable (inout Transaction) throws -> Void

  func perform(in context: ActionContext) async throws -> ActionResult {
    let right: FamilyLink.Right =
      switch type {
      case "location": .location
      case "medication": .log
      default: .calendar
      }
    let person = try context.person(person, needing: right)
    let at = try moment(context.now)
    guard data.object != nil else { throw Self.refuse("data", "An object is needed.") }
    let apply =
      switch type {
      case "location": try location(person, at)
      case "medication": try await medication(person, at, context)
      default: try appointment(person, context)
      }
    let (type, data) = (type, data)
    return .change { transaction in
      let id = transaction.newID()
      try transaction.execute(
        """
        INSERT INTO care_events (tenant, id, person, type, at, data, reported_by, door)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
        """, id, person.id, type, at, data.text(), context.actor.id, context.origin.door)
      try apply(&transaction)
      try transaction.emit(Event("care.tracked", person: person.id, ["event": .string(id), "type": .string(type)]))
      return Outcome(Say("care.tracked"), data: ["event": .string(id)])
    }
  }

  private static func refuse(_ field: String, _ sentence: String) -> ActionError {
    ActionError(
      "care.invalid", ["field": .text(field), "sentence": .text(sentence)], sentence: "\(field): \(sentence)",
      field: field)
  }

  private func moment(_ now: Instant) throws -> Instant {
    guard let text = at else { return now }
    guard let at = Instant(iso8601: text) else {
      throw Self.refuse("at", "An instant such as 2026-11-21T08:00:00Z is needed.")
    }
    guard at <= now + .minutes(5) else { throw Self.refuse("at", "It lies in the future.") }
    return at
  }

  private func onlyFields(_ allowed: [String]) throws {
    for key in data.object?.keys ?? [] where !allowed.contains(key) {
      throw Self.refuse(
        "data.\(key)", "It is not a field of a \(type) event; known are \(allowed.joined(separator: ", ")).")
    }
  }

  private func text(_ field: String) throws -> String {
    let text = data[field].string?.trimmed ?? ""
    guard !text.isEmpty, text.utf8.count <= 500 else {
      throw Self.refuse("data.\(field)", "A text of at most 500 bytes is needed.")
    }
    return text
  }

  private func location(_ person: Person, _ at: Instant) throws -> Apply {
    try onlyFields(["lat", "lon", "accuracy_m", "battery"])
    guard let latitude = data["lat"].double, abs(latitude) <= 90 else {
      throw Self.refuse("data.lat", "A number from -90 to 90 is needed.")
    }
    guard let longitude = data["lon"].double, let place = Coordinate(latitude: latitude, longitude: longitude) else {
      throw Self.refuse("data.lon", "A number from -180 to 180 is needed.")
    }
    let accuracy = data["accuracy_m"].double
    guard data["accuracy_m"].isNull || accuracy.map({ $0.isFinite && $0 >= 0 }) == true else {
      throw Self.refuse("data.accuracy_m", "Metres, zero or more, are needed.")
    }
    let battery = data["battery"].double
    guard data["battery"].isNull || battery.map((0...100).contains) == true else {
      throw Self.refuse("data.battery", "Percent from 0 to 100 are needed.")
    }
    return { transaction in
      try Location(id: transaction.newID(), at: at, place: place, accuracy: accuracy)
        .keep(for: person.id, battery: battery, &transaction)
    }
  }

  private func medication(_ person: Person, _ at: Instant, _ context: ActionContext) async throws -> Apply {
    try onlyFields(["medicine", "status"])
    let name = try text("medicine")
    guard let status = data["status"].string, ["taken", "skipped", "missed"].contains(status) else {
      throw Self.refuse("data.status", "One of taken, skipped, missed is needed.")
    }
    let target = try await context.store.read { reader -> MedicineFinder.Target? in
      let found = NameMatch.best(name, among: try Medicine.active(for: person.id, reader)) { $0.name }
      guard found.count == 1, let medicine = found.first else { return nil }
      return .init(medicine: medicine, dose: try MedicineFinder.dose(of: medicine, at: at, reader))
    }
    // a medicine that nobody told us of is kept as an event only
    guard let target else { return { _ in } }
    return { transaction in
      if status == "missed" {
        guard let id = target.dose?.id, var dose = try Dose.find(id, transaction), !dose.isSettled else { return }
        let was = dose.state
        dose.state = .missed
        dose.nextAt = nil
        try dose.update(transaction)
        try DoseEntry.add(dose, was: was, by: context.actor.id, door: context.origin.door, transaction)
        try DoseFiring.schedule(dose, transaction)
        try transaction.emit(
          Event("dose.missed", person: person.id, DoseFiring.payload(target.medicine, dose)))
        return
      }
      let settling = DoseSettling(context: context, state: status == "taken" ? .taken : .skipped, at: at)
      _ = try settling.run([target], &transaction)
    }
  }

  private func appointment(_ person: Person, _ context: ActionContext) throws -> Apply {
    try onlyFields(["title", "starts"])
    let title = try text("title")
    guard let starts = WhenValue(json: data["starts"], zone: person.zone, now: context.now), starts.isTimeGiven,
      !starts.repeats
    else {
      throw Self.refuse("data.starts", "A time such as 2026-12-05T08:00 is needed.")
    }
    let startsAt = starts.instant(in: person.zone, now: context.now)
    guard startsAt > context.now else { throw Self.refuse("data.starts", "It is over already.") }
    let (actor, isOfMoment) = (context.actor.id, starts.elapsed != nil)
    return { transaction in
      let appointment = Appointment(
        id: transaction.newID(), person: person.id, creator: actor, title: title, startsAt: startsAt,
        zone: isOfMoment ? nil : person.zone)
      try appointment.plan(person.zone, &transaction)
    }
  }
}
