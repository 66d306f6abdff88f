import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Store

/// What relatives may do, in words and for programs. Only the elder grants and takes back; it holds from the same moment.
enum FamilyRights {
  static let order: [FamilyLink.Right] = [.alerts, .medicines, .log, .calendar, .location, .notes]
  static let choices = order.map(\.rawValue) + ["all"]

  static func all(of elder: PersonID, _ people: PeopleBook) -> [(link: FamilyLink, person: Person)] {
    people.relatives(of: elder).sorted { ($0.person.name, $0.person.id) < ($1.person.name, $1.person.id) }
  }

  static func json(_ person: Person, _ rights: Set<FamilyLink.Right>) -> JSON {
    [
      "person": .string(person.id.text), "name": .string(person.name),
      "rights": JSON(order.filter(rights.contains).map(\.rawValue)),
    ]
  }

  static func words(_ rights: Set<FamilyLink.Right>) -> Say.Value {
    .list(order.filter(rights.contains).map { .say(Say("right.\($0.rawValue)")) })
  }

  static func line(_ person: Person, _ rights: Set<FamilyLink.Right>, _ context: ActionContext) -> Say {
    let name = Say.Value.text(context.people.called(person.id, by: context.actor.id))
    return rights.isEmpty
      ? Say("rights.line.none", ["name": name]) : Say("rights.line", ["name": name, "rights": words(rights)])
  }

  /// What a word of `choices` stands for. To note something takes seeing it, and what is no longer seen is not noted.
  static func meant(_ choice: String, isGranted: Bool) -> Set<FamilyLink.Right> {
    guard let right = FamilyLink.Right(rawValue: choice) else { return Set(order) }
    switch right {
    case .log where isGranted: return [.log, .medicines]
    case .medicines where !isGranted: return [.log, .medicines]
    default: return [right]
    }
  }
}

struct ShowRights: Action {
  static let name = "care.rights"
  static let summary = "Says who of your family may see and do what for you."
  static let effect = Effect.read

  @Parameter("Who may do this alone.", kind: .choice(FamilyRights.choices)) var right: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let relatives = FamilyRights.all(of: context.actor.id, context.people)
    let data = JSON.array(relatives.map { FamilyRights.json($0.person, $0.link.rights) })
    guard !relatives.isEmpty else { return .answer(Say("rights.nobody"), data: data) }
    if let right = right.flatMap(FamilyLink.Right.init) {
      let able = relatives.filter { $0.link.rights.contains(right) }
      let names = able.map { Say.Value.text(context.people.called($0.person.id, by: context.actor.id)) }
      let values: [String: Say.Value] = ["names": .list(names), "right": .say(Say("right.\(right.rawValue)"))]
      return .answer(Say(able.isEmpty ? "rights.of.nobody" : "rights.of", values), data: data)
    }
    return .answer(
      Say("rights.show", lines: relatives.map { FamilyRights.line($0.person, $0.link.rights, context) }), data: data)
  }
}

struct GrantRight: Action {
  static let name = "care.allow"
  static let summary = "Lets a relative see or do something for you."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Who.") var relative: PersonReference
  @Parameter("What they may.", kind: .choice(FamilyRights.choices)) var right: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try RightsChange(context: context, isGranted: true).perform([try context.relative(relative)], right)
  }
}

struct RevokeRight: Action {
  static let name = "care.forbid"
  static let summary = "Takes back what a relative may see or do for you, at once."
  static let effect = Effect.write

  @Parameter("Who; everybody when left out.") var relative: PersonReference?
  @Parameter("What they may no longer.", kind: .choice(FamilyRights.choices)) var right: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let relatives = try relative.map { [try context.relative($0)] } ?? context.people.relatives(of: context.actor.id)
    return try RightsChange(context: context, isGranted: false).perform(relatives, right)
  }
}

/// Sets what a relative may, as it was before: what undo runs.
struct RestoreRights: Action {
  static let name = "care.restore_rights"
  static let summary = "Sets what relatives may see and do for you."
  static let effect = Effect.write
  static let isForPeopleAlone = true
  static let isHidden = true

  @Parameter("Relatives and their rights, as care.rights shows them.") var rights: JSON

  func perform(in context: ActionContext) async throws -> ActionResult {
    let relatives = context.people.relatives(of: context.actor.id)
    let wanted = (rights.array ?? []).compactMap { item in
      relatives.first { $0.person.id.text == item["person"].string }.map { relative in
        RightsChange.Wanted(
          relative: relative,
          rights: Set((item["rights"].array ?? []).compactMap { $0.string.flatMap(FamilyLink.Right.init) }),
          consent: .some(item["consent"].string.flatMap(LocationConsent.State.init)))
      }
    }
    return RightsChange(context: context, isGranted: true).change(wanted)
  }
}

extension ActionContext {
  /// One of the speaker's own relatives.
  func relative(_ reference: PersonReference) throws -> (link: FamilyLink, person: Person) {
    let named = try? people.resolve(reference.name, for: actor)
    guard let named, let found = people.relatives(of: actor.id).first(where: { $0.person.id == named.id }) else {
      throw ActionError(
        "rights.who", ["name": .text(reference.name)], sentence: "\(reference.name) is not linked to you.",
        field: "relative")
    }
    return found
  }
}

/// Grants and takes back, tells whom it concerns, and keeps whether the elder has said yes to being seen.
struct RightsChange {
  typealias Relative = (link: FamilyLink, person: Person)

  struct Wanted {
    let relative: Relative
    let rights: Set<FamilyLink.Right>
    /// What holds from now on about seeing where the elder is: nothing said when the inner one is `nil`; as before when
    /// the outer one is.
    var consent: LocationConsent.State??
  }

  let context: ActionContext
  let isGranted: Bool

  func perform(_ relatives: [Relative], _ choice: String) throws -> ActionResult {
    guard !relatives.isEmpty else { return .answer(Say("rights.nobody")) }
    let meant = FamilyRights.meant(choice, isGranted: isGranted)
    // said aloud it is agreed to, whether or not the right was there already
    let consent: LocationConsent.State?? = meant.contains(.location) ? .some(isGranted ? .yes : .no) : nil
    let wanted = relatives.map { relative in
      let rights = relative.link.rights
      return Wanted(
        relative: relative, rights: isGranted ? rights.union(meant) : rights.subtracting(meant), consent: consent)
    }
    return change(wanted, said: meant)
  }

  func change(_ wanted: [Wanted], said: Set<FamilyLink.Right>? = nil) -> ActionResult {
    .change { transaction in
      var before: [JSON] = []
      for item in wanted { before.append(try apply(item, &transaction)) }
      let people = context.people
      let names = wanted.map { Say.Value.text(people.called($0.relative.person.id, by: context.actor.id)) }
      var values: [String: Say.Value] = ["names": .list(names)]
      if let said { values["rights"] = FamilyRights.words(said) }
      var say = Say(said == nil ? "rights.restored" : isGranted ? "rights.allowed" : "rights.forbidden", values)
      // whom nobody may be called for must know it
      let isCalled = people.relatives(of: context.actor.id).contains { other in
        let after = wanted.first { $0.relative.person.id == other.person.id }?.rights ?? other.link.rights
        return after.contains(.alerts)
      }
      if !isCalled, !isGranted { say.lines = [Say("rights.nobody_called")] }
      return Outcome(
        say, data: .array(wanted.map { FamilyRights.json($0.relative.person, $0.rights) }),
        inverse: ActionCall(RestoreRights.name, ["rights": .array(before)]))
    }
  }

  /// - Returns: what held before, as `RestoreRights` takes it.
  private func apply(_ wanted: Wanted, _ transaction: inout Transaction) throws -> JSON {
    let (relative, rights, actor) = (wanted.relative, wanted.rights, context.actor.id)
    var before = FamilyRights.json(relative.person, relative.link.rights)
    let consent = try LocationConsent.find(actor, relative.person.id, transaction)?.state
    before["consent"] = JSON(consent?.rawValue)
    if let state = wanted.consent, state != consent {
      try LocationConsent.note(state, of: actor, for: relative.person.id, door: context.origin.door, transaction)
    }
    guard rights != relative.link.rights else { return before }
    var link = relative.link
    link.rights = rights
    try context.people.link(link, in: transaction)
    let (more, less) = (rights.subtracting(relative.link.rights), relative.link.rights.subtracting(rights))
    for (changed, key) in [(more, "rights.allowed_you"), (less, "rights.forbidden_you")] where !changed.isEmpty {
      let name = Say.Value.text(context.people.called(actor, by: relative.person.id))
      try transaction.tell(
        relative.person.id, Say(key, ["name": name, "rights": FamilyRights.words(changed)]), urgency: .low)
    }
    try transaction.emit(Event("family.rights", person: actor, FamilyRights.json(relative.person, rights)))
    return before
  }
}
