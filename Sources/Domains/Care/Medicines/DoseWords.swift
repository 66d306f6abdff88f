import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

/// What is said about doses that are due, to the person and to the family.
struct DoseWords {
  let person: PersonID
  let family: Family
  private var transaction: Transaction { family.transaction }

  func tell(_ round: DoseFiring.Round) throws {
    try tellAsked(round)
    try tellNudged(round.nudged)
    try tellFamily("dose.waiting_for", round.waiting)
    try tellFamily("dose.put_off_for", round.putOff)
    try tellFamily("dose.unknown_for", round.unknown)
    try tellFamily("dose.missed_for", round.missed)
  }

  private func tellAsked(_ round: DoseFiring.Round) throws {
    let (asked, missed) = (round.asked, round.missed)
    guard let first = asked.first ?? missed.max(by: { $0.dose.dueAt < $1.dose.dueAt }) else { return }
    let now = transaction.now
    let say: Say
    if asked.isEmpty, let earliest = missed.map(\.dose.dueAt).min(), earliest < first.dose.dueAt {
      say = Say("dose.missed_several", ["since": .instant(earliest)])
    } else if asked.isEmpty {
      say = Say("dose.missed", ["medicine": names(missed), "due": .instant(first.dose.dueAt)])
    } else if asked.count == 1 {
      let isLate =
        !first.isPutOff && now - first.dose.dueAt > first.window + DoseFiring.lateness && first.dose.askedAt == now
      var values: [String: Say.Value] = ["medicine": .text(first.medicine.label), "due": .instant(first.dose.dueAt)]
      if let note = first.medicine.note { values["note"] = .text(note) }
      say = Say(isLate ? "dose.ask_late" : "dose.ask", values)
    } else {
      say = Say("dose.ask_many", lines: asked.map { Say("dose.line", ["medicine": .text($0.medicine.label)]) })
    }
    var whole = say
    if !asked.isEmpty {
      whole.buttons = Self.buttons(asked.map(\.dose.id))
      // the message is one: what was not asked in time is said at its end
      let others = missed.filter { item in !asked.contains { $0.medicine.id == item.medicine.id } }
      let dues = others.map(\.dose.dueAt)
      if let earliest = dues.min(), let last = dues.max() {
        whole.lines.append(
          earliest < last
            ? Say("dose.missed_several", ["since": .instant(earliest)])
            : Say("dose.missed", ["medicine": names(others), "due": .instant(last)]))
      }
    }
    let key = "dose.\(first.dose.id).\(now.microseconds)"
    for item in asked {
      try transaction.execute("UPDATE doses SET message = ? WHERE tenant = :tenant AND id = ?", key, item.dose.id)
    }
    try transaction.tell(person, whole, dedupeKey: key)
  }

  private func tellNudged(_ items: [DoseFiring.Item]) throws {
    let now = transaction.now
    // no idle questions at night
    let telling = items.filter { $0.medicine.isCritical || !family.isQuiet(person, at: now) }
    guard !telling.isEmpty else { return }
    var say = Say("dose.nudge", ["medicine": names(telling)], buttons: Self.buttons(telling.map(\.dose.id)))
    // this one is a question: a plain yes answers it
    say.buttons[0].isOffer = true
    try transaction.tell(person, say, dedupeKey: "dose.\(telling[0].dose.id).nudge.\(telling[0].dose.asks)")
  }

  private func tellFamily(_ key: String, _ items: [DoseFiring.Item]) throws {
    let rounds = Dictionary(grouping: items, by: \.dose.dueAt).sorted { $0.key < $1.key }.map(\.value)
    if rounds.count > 1, let header = Self.several[key] { return try tellSeveral(header, rounds) }
    for round in rounds { try tellRound(key, round) }
  }

  /// Headings over doses of several times.
  private static let several = [
    "dose.missed_for": "dose.missed_several_for", "dose.unknown_for": "dose.unknown_several_for",
  ]
  private static let shownRounds = 5

  /// Each with its time, and no button: one tap must not settle days of which nobody thought.
  private func tellSeveral(_ header: String, _ rounds: [[DoseFiring.Item]]) throws {
    guard let last = rounds.last?.last else { return }
    var say = Say(header)
    let earlier = rounds.dropLast(Self.shownRounds)
    if let first = earlier.first?.first {
      say.lines.append(
        Say(
          "dose.line_earlier", ["count": .integer(Int64(earlier.joined().count)), "since": .instant(first.dose.dueAt)]))
    }
    say.lines += rounds.suffix(Self.shownRounds).compactMap { round in
      round.last.map { Say("dose.line_due", ["medicine": names(round), "due": .instant($0.dose.dueAt)]) }
    }
    try family.tell(.medicines, of: person, dedupeKey: "\(header).\(last.dose.id)", say)
  }

  private func tellRound(_ key: String, _ items: [DoseFiring.Item]) throws {
    guard let last = items.last else { return }
    var say = Say(
      key, ["medicine": names(items), "due": .instant(last.dose.dueAt)],
      buttons: [Self.button("taken", MedicineTaken.name, items.map(\.dose.id))])
    // what is known of the question itself belongs to it: unheard is not unanswered
    if let message = last.dose.message, let state = try transaction.toldState(message), state != .sent {
      say.lines.append(Say("dose.reach.\(state.rawValue)"))
    }
    try family.tell(.medicines, of: person, dedupeKey: "\(key).\(last.dose.id)", say)
  }

  /// "Metformin and Aspirin", each once.
  private func names(_ items: [DoseFiring.Item]) -> Say.Value {
    var names: [String] = []
    for item in items where !names.contains(item.medicine.name) { names.append(item.medicine.name) }
    return .list(names.map(Say.Value.text))
  }

  static func buttons(_ doses: [String]) -> [Say.Button] {
    [
      button("taken", MedicineTaken.name, doses), button("later", SnoozeMedicine.name, doses),
      button("skip", SkipMedicine.name, doses),
    ]
  }

  private static func button(_ label: String, _ action: String, _ doses: [String]) -> Say.Button {
    Say.Button(
      "care.button.\(label)", action: action,
      arguments: ["medicine": .string(doses.suffix(50).joined(separator: " "))], isSingleUse: false)
  }
}
