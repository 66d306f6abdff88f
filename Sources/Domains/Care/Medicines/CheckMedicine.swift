import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// "Did I take my tablet?": yes or no from the log of doses, never from what somebody is known to take.
struct CheckMedicine: Action {
  static let name = "medicine.check"
  static let summary = "Says whether a medicine was taken."
  static let effect = Effect.read

  @Parameter("Which one; all of them when left out.", kind: .entity("medicines")) var medicine: String?
  @Parameter("Around when, or on which day; today so far when left out.") var at: WhenValue?
  @Parameter("Who took it; the speaker, or the one person looked after, when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (words, at, now) = (medicine, at, context.now)
    // whoever takes medicines and looks after somebody asks about themselves with "I"
    let takes = try await context.store.read { try !Medicine.active(for: context.actor.id, $0).isEmpty }
    let person =
      person == nil && takes ? context.actor : try context.caredFor(person, needing: .medicines)
    let log = try await context.store.read { reader in
      try DoseLog(words, at, of: person, now: now, reader)
    }
    return log.answer(context)
  }
}

/// The doses that a question is about, and what is known of them.
private struct DoseLog: Sendable {
  /// Doses of one time that became the same.
  private struct Round {
    var state: Dose.State
    var doses: [Dose]
  }

  private let person: Person
  /// The medicines asked about.
  private let medicines: [Medicine]
  /// What was asked for in words and is none of the person's medicines.
  private let unknown: String?
  private let doses: [Dose]
  /// When one is taken next, where none was due.
  private let next: Instant?
  /// When one was taken last, where none was due.
  private let last: Instant?

  init(_ words: String?, _ at: WhenValue?, of person: Person, now: Instant, _ reader: TenantReader) throws {
    self.person = person
    let all = try Medicine.all(for: person.id, reader)
    let active = all.filter(\.isActive)
    var found: [Medicine]?
    if let words {
      found =
        try MedicineFinder.ids(words).map { ids in
          // "did I take it", of a dose that was spoken of
          let meant = try ids.map { try Dose.find($0, reader)?.medicine ?? $0 }
          return all.filter { meant.contains($0.id) }
        }
        ?? [active, all].lazy.map { NameMatch.best(words, among: $0) { $0.label } }.first { !$0.isEmpty }
        ?? NameMatch.named(in: words, among: active) { $0.name }
    }
    unknown = found?.isEmpty == false ? nil : words
    // a stopped medicine is meant by its name alone, or where it was still taken on the day
    let medicines = unknown == nil ? found ?? all : all
    let ids = Set(medicines.map(\.id))
    let zone = person.zone
    let day = at.map { zone.civil($0.instant(in: zone, now: now)).date } ?? zone.civil(now).date
    var doses: [Dose] = []
    if let at, at.isTimeGiven {
      let moment = at.instant(in: zone, now: now)
      doses = try medicines.compactMap { try MedicineFinder.dose(of: $0, at: moment, reader) }
      // "the morning tablets" are those of one time, not the nearest of each medicine
      if let least = doses.map({ abs(($0.dueAt - moment).microseconds) }).min() {
        doses = doses.filter { abs(($0.dueAt - moment).microseconds) - least <= Self.together.microseconds }
      }
    }
    if doses.isEmpty {
      let end = zone.startOfDay(day.adding(days: 1))
      doses = try Dose.between(zone.startOfDay(day), end, for: person.id, reader)
    }
    self.doses = doses.filter { ids.contains($0.medicine) && $0.state != .stopped }
    self.medicines = medicines
    next = self.doses.isEmpty ? active.filter { ids.contains($0.id) }.compactMap(\.nextAt).min() : nil
    last =
      self.doses.isEmpty ? try medicines.compactMap { try Dose.lastTaken(of: $0.id, reader)?.settledAt }.max() : nil
  }

  /// Doses at most this far apart were asked for as one.
  private static let together: Duration = .hours(1)

  func answer(_ context: ActionContext) -> ActionResult {
    let isOwn = person.id == context.actor.id
    var values: [String: Say.Value] =
      isOwn ? [:] : ["name": .text(context.people.called(person.id, by: context.actor.id))]
    let rounds = rounds
    var say: Say
    if let unknown {
      values["words"] = .text(unknown)
      if rounds.isEmpty { values.merge(coming) { $1 } }
      say = Say("medicine.check.unlisted", values, lines: lines(rounds))
    } else if let only = rounds.first, rounds.count == 1 {
      values.merge(self.values(only, context)) { $1 }
      say = Say("medicine.check.\(only.state.rawValue)", values)
    } else if !rounds.isEmpty {
      let taken = rounds.count { $0.state == .taken }
      let key = taken == rounds.count ? "all" : taken == 0 ? "none_of_them" : "some"
      say = Say("medicine.check.\(key)", values, lines: lines(rounds))
    } else {
      values["last"] = last.map { .instant($0) }
      values.merge(coming) { $1 }
      say = Say(medicines.isEmpty ? "medicine.list.empty" : "medicine.check.nothing", values)
    }
    let open = doses.filter { $0.isOpen || $0.state == .unknown || $0.state == .missed }.map(\.id)
    if !open.isEmpty, context.people.may(context.actor.id, .log, for: person.id) {
      say.buttons = DoseWords.buttons(open).filter { isOwn || $0.action == MedicineTaken.name }
    }
    return .answer(say, data: data)
  }

  /// What is taken next, and when.
  private var coming: [String: Say.Value] {
    guard let next else { return [:] }
    return ["medicine": .list(medicines.filter { $0.nextAt == next }.map { .text($0.name) }), "at": .instant(next)]
  }

  private var rounds: [Round] {
    var rounds: [Round] = []
    for dose in doses {
      let state: Dose.State = dose.state == .later ? .asked : dose.state
      if let last = rounds.lastIndex(where: { $0.state == state && $0.doses[0].dueAt == dose.dueAt }) {
        rounds[last].doses.append(dose)
      } else {
        rounds.append(Round(state: state, doses: [dose]))
      }
    }
    return rounds
  }

  private func values(_ round: Round, _ context: ActionContext) -> [String: Say.Value] {
    var values = values(round)
    if let by = round.doses.last?.settledBy, by != context.actor.id, by != person.id {
      values["by"] = .text(context.people.called(by, by: context.actor.id))
    }
    return values
  }

  private func values(_ round: Round) -> [String: Say.Value] {
    var values: [String: Say.Value] = [
      "medicine": .list(round.doses.map { .text(name(of: $0)) }), "due": .instant(round.doses[0].dueAt),
    ]
    if let done = round.doses.compactMap(\.settledAt).max() { values["at"] = .instant(done) }
    return values
  }

  private func lines(_ rounds: [Round]) -> [Say] {
    rounds.map { Say("medicine.check.line.\($0.state.rawValue)", values($0)) }
  }

  private func name(of dose: Dose) -> String { medicines.first { $0.id == dose.medicine }?.name ?? "" }

  private var data: JSON {
    let taken = doses.count { $0.state == .taken }
    let unsure = doses.contains { $0.state == .unknown || $0.state == .missed }
    let answer =
      switch taken {
      case _ where doses.isEmpty: "none"
      case doses.count: "yes"
      case 1...: "partly"
      default: unsure ? "unknown" : "no"
      }
    let rows = doses.map { dose in
      var json = dose.json
      json["name"] = .string(name(of: dose))
      return json
    }
    return [
      "person": .string(person.id.text), "answer": .string(unknown == nil ? answer : "none"), "doses": .array(rows),
      "next": JSON(next?.description), "last": JSON(last?.description),
    ]
  }
}
