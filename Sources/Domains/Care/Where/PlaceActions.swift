import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store

extension ActionContext {
  /// Whose whereabouts are meant: one's own, or those of somebody who has said yes to it.
  ///
  /// - Throws: `location.not_agreed` where the right is there and the person has not said yes.
  func located(_ reference: PersonReference?) async throws -> Person {
    let person = try caredFor(reference, needing: .location)
    let (actor, people) = (actor.id, people)
    let isGiven = try await store.read { try LocationConsent.isGiven(by: person.id, to: actor, people, $0) }
    guard isGiven else {
      throw ActionError(
        "location.not_agreed", ["name": .text(people.called(person.id, by: actor))],
        sentence: "\(person.name) has not said yet that you may see where they are.", field: "person")
    }
    return person
  }

  /// One of a person's places by its name; the only one when left out.
  func place(_ words: String?, of person: Person) async throws -> Place {
    let places = try await store.read { try Place.all(of: person.id, $0) }
    let found = words.map { NameMatch.best($0, among: places) { $0.name } } ?? places
    guard let place = found.first, found.count == 1 || words != nil else {
      throw ActionError(
        "place.unknown", ["place": .text(words ?? "")], sentence: "There is no such place.", field: "place")
    }
    return place
  }
}

struct SetPlace: Action {
  static let name = "location.set_place"
  static let summary = "Remembers where somebody is now as a place, such as home."
  static let effect = Effect.write

  @Parameter("What the place is called.") var place: String
  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?
  @Parameter("Degrees north; where the person was last when left out.") var lat: Double?
  @Parameter("Degrees east; where the person was last when left out.") var lon: Double?
  @Parameter("How far around, in metres.", default: Place.usualRadius) var radius: Double

  /// Where somebody was longer ago is not where they are.
  private static let fresh: Duration = .minutes(30)

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try await context.located(person)
    let name = place.trimmed
    guard !name.isEmpty, name.utf8.count <= 100, Place.radii.contains(radius) else {
      throw ActionError(
        "place.invalid", sentence: "A place needs a name and a radius from 50 m to 50 km.", field: "radius")
    }
    let (radius, now) = (radius, context.now)
    let given = lat.flatMap { lat in lon.flatMap { Coordinate(latitude: lat, longitude: $0) } }
    let last = try await context.store.read { try Location.last(of: person.id, $0) }
    guard let centre = given ?? last.flatMap({ now - $0.at <= Self.fresh ? $0.place : nil }) else {
      throw ActionError("place.where", sentence: "Send the location first.", field: "lat")
    }
    return .change { transaction in
      let all = try Place.all(of: person.id, transaction)
      let old = all.first { $0.name.lowercased() == name.lowercased() }
      guard old != nil || all.count < Place.limit else {
        throw ActionError("place.many", sentence: "There are too many places.", field: "place")
      }
      let watchers = try old?.watchers(transaction) ?? []
      try old?.remove(transaction)
      var place = Place(id: transaction.newID(), person: person.id, name: name, centre: centre, radius: radius)
      // "this is home": whoever says so is there, and the first leaving is news
      if given == nil, let last {
        place.fence.side = .inside
        place.fence.seenAt = last.at
      }
      try place.store(transaction)
      for watcher in watchers { try place.watch(true, by: watcher, transaction) }
      var values: [String: Say.Value] = ["place": .text(name)]
      let isOwn = person.id == context.actor.id
      if !isOwn { values["name"] = .text(context.people.called(person.id, by: context.actor.id)) }
      let button = Say.Button(
        "care.button.watch", action: WatchPlace.name,
        arguments: ["place": .string(name), "person": .string(person.id.text)])
      return Outcome(
        Say("place.set", values, buttons: isOwn ? [] : [button], location: centre), data: place.json,
        inverse: ActionCall(
          RemovePlace.name, ["place": .string(name), "person": .string(person.id.text)]))
    }
  }
}

struct RemovePlace: Action {
  static let name = "location.remove_place"
  static let summary = "Forgets a place."
  static let effect = Effect.write

  @Parameter("Which one.") var place: String
  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try await context.located(person)
    let place = try await context.place(place, of: person)
    return .change { transaction in
      try place.remove(transaction)
      return Outcome(
        Say("place.removed", ["place": .text(place.name)]),
        inverse: ActionCall(
          SetPlace.name,
          [
            "place": .string(place.name), "person": .string(person.id.text), "lat": .number(place.centre.latitude),
            "lon": .number(place.centre.longitude), "radius": .number(place.radius),
          ]))
    }
  }
}

struct ListPlaces: Action {
  static let name = "location.places"
  static let summary = "Lists the places that are remembered for somebody."
  static let effect = Effect.read

  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try await context.located(person)
    let isOwn = person.id == context.actor.id
    let places = try await context.store.read { try Place.all(of: person.id, $0) }
    let data = JSON.array(
      places.map { place in
        var json = place.json
        // whether somebody is there now is a look at where they are, which `location.show` keeps a note of
        if !isOwn { json["side"] = .null }
        return json
      })
    let lines = places.map { Say("place.line", ["place": .text($0.name), "radius": .distance($0.radius)]) }
    return .answer(Say(places.isEmpty ? "place.none" : "place.list", lines: lines), data: data)
  }
}

/// Asks to hear when somebody leaves a place or is back; the person is told who will.
struct WatchPlace: Action {
  static let name = "location.watch"
  static let summary = "Tells you when somebody you look after leaves a place or comes back."
  static let effect = Effect.write

  @Parameter("Which place; the only one when left out.") var place: String?
  @Parameter("Who; the one person looked after when left out.") var person: PersonReference?
  @Parameter("False ends it.", default: true) var on: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try await context.located(person)
    guard person.id != context.actor.id else {
      throw ActionError("place.own", sentence: "Only somebody else can be watched.", field: "person")
    }
    let place = try await context.place(place, of: person)
    let on = on
    return .change { transaction in
      try place.watch(on, by: context.actor.id, transaction)
      let by = Say.Value.text(context.people.called(context.actor.id, by: person.id))
      try transaction.tell(
        person.id, Say(on ? "place.watched_you" : "place.unwatched_you", ["name": by, "place": .text(place.name)]),
        urgency: .low)
      let values: [String: Say.Value] = [
        "name": .text(context.people.called(person.id, by: context.actor.id)), "place": .text(place.name),
      ]
      return Outcome(
        Say(on ? "place.watched" : "place.unwatched", values), data: place.json,
        inverse: ActionCall(
          Self.name,
          ["place": .string(place.name), "person": .string(person.id.text), "on": .bool(!on)]))
    }
  }
}

struct WatchSilence: Action {
  static let name = "location.silence"
  static let summary = "Tells the relatives who may see where somebody is when nothing was heard for a time."
  static let effect = Effect.write

  @Parameter("For how long; nothing is told any more when left out.") var wait: Duration?
  @Parameter("Who; the one person looked after when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try await context.located(person)
    let wait = wait
    guard wait.map(Signal.silences.contains) ?? true else {
      throw ActionError("location.wait", sentence: "A silence is from 15 minutes to 7 days.", field: "wait")
    }
    return .change { transaction in
      var signal = try Signal.find(person.id, transaction)
      let before = signal.silence
      signal.silence = wait
      signal.setAt = transaction.now
      signal.isSilent = false
      try signal.store(transaction)
      try transaction.unschedule(Care.silenceKind, subject: person.id.text)
      try signal.schedule(transaction)
      var values: [String: Say.Value] = [:]
      if let wait { values["wait"] = .duration(wait) }
      if person.id != context.actor.id {
        values["name"] = .text(context.people.called(context.actor.id, by: person.id))
        try transaction.tell(
          person.id, Say(wait == nil ? "location.unheard_you" : "location.heard_you", values), urgency: .low)
        values["name"] = .text(context.people.called(person.id, by: context.actor.id))
      }
      var arguments: JSONObject = ["person": .string(person.id.text)]
      arguments["wait"] = before.map { .string($0.iso8601) }
      return Outcome(
        Say(wait == nil ? "location.silence_off" : "location.silence_set", values),
        inverse: ActionCall(Self.name, arguments))
    }
  }
}
