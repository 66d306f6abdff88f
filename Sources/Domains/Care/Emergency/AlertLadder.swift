import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

/// Calls the family again and again until a person takes the alert.
struct AlertLadder {
  let alert: Alert
  let family: Family
  let elder: Person
  private var transaction: Transaction { family.transaction }

  /// `nil` where no house is running or the person is gone.
  init?(_ alert: Alert, _ transaction: Transaction) {
    guard let family = Family(transaction), let elder = family.people.person(alert.person) else { return nil }
    self.alert = alert
    self.family = family
    self.elder = elder
  }

  /// Every relative who may have alerts; with none of them, whoever runs the house.
  var helpers: [Person] {
    let relatives = family.relatives(of: elder.id, with: .alerts)
    return relatives.isEmpty ? owners : relatives
  }

  private var owners: [Person] {
    family.people.everybody.filter { $0.tenant == elder.tenant && $0.isOwner && $0.id != elder.id }
  }

  /// Those who are called; whoever runs the house too once nobody has answered.
  func mayTake(_ person: Person) -> Bool {
    guard person.id != elder.id else { return false }
    let called = helpers.contains { $0.id == person.id }
    return called || alert.step >= alert.ladder.repeats && owners.contains { $0.id == person.id }
  }

  var hasRelatives: Bool { !family.relatives(of: elder.id, with: .alerts).isEmpty }

  /// Tells everybody who could help, on every channel and through quiet hours.
  func tellHelpers(_ key: String) throws {
    let helpers = helpers
    let round = try Alert.steps(of: alert.id, transaction).count
    for helper in helpers { try tell(helper, key, allowed: helpers.map(\.id), round: round) }
    try alert.log("told", transaction)
  }

  private func tell(_ helper: Person, _ key: String, allowed: [PersonID], round: Int) throws {
    let name = family.people.called(elder.id, by: helper.id)
    var values: [String: Say.Value] = [
      "name": .text(name), "number": .text(elder.emergencyNumber), "at": .instant(alert.raisedAt),
    ]
    if let what = alert.what { values["what"] = .text(what) }
    if let at = alert.locatedAt { values["located"] = .instant(at) }
    let button = Say.Button(
      alert.isTest ? "care.button.test" : "care.button.on_it", action: AcknowledgeAlert.name,
      arguments: ["alert": .string(alert.id)], allowed: allowed, isSingleUse: false)
    let say = Say(key, values, buttons: [button], location: alert.place)
    try transaction.tell(
      helper.id, say, urgency: .emergency, dedupeKey: "alert.\(alert.id).\(round).\(helper.id)")
  }

  /// Tells the helpers what became of it.
  func tellOutcome(_ key: String, except: PersonID?, _ more: [String: Say.Value] = [:]) throws {
    for helper in helpers where helper.id != except {
      var values = more
      values["name"] = .text(family.people.called(elder.id, by: helper.id))
      try transaction.tell(helper.id, Say(key, values), urgency: .emergency)
    }
  }

  func tellElder(_ key: String, _ values: [String: Say.Value] = [:], buttons: [Say.Button] = []) throws {
    var values = values
    values["number"] = .text(elder.emergencyNumber)
    try transaction.tell(elder.id, Say(key, values, buttons: buttons), urgency: .emergency)
  }

  static var cancelButton: Say.Button {
    Say.Button("care.button.okay", action: CancelAlert.name, isSingleUse: false)
  }

  func scheduleNext() throws {
    let wait = alert.isTest ? Self.testWait : alert.ladder.wait(after: alert.step)
    try transaction.schedule(Care.alertKind, subject: alert.id, person: alert.person, at: transaction.now + wait)
  }

  static let testWait: Duration = .minutes(10)

  // MARK: The next step

  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    var seen: Set<String> = []
    for due in dues where seen.insert(due.subject).inserted {
      guard var alert = try Alert.find(due.subject, transaction), alert.state == .open else { continue }
      if alert.isTest {
        alert.state = .ended
        try alert.update(transaction)
        try AlertLadder(alert, transaction)?.tellElder("emergency.test_unanswered")
        continue
      }
      alert.step += 1
      try alert.update(transaction)
      guard let ladder = AlertLadder(alert, transaction) else { continue }
      try ladder.tellHelpers("emergency.again_for")
      if alert.step == alert.ladder.repeats { try ladder.sayNobodyAnswers(&transaction) }
      try ladder.scheduleNext()
    }
  }

  /// The rounds are over: who called is told plainly what to do, and whoever runs the house is told too.
  private func sayNobodyAnswers(_ transaction: inout Transaction) throws {
    try alert.log("no_answer", transaction)
    try tellElder("emergency.no_answer", buttons: [Self.cancelButton])
    let known = Set(helpers.map(\.id))
    for owner in owners where !known.contains(owner.id) {
      try tell(owner, "emergency.again_for", allowed: [owner.id], round: alert.step)
    }
    try transaction.emit(Event("emergency.unanswered", person: alert.person, ["alert": .string(alert.id)]))
  }
}
