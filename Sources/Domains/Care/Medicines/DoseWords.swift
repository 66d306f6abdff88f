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
    guard let first = asked.first ?? missed.last else { return }
    let now = transaction.now
    let say: Say
    if asked.isEmpty {
      say = Say("dose.missed", ["medicine": names(missed), "due": .instant(first.dose.dueAt)])
    } else if asked.count == 1 {
      let isLate = now - first.dose.dueAt > first.window + DoseFiring.lateness && first.dose.askedAt == now
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
      if let last = others.last {
        whole.lines.append(Say("dose.missed", ["medicine": names(others), "due": .instant(last.dose.dueAt)]))
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
