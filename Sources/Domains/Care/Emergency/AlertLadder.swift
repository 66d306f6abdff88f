import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

/// Calls the family again and again until a person takes the alert, and asks that person until all is well.
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

  // MARK: Who

  /// Somebody who is told, and by which doors; by all when empty.
  struct Helper {
    let person: Person
    var doors: Set<String> = []
  }

  /// Whom the ladder has called by now, each by the doors of the level that named them first.
  var helpers: [Helper] {
    let last = alert.ladder.level(ofRound: alert.step)
    return alert.ladder.isOver(atRound: alert.step) && alert.step > 0 ? everybody : called(upTo: last)
  }

  /// The whole ladder, every relative with the right, and whoever runs the house.
  var everybody: [Helper] {
    var all = called(upTo: alert.ladder.levels.count - 1)
    add(relatives, to: &all)
    if alert.step > 0, alert.ladder.isOver(atRound: alert.step) { add(owners, to: &all) }
    return all
  }

  private func called(upTo level: Int) -> [Helper] {
    var all: [Helper] = []
    for level in alert.ladder.levels[...level] {
      for who in level.who { add(persons(who), doors: level.doors, to: &all) }
    }
    // a ladder that names nobody any more must not leave the call unheard
    if all.isEmpty { add(relatives.isEmpty ? owners : relatives, to: &all) }
    return all
  }

  private func add(_ persons: [Person], doors: Set<String> = [], to all: inout [Helper]) {
    for person in persons where !all.contains(where: { $0.person.id == person.id }) {
      all.append(Helper(person: person, doors: doors))
    }
  }

  /// Rights count as they are now: whoever lost them is told nothing more.
  private func persons(_ who: EmergencyLadder.Who) -> [Person] {
    switch who {
    case .family: relatives
    case .owner: owners
    case .person(let id): (relatives + owners).filter { $0.id == id }.prefix(1).map { $0 }
    }
  }

  private var relatives: [Person] { family.relatives(of: elder.id, with: .alerts) }

  private var owners: [Person] {
    family.people.everybody.filter { $0.tenant == elder.tenant && $0.isOwner && $0.id != elder.id }
  }

  var hasRelatives: Bool { !relatives.isEmpty }

  /// The family, whoever was called, and whoever runs the house once nobody has answered.
  func mayTake(_ person: Person) -> Bool {
    person.id != elder.id && (everybody + helpers).contains { $0.person.id == person.id }
  }

  // MARK: What they are told

  /// What to dial where the person is.
  var numbers: [String: Say.Value] {
    let numbers = family.personas.emergencyNumbers.numbers(for: elder)
    var values: [String: Say.Value] = ["number": .text(numbers.emergency)]
    if let ambulance = numbers.ambulance { values["ambulance"] = .text(ambulance) }
    return values
  }

  /// Tells everybody whom the ladder has reached, through quiet hours.
  func tellHelpers(_ key: String) throws { try tell(helpers, key) }

  /// What says when the call was.
  private static let timed: Set<String> = ["emergency.again_for", "emergency.unresolved_for"]

  func tell(_ helpers: [Helper], _ key: String, _ more: [String: Say.Value] = [:]) throws {
    // the same step told twice is told once, whoever performs it
    let told = try Alert.steps(of: alert.id, transaction).count { $0["what"].string == "told" }
    let round = "alert.\(alert.id).\(alert.reopened).\(alert.step).\(told)"
    let allowed = helpers.map(\.person.id)
    for helper in helpers {
      var values = numbers.merging(more) { $1 }
      values["name"] = .text(family.people.called(elder.id, by: helper.person.id))
      values["at"] = .instant(alert.raisedAt)
      values["what"] = alert.words
      if let at = alert.locatedAt { values["located"] = .instant(at) }
      var say = Say(key, values, buttons: [takeButton(allowed)], location: alert.place)
      if alert.isSilent { say.lines = [Say("emergency.silently")] }
      if Self.timed.contains(key), let clock = family.otherClock(of: elder, for: helper.person) {
        say.lines.append(clock)
      }
      if alert.place != nil {
        try LocationView.note(of: elder.id, by: helper.person.id, .emergency, subject: alert.id, transaction)
      }
      try transaction.tell(
        helper.person.id, say, urgency: .emergency, doors: helper.doors, dedupeKey: "\(round).\(helper.person.id)")
    }
    try alert.log("told", transaction)
  }

  /// Tells everybody who was called what became of it.
  func tellOutcome(
    _ key: String, except: PersonID?, _ more: [String: Say.Value] = [:], urgency: Urgency = .emergency
  ) throws {
    for helper in everybody where helper.person.id != except {
      var values = more
      values["name"] = .text(family.people.called(elder.id, by: helper.person.id))
      try transaction.tell(helper.person.id, Say(key, values), urgency: urgency)
    }
  }

  /// Who called hears how it goes on, unless the call was silent.
  func tellElder(_ key: String, _ values: [String: Say.Value] = [:], buttons: [Say.Button] = []) throws {
    guard !alert.isSilent else { return }
    try transaction.tell(
      elder.id, Say(key, values.merging(numbers) { $1 }, buttons: buttons), urgency: .emergency)
  }

  private func takeButton(_ allowed: [PersonID]) -> Say.Button {
    Say.Button(
      alert.isTest ? "care.button.test" : "care.button.on_it", action: AcknowledgeAlert.name,
      arguments: ["alert": .string(alert.id)], allowed: allowed, isSingleUse: false)
  }

  var resolveButton: Say.Button {
    Say.Button("care.button.resolved", action: ResolveAlert.name, arguments: ["alert": .string(alert.id)])
  }

  static var cancelButton: Say.Button {
    Say.Button("care.button.okay", action: CancelAlert.name, isSingleUse: false)
  }

  static var helpButton: Say.Button { Say.Button("care.button.help", action: RaiseAlert.name) }

  static let testWait: Duration = .minutes(10)
}

extension Alert {
  /// Begins a call for help and tells the first of the ladder. Whoever was on an earlier one hears of this one: it needs
  /// no asking after.
  /// - Parameters:
  ///   - who: called; `nil` where nobody did and no answer came.
  ///   - key: what the helpers read.
  static func raise(
    for person: PersonID, _ what: String?, isSilent: Bool, by who: PersonID?, door: String, telling key: String,
    _ transaction: inout Transaction
  ) throws -> Alert {
    let now = transaction.now
    for var earlier in try current(for: person, since: now - .days(1), transaction) where !earlier.isTest {
      try earlier.end(.ended, "superseded", who: nil, transaction)
    }
    var alert = Alert(
      id: transaction.newID(), person: person, what: what, isTest: false,
      ladder: try Ladders.ladder(for: person, transaction), raisedAt: now, door: door,
      location: try Location.last(of: person, transaction))
    alert.isSilent = isSilent
    try alert.insert(transaction)
    try alert.log("raised", who: who, transaction)
    try AlertLadder(alert, transaction)?.tellHelpers(key)
    try alert.schedule(now + alert.ladder.wait(afterRound: 0), transaction)
    try transaction.emit(
      Event("emergency.raised", person: person, ["alert": .string(alert.id), "door": .string(door)]))
    return alert
  }
}
