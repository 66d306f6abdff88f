import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Store

/// A reminder for when somebody is at a place: told once, when they get there.
struct RemindAtPlace: Action {
  static let name = "reminder.at_place"
  static let summary = "Reminds somebody when they reach a place, such as the pharmacy."
  static let effect = Effect.write

  @Parameter("What to be reminded of.") var text: String
  @Parameter("Where.") var place: String
  @Parameter("Who is reminded; the speaker when left out.") var person: PersonReference?

  private static let limit = 50

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .calendar, passesOn: true)
    let (text, place, actor) = (text.trimmed, PlaceReminders.fold(place), context.actor)
    guard !text.isEmpty, !place.isEmpty, text.utf8.count <= 1_000, place.utf8.count <= 100 else {
      throw ActionError("reminder.place_invalid", sentence: "What, and where?", field: "place")
    }
    let known = try await isKnown(place, person, context)
    return .change { transaction in
      let waiting = try transaction.count(
        "SELECT count(*) FROM place_reminders WHERE tenant = :tenant AND person = ? AND told_at IS NULL", person.id)
      guard waiting < Self.limit else {
        throw ActionError("reminder.place_many", sentence: "There are too many of these.", field: "place")
      }
      let id = transaction.newID()
      try transaction.execute(
        """
        INSERT INTO place_reminders (tenant, id, person, creator, text, place, created_at)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?)
        """, id, person.id, actor.id, text, place, transaction.now)
      var values: [String: Say.Value] = ["text": .text(text), "place": .text(place)]
      if person.id != actor.id {
        values["name"] = .text(context.people.called(actor.id, by: person.id))
        try transaction.tell(person.id, Say("reminder.at_place_for_you", values))
        values["name"] = .text(context.people.called(person.id, by: actor.id))
      }
      var say = Say("reminder.at_place", values)
      if known == false { say.lines = [Say("reminder.place_unknown", ["place": .text(place)])] }
      return Outcome(
        say, data: ["id": .string(id), "place": .string(place), "known": JSON(known)],
        inverse: ActionCall(CancelPlaceReminder.name, ["reminder": .string(id)]))
    }
  }

  /// Whether the house knows where that is; `nil` where it may not tell this speaker.
  private func isKnown(_ place: String, _ person: Person, _ context: ActionContext) async throws -> Bool? {
    guard person.id == context.actor.id, let places = try? await context.call("location.places").array else {
      return nil
    }
    return places.contains { PlaceReminders.fold($0["name"].string ?? "") == place }
  }
}

struct CancelPlaceReminder: Action {
  static let name = "reminder.cancel_place"
  static let summary = "Takes back a reminder for a place."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Its id.") var reminder: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try await Self.result(reminder, Say("reminder.place_gone"), context)
  }

  static func result(_ id: String, _ say: Say, _ context: ActionContext) async throws -> ActionResult {
    .change { transaction in
      let found = try transaction.first(
        "SELECT person, creator FROM place_reminders WHERE tenant = :tenant AND id = ? AND told_at IS NULL", id
      ) { row -> (person: PersonID, creator: PersonID) in (row.id(0), row.id(1)) }
      guard let found,
        context.people.may(context.actor.id, .calendar, for: found.person, madeBy: found.creator)
      else {
        throw ActionError("reminder.not_found", sentence: "There is no such reminder.", field: "reminder")
      }
      try transaction.execute("DELETE FROM place_reminders WHERE tenant = :tenant AND id = ?", id)
      return Outcome(say)
    }
  }
}

enum PlaceReminders {
  /// One that waits for somebody to come to a place.
  struct Waiting: Sendable {
    let id: String
    let text: String
    let place: String
  }

  /// What waits for a person, or was set by them.
  static func waiting(around person: PersonID, _ rows: some Querying) throws -> [Waiting] {
    try rows.query(
      """
      SELECT id, text, place FROM place_reminders
      WHERE tenant = :tenant AND (person = ? OR creator = ?) AND told_at IS NULL ORDER BY created_at, id LIMIT 50
      """, person, person
    ) { Waiting(id: $0.text(0), text: $0.text(1), place: $0.text(2)) }
  }

  /// The one that words or an id mean, where no other reminder is called so.
  static func meant(_ words: String?, in context: ActionContext) async throws -> Waiting? {
    guard let words else { return nil }
    let person = context.actor.id
    let all = try await context.store.read { try waiting(around: person, $0) }
    if let one = all.first(where: { $0.id == words }) { return one }
    let named = NameMatch.whole(words, among: all) { $0.text }
    guard named.count == 1 else { return nil }
    return named[0]
  }

  /// "the pharmacy" and "Pharmacy" are one place.
  static func fold(_ place: String) -> String {
    var words = place.trimmed.lowercased().split(separator: " ").map(String.init)
    for word in ["the", "my", "at", "to"] where words.count > 1 && words.first == word { words.removeFirst() }
    return words.joined(separator: " ")
  }

  /// Somebody has come to one of their places.
  static func hear(_ event: Event, _ transaction: inout Transaction) throws {
    guard let person = event.person, let place = event.payload["place"].string.map(fold) else { return }
    let due = try transaction.query(
      """
      SELECT id, text FROM place_reminders WHERE tenant = :tenant AND person = ? AND place = ? AND told_at IS NULL
      ORDER BY created_at, id
      """, person, place
    ) { (id: $0.text(0), text: $0.text(1)) }
    for reminder in due {
      try transaction.execute(
        "UPDATE place_reminders SET told_at = ? WHERE tenant = :tenant AND id = ?", transaction.now, reminder.id)
      try transaction.tell(
        person, Say("reminder.here", ["text": .text(reminder.text), "place": .text(place)]),
        dedupeKey: "reminder.place.\(reminder.id)")
    }
  }

  static func all(of person: PersonID, _ reader: some Querying) throws -> [JSON] {
    try reader.query(
      "SELECT id, text, place, told_at FROM place_reminders WHERE tenant = :tenant AND person = ? ORDER BY created_at, id",
      person
    ) { row in
      [
        "id": .string(row.text(0)), "text": .string(row.text(1)), "place": .string(row.text(2)),
        "told": JSON(row.optionalInstant(3)?.description),
      ]
    }
  }
}
