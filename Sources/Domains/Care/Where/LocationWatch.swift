import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

/// What every new fix sets off: places that were left or reached, a phone that is back after a silence or runs low.
struct LocationWatch {
  private let person: PersonID
  private let family: Family
  private var transaction: Transaction { family.transaction }

  /// `nil` where no house is running.
  init?(_ person: PersonID, _ transaction: Transaction) {
    guard let family = Family(transaction) else { return nil }
    self.person = person
    self.family = family
  }

  /// - Parameter battery: percent, where the device says it.
  func saw(_ fix: Location, battery: Double?, _ transaction: inout Transaction) throws {
    for place in try Place.all(of: person, transaction) { try look(at: place, fix, &transaction) }
    var signal = try Signal.find(person, transaction)
    if signal.isSilent, fix.at > transaction.now - Self.fresh {
      signal.isSilent = false
      try tell(Say("location.back_for", ["at": .instant(fix.at)]), key: "back.\(fix.id)")
    }
    if let battery { try charge(battery, fix, &signal) }
    try signal.store(transaction)
    try signal.schedule(transaction)
  }

  /// A fix so old says nothing about now.
  private static let fresh: Duration = .minutes(30)

  /// Relatives who may see where the person is, now that they are told.
  private func allowed(_ relatives: [PersonID]) throws -> [PersonID] {
    try relatives.filter { try LocationConsent.isGiven(by: person, to: $0, family.people, transaction) }
  }

  private func tell(_ say: Say, to relatives: [PersonID]? = nil, key: String) throws {
    let all = relatives ?? family.relatives(of: person, with: .location).map(\.id)
    for relative in try allowed(all) {
      var say = say
      say.values["name"] = .text(family.people.called(person, by: relative))
      try transaction.tell(relative, say, dedupeKey: "location.\(person).\(key).\(relative)")
    }
  }

  // MARK: Places

  private func look(at place: Place, _ fix: Location, _ transaction: inout Transaction) throws {
    var place = place
    let reading = Fence.reading(
      distance: fix.place.distance(to: place.centre), accuracy: fix.accuracy, radius: place.radius)
    // who waits for somebody to arrive need not wait until they have stayed
    let isAway = place.fence.side != .inside || place.fence.count >= Fence.fixes
    if reading == .inside, isAway, place.fence.seenAt.map({ fix.at > $0 }) ?? true {
      try transaction.emit(Event("place.reached", person: person, ["place": .string(place.name)]))
    }
    let before = place.fence.side
    let changed = place.fence.see(reading, at: fix.at)
    try place.store(transaction)
    // where somebody is at first is no news
    guard let changed, before != nil else { return }
    try transaction.emit(Event("place.\(changed == .outside ? "left" : "entered")", person: person, place.json))
    let watchers = try allowed(try place.watchers(transaction))
    try tell(
      Say(
        changed == .outside ? "place.left_for" : "place.entered_for",
        ["place": .text(place.name), "at": .instant(fix.at)]), to: watchers,
      key: "\(place.id).\(fix.at.microseconds)")
    for watcher in watchers {
      try LocationView.note(of: person, by: watcher, .place, subject: "\(place.id).\(fix.at.microseconds)", transaction)
    }
  }

  // MARK: Battery

  static let low = 15.0
  /// Once it was said, it is said again only after it was charged.
  private static let charged = 30.0

  private func charge(_ battery: Double, _ fix: Location, _ signal: inout Signal) throws {
    if battery >= Self.charged { signal.isLow = false }
    guard battery <= Self.low, !signal.isLow, fix.at > transaction.now - Self.fresh else { return }
    signal.isLow = true
    let percent = Say.Value.integer(Int64(battery.rounded()))
    try transaction.tell(
      person, Say("battery.low", ["percent": percent]), urgency: .low, dedupeKey: "battery.\(fix.id)")
    try tell(Say("battery.low_for", ["percent": percent]), key: "battery.\(fix.id)")
  }

  // MARK: Silence

  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    for due in dues {
      guard let id = due.person, let watch = LocationWatch(id, transaction) else { continue }
      try watch.listen()
    }
  }

  private func listen() throws {
    var signal = try Signal.find(person, transaction)
    guard let silence = signal.silence, !signal.isSilent else { return }
    let last = try Location.last(of: person, transaction)
    guard transaction.now - max(last?.at ?? signal.setAt, signal.setAt) >= silence else {
      return try signal.schedule(transaction)
    }
    signal.isSilent = true
    try signal.store(transaction)
    var values: [String: Say.Value] = ["wait": .duration(silence)]
    if let last { values["at"] = .instant(last.at) }
    try tell(Say("location.silent_for", values), key: "silent.\(transaction.now.microseconds)")
  }
}

/// What is known of the device that tells where somebody is.
struct Signal: Sendable, Hashable {
  let person: PersonID
  /// So long without a fix, and relatives are told; `nil`: never.
  var silence: Duration?
  var setAt: Instant
  var isSilent = false
  var isLow = false

  static let silences = Duration.minutes(15)...Duration.days(7)

  static func find(_ person: PersonID, _ transaction: Transaction) throws -> Signal {
    try transaction.first(
      "SELECT silence_s, set_at, is_silent, is_low FROM location_signals WHERE tenant = :tenant AND person = ?", person
    ) { row in
      Signal(
        person: person, silence: row.optionalInteger(0).map { .seconds(Int64($0)) }, setAt: row.instant(1),
        isSilent: row.bool(2), isLow: row.bool(3))
    } ?? Signal(person: person, silence: nil, setAt: transaction.now)
  }

  func store(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO location_signals (tenant, person, silence_s, set_at, is_silent, is_low)
      VALUES (:tenant, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, person) DO UPDATE SET silence_s = excluded.silence_s, set_at = excluded.set_at,
        is_silent = excluded.is_silent, is_low = excluded.is_low
      """, person, silence?.wholeSeconds, setAt, isSilent, isLow)
  }

  /// One look is due as long as somebody waits for a silence; it finds by itself what has come meanwhile.
  func schedule(_ transaction: Transaction) throws {
    guard let silence, !isSilent else {
      try transaction.unschedule(Care.silenceKind, subject: person.text)
      return
    }
    let last = try Location.last(of: person, transaction)?.at ?? setAt
    let at = max(last, setAt) + silence
    if let next = try transaction.nextDue(Care.silenceKind, subject: person.text), next <= at { return }
    try transaction.schedule(Care.silenceKind, subject: person.text, person: person, at: at)
  }
}
