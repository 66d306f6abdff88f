import Actions
import Base
import Events
import Formats
import Messages
import People
import Store

/// Where somebody was at a time.
struct Location: Sendable, Hashable {
  let id: String
  let at: Instant
  let place: Coordinate
  let accuracy: Double?

  /// Older ones are dropped when a new one comes.
  private static let kept: Duration = .days(30)

  private init?(_ row: Row) {
    guard let place = Coordinate(latitude: row.double(2), longitude: row.double(3)) else { return nil }
    id = row.text(0)
    at = row.instant(1)
    self.place = place
    accuracy = row.optionalDouble(4)
  }

  init(id: String, at: Instant, place: Coordinate, accuracy: Double?) {
    self.id = id
    self.at = at
    self.place = place
    self.accuracy = accuracy
  }

  static func all(for person: PersonID, _ reader: some Querying) throws -> [Location] {
    try reader.query(
      """
      SELECT id, at, latitude, longitude, accuracy_m FROM locations WHERE tenant = :tenant AND person = ?
      ORDER BY at, id
      """, person
    ) { Location($0) }.compactMap { $0 }
  }

  static func last(of person: PersonID, _ reader: some Querying) throws -> Location? {
    try reader.first(
      """
      SELECT id, at, latitude, longitude, accuracy_m FROM locations WHERE tenant = :tenant AND person = ?
      ORDER BY at DESC, id DESC LIMIT 1
      """, person
    ) { Location($0) } ?? nil
  }

  /// - Parameter battery: of the device, in percent, where it says so.
  func keep(for person: PersonID, battery: Double? = nil, _ transaction: inout Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO locations (tenant, id, person, at, latitude, longitude, accuracy_m) VALUES (:tenant, ?, ?, ?, ?, ?, ?)
      """, id, person, at, place.latitude, place.longitude, accuracy)
    try transaction.execute(
      "DELETE FROM locations WHERE tenant = :tenant AND person = ? AND at < ?", person, transaction.now - Self.kept)
    // whoever is called for help sees the newest place
    try transaction.execute(
      """
      UPDATE alerts SET latitude = ?, longitude = ?, located_at = ?
      WHERE tenant = :tenant AND person = ? AND state = 'open' AND coalesce(located_at, 0) <= ?
      """, place.latitude, place.longitude, at, person, at)
    try LocationWatch(person, transaction)?.saw(self, battery: battery, &transaction)
    try transaction.emit(Event("location.seen", person: person, json))
  }

  var json: JSON {
    [
      "at": .string(at.description), "lat": .number(place.latitude), "lon": .number(place.longitude),
      "accuracy_m": JSON(accuracy),
    ]
  }
}

/// What a person sends as a location, once or live, is kept like what a device reports.
enum SharedLocation {
  static func hear(_ event: Event, _ transaction: inout Transaction) throws {
    guard let person = event.person, let latitude = event.payload["lat"].double,
      let longitude = event.payload["lon"].double,
      let place = Coordinate(latitude: latitude, longitude: longitude)
    else { return }
    let location = Location(
      id: transaction.newID(), at: transaction.now, place: place, accuracy: event.payload["accuracy_m"].double)
    try location.keep(for: person, &transaction)
  }
}

struct ShowLocation: Action {
  static let name = "location.show"
  static let summary = "Shows where somebody was last, if they have agreed to it."
  static let effect = Effect.read

  @Parameter("Who; the speaker when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (actor, people) = (context.actor.id, context.people)
    let wanted = try whose(context)
    return .change { transaction in
      let isSelf = wanted.id == actor
      let called = Say.Value.text(people.called(wanted.id, by: actor))
      let alert = try Alert.current(for: wanted.id, since: transaction.now - .days(1), transaction)
        .first { !$0.isTest }
      // whoever is called for help must find the person, whatever was agreed
      let isCalled = alert.flatMap { AlertLadder($0, transaction) }?.mayTake(context.actor) == true
      guard try isCalled || LocationConsent.isGiven(by: wanted.id, to: actor, people, transaction) else {
        guard people.may(actor, .location, for: wanted.id) else {
          var error = ActionError(
            "people.not_allowed", ["name": .text(wanted.name)],
            sentence: "\(wanted.name) has not allowed you that.", field: "person")
          // an elder who asks where her son is wants him, and not a rule
          if people.relatives(of: actor).contains(where: { $0.person.id == wanted.id }) {
            let button = Say.Button(
              "care.button.ask_call", action: AskForCall.name, arguments: ["person": .string(wanted.id.text)])
            error.say = Say("location.of_relative", ["name": called], buttons: [button])
          }
          throw error
        }
        let isAsked = try ConsentQuestion.ask(
          wanted.id, for: actor, people, door: context.origin.door, transaction)
        return Outcome(Say(isAsked ? "location.asked" : "location.not_agreed", ["name": called]))
      }
      guard let last = try Location.last(of: wanted.id, transaction) else {
        return Outcome(Say(isSelf ? "location.unknown" : "location.unknown_of", isSelf ? [:] : ["name": called]))
      }
      try LocationView.note(of: wanted.id, by: actor, isCalled ? .emergency : .asked, transaction)
      var values: [String: Say.Value] = ["at": .instant(last.at)]
      if !isSelf { values["name"] = called }
      if let accuracy = last.accuracy { values["accuracy"] = .distance(accuracy) }
      return Outcome(
        Say(isSelf ? "location.last" : "location.last_of", values, location: last.place), data: last.json)
    }
  }

  /// Without the right only whoever is called for help may ask; that is decided with the alert.
  private func whose(_ context: ActionContext) throws -> Person {
    do { return try context.caredFor(person, needing: .location) } catch let error as ActionError {
      let family = context.people.circle(of: context.actor).map(\.person)
      if error.code == "people.unknown", let person, PeopleBook.isYoungKin(person.name), let only = family.first,
        family.allSatisfy({ $0.id == only.id })
      {
        return only
      }
      guard error.code == "people.not_allowed", let person else { throw error }
      return try context.people.resolve(person.name, for: context.actor)
    }
  }
}
