import Actions
import Base
import Formats
import Messages
import People
import Store

/// Finds which medicine, and which dose of it, a person means: their own, or of those they look after.
struct MedicineFinder {
  struct Target: Sendable, Hashable {
    let medicine: Medicine
    /// `nil`: no dose is open.
    let dose: Dose?
  }

  enum Found: Sendable {
    case targets([Target])
    case several([Medicine])
  }

  let context: ActionContext
  /// What must be allowed: to change what is noted takes more than to see it.
  var right = FamilyLink.Right.log
  /// Whether an unanswered dose of the last hours is meant too.
  var reachesBack = false
  /// When it was, where that was said.
  var at: Instant?
  /// Without a name: all open doses, not those asked for last.
  var takesAll = false
  /// The time says which dose is meant: "the morning one" of somebody who takes none then is no other.
  var namesDose = false

  static let unknown = ActionError(
    "medicine.not_found", sentence: "There is no such medicine.", field: "medicine")

  private static let back: Duration = .hours(12)
  /// So long "I took it" is about what was just noted as left out.
  private static let regret: Duration = .hours(1)

  /// - Throws: `medicine.not_found`, `medicine.none` or `medicine.nothing_open`.
  func find(_ words: String?, of person: Person? = nil) async throws -> Found {
    let (actor, people, now, reachesBack, at) = (context.actor.id, context.people, context.now, reachesBack, at)
    let (right, takesAll, namesDose) = (right, takesAll, namesDose)
    let cared = person.map { [$0.id] } ?? Self.caredFor(actor, people, right)
    return try await context.store.read { reader in
      if let words, words.contains("|"), let ids = Self.ids(words) {
        return .several(try ids.map { try Self.target(id: $0, actor, people, reader, needing: right).medicine })
      }
      if let words, let ids = Self.ids(words) {
        return .targets(
          try ids.map { id in
            let target = try Self.target(id: id, actor, people, reader, needing: right)
            guard target.medicine.id == id else { return target }
            // which of its doses is told by the time that was said, else by what nobody answered, unless the next is near
            if let at {
              return Target(medicine: target.medicine, dose: try Self.dose(of: target.medicine, at: at, reader))
            }
            guard target.dose == nil, try !Self.isNear(target.medicine, now: now) else { return target }
            return Target(
              medicine: target.medicine, dose: try Self.dose(of: target.medicine, reader, reachesBack, now: now))
          })
      }
      if let words {
        let all = try cared.flatMap { try Medicine.active(for: $0, reader) }
        let found = NameMatch.best(words, among: all) { $0.label }
        guard let first = found.first else {
          throw ActionError(
            "medicine.not_found", ["words": .text(words)], sentence: "There is no medicine called \(words).",
            field: "medicine")
        }
        guard found.count == 1 else { return .several(found) }
        if let at {
          return .targets([Target(medicine: first, dose: try Self.dose(of: first, at: at, reader))])
        }
        return .targets([Target(medicine: first, dose: try Self.dose(of: first, reader, reachesBack, now: now))])
      }
      for person in cared {
        if let at {
          let targets = try Medicine.active(for: person, reader).compactMap { medicine in
            try Self.dose(of: medicine, at: at, reader).map { Target(medicine: medicine, dose: $0) }
          }
          let first = targets.compactMap(\.dose).map { abs(($0.dueAt - at).microseconds) }.min()
          let near = targets.filter { $0.dose.map { abs(($0.dueAt - at).microseconds) } == first }
          if !near.isEmpty { return .targets(near) }
          if namesDose { continue }
        }
        if let targets = try Self.leftOut(person, reader, reachesBack, takesAll, now: now) { return .targets(targets) }
      }
      // "i took it at 7", of the only one there is, before it was on the list
      let own = try Medicine.active(for: actor, reader)
      if at != nil, reachesBack, !namesDose, own.count == 1 { return .targets([Target(medicine: own[0], dose: nil)]) }
      var values: [String: Say.Value] = [:]
      if let next = try Medicine.active(for: actor, reader).first(where: { $0.nextAt != nil }), let at = next.nextAt {
        values = ["medicine": .text(next.name), "next": .instant(at)]
      }
      throw ActionError(
        "medicine.nothing_open", values, sentence: "No dose is waiting for an answer.", field: "medicine")
    }
  }

  /// The speaker first, then those who allow the speaker that with their medicines.
  static func caredFor(_ actor: PersonID, _ people: PeopleBook, _ right: FamilyLink.Right) -> [PersonID] {
    [actor] + people.elders(of: actor).filter { $0.link.rights.contains(right) }.map(\.person.id)
  }

  /// Ids as buttons carry them, several with a space between; with "|" behind each, one of them is meant. `nil` for words.
  static func ids(_ words: String) -> [String]? {
    let parts = words.split { $0 == " " || $0 == "|" }.map(String.init)
    func isID(_ text: String) -> Bool {
      text.utf8.count == 36
        && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) || $0 == UInt8(ascii: "-") }
    }
    return !parts.isEmpty && parts.count <= 100 && parts.allSatisfy(isID) ? parts : nil
  }

  static func target(
    id: String, _ actor: PersonID, _ people: PeopleBook, _ reader: some Querying, needing right: FamilyLink.Right = .log
  ) throws -> Target {
    let dose = try Dose.find(id, reader)
    // somebody else's looks just like one that is not there
    guard let medicine = try Medicine.find(dose?.medicine ?? id, reader),
      people.may(actor, right, for: medicine.person)
    else {
      throw unknown
    }
    return Target(medicine: medicine, dose: try dose ?? Dose.open(of: medicine.id, reader).first)
  }

  static func dose(
    of medicine: Medicine, _ reader: some Querying, _ reachesBack: Bool, now: Instant
  ) throws -> Dose? {
    if let open = try Dose.open(of: medicine.id, reader).first { return open }
    guard reachesBack, let last = try Dose.last(of: medicine.id, reader), now - last.dueAt <= back else { return nil }
    switch last.state {
    case .unknown, .missed: return last
    // what was left out may have been taken after all
    case .skipped: return try isNear(medicine, now: now) ? nil : last
    default: return nil
    }
  }

  /// Those asked together last; else one of the last hours that nobody answered; else the next when it is near.
  private static func leftOut(
    _ person: PersonID, _ reader: TenantReader, _ reachesBack: Bool, _ takesAll: Bool, now: Instant
  ) throws -> [Target]? {
    func targets(_ doses: [Dose]) throws -> [Target] {
      try doses.compactMap { dose in try Medicine.find(dose.medicine, reader).map { Target(medicine: $0, dose: dose) } }
    }
    let open = try Dose.open(for: person, reader)
    if let last = open.first { return try targets(open.filter { takesAll || $0.askedAt == last.askedAt }) }
    if reachesBack {
      let recent = try Dose.between(now - back, now, for: person, reader)
        .filter { $0.state == .unknown || $0.state == .missed }
      if let last = recent.last { return try targets(recent.filter { $0.dueAt == last.dueAt }) }
      let left = try Dose.between(now - back, now, for: person, reader).filter { dose in
        dose.state == .skipped && dose.settledAt.map { now - $0 <= regret } ?? false
      }
      if !left.isEmpty { return try targets(left) }
    }
    let active = try Medicine.active(for: person, reader)
    if let next = active.first(where: { $0.nextAt != nil }), try isNear(next, now: now) {
      return [Target(medicine: next, dose: nil)]
    }
    // somebody who takes nothing but one medicine when needed means that one
    if reachesBack, active.count == 1, active[0].isAsNeeded { return [Target(medicine: active[0], dose: nil)] }
    return nil
  }

  /// Whether the next dose is near enough to be settled before it is due.
  static func isNear(_ medicine: Medicine, now: Instant) throws -> Bool {
    guard let timetable = medicine.timetable, let next = medicine.nextAt else { return false }
    return try next - now <= timetable.grace(of: next)
  }

  /// The dose that a time means: the one due nearest to it that is not taken, within half the gap to its neighbours.
  ///
  /// - Returns: `nil` when it is none that the house has asked for or will.
  static func dose(of medicine: Medicine, at: Instant, _ reader: some Querying) throws -> Dose? {
    let near = try Dose.around(at - back, at + back, of: medicine.id, reader).filter { dose in
      guard dose.state != .stopped, let timetable = medicine.timetable else { return false }
      let distance = dose.dueAt > at ? dose.dueAt - at : at - dose.dueAt
      return try distance <= timetable.grace(of: dose.dueAt)
    }
    func distance(_ dose: Dose) -> Int64 { abs((dose.dueAt - at).microseconds) }
    return near.min { (distance($0), $0.id) < (distance($1), $1.id) }
  }

  func ask(_ medicines: [Medicine], action: String, _ arguments: JSONObject = [:]) -> ActionResult {
    let buttons = medicines.prefix(context.persona.isPlain ? 3 : 8).map { medicine in
      var arguments = arguments
      arguments["medicine"] = .string(medicine.id)
      return Say.Button("care.button.pick", ["text": .text(medicine.label)], action: action, arguments: arguments)
    }
    return .ask(Say("medicine.ask.which", buttons: buttons), parameter: "medicine")
  }
}
