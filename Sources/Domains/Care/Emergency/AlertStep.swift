import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

/// One step of an alert that is under way: the scheduler performs it when it is due, the auditor when nobody did.
enum AlertStep {
  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    for due in dues {
      // what the auditor has done meanwhile is not done again
      guard let alert = try Alert.find(due.subject, transaction), alert.nextAt == due.at else { continue }
      try perform(alert, &transaction)
    }
  }

  static func perform(_ alert: Alert, _ transaction: inout Transaction) throws {
    var alert = alert
    switch alert.state {
    case .open where alert.isTest:
      try alert.end(.ended, "ended", who: nil, transaction)
      try AlertLadder(alert, transaction)?.tellElder("emergency.test_unanswered")
    case .open: try climb(&alert, &transaction)
    case .taken where alert.reminded == 0: try remind(&alert, &transaction)
    case .taken: try reopen(&alert, &transaction)
    case .cancelled, .ended: try alert.schedule(nil, transaction)
    }
  }

  /// The next round; after the last one everybody is told plainly that nobody has answered, and it goes on.
  private static func climb(_ alert: inout Alert, _ transaction: inout Transaction) throws {
    let wasOver = alert.ladder.isOver(atRound: alert.step)
    alert.step += 1
    try alert.update(transaction)
    try alert.schedule(transaction.now + alert.ladder.wait(afterRound: alert.step), transaction)
    guard let ladder = AlertLadder(alert, transaction) else { return }
    let isOver = alert.ladder.isOver(atRound: alert.step)
    try ladder.tellHelpers(isOver ? "emergency.no_answer_for" : "emergency.again_for")
    guard isOver, !wasOver || alert.step == 1 else { return }
    try alert.log("no_answer", transaction)
    try ladder.tellElder("emergency.no_answer", buttons: [AlertLadder.cancelButton])
    try transaction.emit(Event("emergency.unanswered", person: alert.person, ["alert": .string(alert.id)]))
  }

  /// Whoever took it has not said that all is well: asked first, alone.
  private static func remind(_ alert: inout Alert, _ transaction: inout Transaction) throws {
    alert.reminded += 1
    try alert.update(transaction)
    try alert.schedule(transaction.now + alert.ladder.answerWithin, transaction)
    try alert.log("asked", who: alert.takenBy, transaction)
    guard let taker = alert.takenBy, let ladder = AlertLadder(alert, transaction) else { return }
    let still = Say.Button(
      "care.button.still", action: AcknowledgeAlert.name, arguments: ["alert": .string(alert.id)])
    let name = Say.Value.text(ladder.family.people.called(alert.person, by: taker))
    try transaction.tell(
      taker, Say("emergency.resolved_yet", ["name": name], buttons: [ladder.resolveButton, still]),
      urgency: .emergency)
  }

  /// Asked in vain: it is open again and everybody is called, whoever had it too.
  private static func reopen(_ alert: inout Alert, _ transaction: inout Transaction) throws {
    let taker = alert.takenBy
    alert.state = .open
    alert.takenBy = nil
    alert.takenAt = nil
    alert.reminded = 0
    alert.reopened += 1
    alert.step = 0
    try alert.update(transaction)
    try alert.schedule(transaction.now + alert.ladder.wait(afterRound: 0), transaction)
    try alert.log("reopened", who: taker, transaction)
    guard let ladder = AlertLadder(alert, transaction) else { return }
    let people = ladder.family.people
    let by = taker.flatMap { people.person($0)?.name } ?? ""
    try ladder.tell(ladder.everybody, "emergency.unresolved_for", ["by": .text(by)])
    let called = taker.map { people.called($0, by: alert.person) } ?? by
    try ladder.tellElder("emergency.unresolved", ["by": .text(called)], buttons: [AlertLadder.cancelButton])
  }
}
