import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

struct ShowLadder: Action {
  static let name = "emergency.ladder"
  static let summary = "Shows who is called for help, after which wait, how often and by which doors."
  static let effect = Effect.read

  @Parameter("Whose; that of the one person looked after when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.laddered(person)
    let stored = try await context.store.read { try Ladders.stored(for: person.id, $0) }
    let ladder = stored ?? context.house.personas[person.persona]?.care.ladder ?? EmergencyLadder()
    return .answer(context.say("ladder.show", ladder, person), data: ladder.json)
  }
}

struct SetLadder: Action {
  static let name = "emergency.set_ladder"
  static let summary = "Sets who is called for help, level by level; without levels the usual ladder holds again."
  static let effect = Effect.write

  @Parameter("Levels, each with who (family, owner, names), wait_s, every_s, repeats, channels; none for the usual.")
  var levels: JSON?
  @Parameter("For whom; the one person looked after when left out.") var person: PersonReference?
  @Parameter("How long until whoever took a call is asked whether all is well.") var resolve: Duration?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.laddered(person)
    let items = try LadderError.levels(in: levels)
    guard !items.isEmpty else { return context.change(nil, for: person) }
    // a whole ladder as it was shown, or its levels alone
    var ladder = EmergencyLadder(json: levels?.array == nil ? levels ?? .null : .object(["levels": .array(items)]))
    guard items.count <= EmergencyLadder.levelLimit else { throw LadderError.refused("There are too many levels.") }
    for (index, item) in items.enumerated() {
      let words = item["who"].array?.compactMap(\.string) ?? item["who"].string.map { [$0] } ?? ["family"]
      ladder.levels[index].who = try words.map { try context.who($0, for: person) }
    }
    if let resolve { ladder.resolveWithin = resolve }
    return context.change(try LadderError.checked(ladder), for: person)
  }
}

struct AddLevel: Action {
  static let name = "emergency.add_level"
  static let summary = "Calls somebody too when nobody has answered a call for help for a while."
  static let effect = Effect.write

  @Parameter("Who is called then.") var who: PersonReference
  @Parameter("After how long without an answer; five minutes when left out.") var wait: Duration?
  @Parameter("For whose calls for help; the one person looked after when left out.") var person: PersonReference?
  @Parameter("How often it is told again.") var repeats: Int?
  @Parameter("By which doors, such as telegram; by all when left out.") var channels: [String]?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.laddered(person)
    var level = EmergencyLadder.Level()
    level.who = [try context.who(who.name, for: person)]
    if let wait { level.wait = wait }
    level.repeats = repeats ?? 2
    level.doors = Set((channels ?? []).map { $0.lowercased() })
    let stored = try await context.store.read { try Ladders.stored(for: person.id, $0) }
    var ladder = stored ?? context.house.personas[person.persona]?.care.ladder ?? EmergencyLadder()
    // the wait is from the first call: those before are told again only as long as that takes
    if stored == nil, ladder.levels.count == 1 {
      ladder.levels[0].repeats = max(0, Int(level.wait.wholeSeconds / ladder.levels[0].every.wholeSeconds) - 1)
      level.wait = level.wait - ladder.levels[0].every * ladder.levels[0].repeats
    }
    ladder.levels.append(level)
    return context.change(try LadderError.checked(ladder), for: person)
  }
}

private enum LadderError {
  static func refused(_ sentence: String) -> ActionError {
    ActionError("ladder.invalid", sentence: sentence, field: "levels")
  }

  /// The levels as they were given, each read strictly: what is not understood must not take a ladder away.
  ///
  /// - Returns: none where none were given.
  static func levels(in json: JSON?) throws -> [JSON] {
    guard let json, !json.isNull else { return [] }
    if let whole = json.object {
      try known(whole, ["levels", "then_every_s", "resolve_s", "answer_s"], in: "A ladder")
      for wait in ["then_every_s", "resolve_s", "answer_s"] { try seconds(whole[wait], wait) }
    }
    guard let items = json["levels"].array ?? json.array else {
      throw refused("A list of levels is needed, such as [{\"who\": [\"family\"], \"wait_s\": 120}].")
    }
    for item in items {
      guard let level = item.object else { throw refused("\(item.text()) is no level: it needs who and wait_s.") }
      try known(level, ["who", "wait_s", "every_s", "repeats", "channels"], in: "A level")
      for wait in ["wait_s", "every_s"] { try seconds(level[wait], wait) }
      for list in ["who", "channels"] {
        guard let value = level[list], !value.isNull, value.string == nil || list == "channels" else { continue }
        guard let words = value.array, words.allSatisfy({ $0.string != nil }) else {
          throw refused("\(list) is a list of names.")
        }
      }
      if let repeats = level["repeats"], !repeats.isNull, repeats.int.map({ $0 >= 0 }) != true {
        throw refused("repeats is a number of 0 or more.")
      }
    }
    return items
  }

  private static func known(_ object: JSONObject, _ keys: [String], in what: String) throws {
    for key in object.keys where !keys.contains(key) {
      throw refused("\(what) has no \(key); it has \(keys.joined(separator: ", ")).")
    }
  }

  private static func seconds(_ value: JSON?, _ name: String) throws {
    guard let value, !value.isNull else { return }
    guard let seconds = value.int64, seconds > 0 else { throw refused("\(name) is a number of seconds above 0.") }
  }

  static func checked(_ ladder: EmergencyLadder) throws -> EmergencyLadder {
    if let mistake = ladder.mistake { throw refused(mistake) }
    return ladder
  }
}

extension ActionContext {
  /// Whose ladder is meant: one's own, that of somebody who has allowed it, or anybody's for whoever runs the house.
  fileprivate func laddered(_ reference: PersonReference?) throws -> Person {
    if let reference, actor.isOwner, let person = try? people.resolve(reference.name, for: actor) { return person }
    let person = try caredFor(reference, needing: .alerts)
    // an elder may speak to a relative, but not rule over the relative's own calls
    guard people.may(actor.id, .alerts, for: person.id) else {
      throw ActionError(
        "people.not_allowed", ["name": .text(person.name)],
        sentence: "\(person.name) has not allowed you that.", field: "person")
    }
    return person
  }

  /// "family", "owner", or somebody who may have the person's alerts.
  fileprivate func who(_ word: String, for person: Person) throws -> EmergencyLadder.Who {
    let word = word.trimmed
    switch EmergencyLadder.Who(word.lowercased()) {
    case .family: return .family
    case .owner: return .owner
    default: break
    }
    let able =
      people.relatives(of: person.id).filter { $0.link.rights.contains(.alerts) }.map(\.person)
      + people.everybody.filter { $0.tenant == person.tenant && $0.isOwner && $0.id != person.id }
    // as the speaker says it, as the person does, or by the name alone
    let named = (try? people.resolve(word, for: actor)) ?? (try? people.resolve(word, for: person))
    guard
      let found = able.first(where: {
        $0.id == named?.id || $0.id.text == word || $0.name.lowercased() == word.lowercased()
      })
    else {
      throw ActionError(
        "ladder.who", ["who": .text(word), "name": .text(people.called(person.id, by: actor.id))],
        sentence: "\(word) is nobody who may have the alerts of \(person.name).", field: "who")
    }
    return .person(found.id)
  }

  fileprivate func change(_ ladder: EmergencyLadder?, for person: Person) -> ActionResult {
    .change { [self] transaction in
      let before = try Ladders.stored(for: person.id, transaction)
      try Ladders.set(ladder, for: person.id, by: actor.id, transaction)
      let now = try Ladders.ladder(for: person.id, transaction)
      var arguments: JSONObject = ["person": .string(person.id.text)]
      if let before { arguments["levels"] = before.json }
      if person.id != actor.id {
        var told = say("ladder.set_for_you", now, person, to: person)
        told.values["name"] = .text(people.called(actor.id, by: person.id))
        try transaction.tell(person.id, told)
      }
      return Outcome(
        say("ladder.set", now, person), data: now.json, inverse: ActionCall(SetLadder.name, arguments))
    }
  }

  fileprivate func say(_ key: String, _ ladder: EmergencyLadder, _ person: Person, to reader: Person? = nil) -> Say {
    let reader = reader ?? actor
    let lines = ladder.levels.enumerated().map { index, level in
      let who = level.who.map { who -> Say.Value in
        switch who {
        case .family: .say(Say("ladder.family"))
        case .owner: .say(Say("ladder.owner"))
        case .person(let id): .text(people.called(id, by: reader.id))
        }
      }
      var values: [String: Say.Value] = [
        "level": .integer(Int64(index + 1)), "who": .list(who), "every": .duration(level.every),
        "repeats": .integer(Int64(level.repeats)),
      ]
      if index > 0 { values["wait"] = .duration(level.wait) }
      if !level.doors.isEmpty { values["channels"] = .list(level.doors.sorted().map { .text($0) }) }
      return Say("ladder.level", values)
    }
    var values: [String: Say.Value] = ["then": .duration(ladder.thenEvery)]
    if person.id != reader.id { values["name"] = .text(people.called(person.id, by: reader.id)) }
    return Say(key, values, lines: lines)
  }
}
