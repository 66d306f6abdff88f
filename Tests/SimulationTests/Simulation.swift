import Actions
import Base
import Care
import Conversation
import Delivery
import Foundation
import Messages
import Reminders
import RoomTesting
import Store
import Synchronization

/// One seed: a house on a file, its people, its platform, and everything that goes wrong.
///
/// Runs on a thread of its own and blocks it.
final class Simulation {
  static let rooms: [Room] = [AssistantRoom.room, Reminders.room, Care.room, Ledger.room]
  let plan: Plan
  let clock: VirtualClock
  let platform: SimulatedPlatform
  let courier: Courier
  private let random: SeededRandom
  private let folder: TestFolder
  private var house: SimulatedHouse?
  private var incarnation = 0
  private var restartAt: Int64 = 0
  private var troubles: ArraySlice<(at: Int64, what: Plan.Trouble)>
  private var crashAfter: (steps: Int, downFor: Int64)?
  private var storeFault: Plan.StoreFault?

  // What the checker needs to know.
  /// When a house was up and could write: elapsed time, half open; the last one ends with the simulation.
  private(set) var available: [Range<Int64>] = []
  private var availableSince: Int64?
  private(set) var crashes: [Int64] = []
  private(set) var isCalm = false
  private(set) var breaches: [String] = []
  /// Ids of messages that were on the disk as sent when a house was opened, by its number.
  private(set) var settledBefore: [Int: Set<String>] = [:]

  convenience init(seed: UInt64) throws { try self.init(Plan(seed: seed)) }

  init(_ plan: Plan) throws {
    self.plan = plan
    random = SeededRandom(seed: plan.seed &* 0x9E37_79B9 &+ 1)
    clock = VirtualClock(plan.start)
    platform = SimulatedPlatform(random: random, clock: clock)
    courier = Courier(plan.updates, random: random, clock: clock)
    troubles = plan.troubles[...]
    folder = try TestFolder("sim", isInMemory: true)
  }

  private var path: String { folder.path + "/house.db" }

  /// Real time that one seed may take, many times what it needs: a house that spins is a finding and blocks no machine.
  private var patience: Duration { .seconds(60 + plan.endAt / 86_400_000_000) }

  /// Runs to the end. - Returns: every promise that was broken.
  func run() throws -> [String] {
    let latest = ContinuousClock.now + patience
    try Cast.makeStore(at: path, rooms: Self.rooms)
    try open()
    while clock.elapsed < plan.endAt, breaches.isEmpty {
      if ContinuousClock.now > latest { breaches.append("it hardly moves on at \(clock.elapsed) µs") }
      settle()
      if meetTroubles() { continue }
      if let house, house.ready, courier.deliver(to: house, message: message) { continue }
      clock.advance(to: nextTime())
      if house == nil, clock.elapsed >= restartAt { try open() }
    }
    noteAvailability(false)
    guard let house, breaches.isEmpty else { return breaches }
    defer { house.drop() }
    return try Checker(self, house).findings()
  }

  /// What happened at the platform, to the microsecond.
  var trace: [String] {
    platform.calls.map { "\($0.incarnation) \($0.elapsed) \($0.chat) \($0.item.id) \($0.isAccepted) \($0.text)" }
  }

  // MARK: Ups and downs

  private func open() throws {
    incarnation += 1
    if incarnation > 1 {
      let path = path
      settledBefore[incarnation] = try SimulatedHouse.wait {
        try await SQLiteDatabase.inspect(path) {
          Set(try $0.query("SELECT id FROM outbox WHERE state = 'sent'") { $0.text(0) })
        }
      }
    }
    let house = try SimulatedHouse(
      path: path, rooms: Self.rooms, incarnation: incarnation, clock: clock, random: random, platform: platform)
    self.house = house
    house.store.refuse(nil)
    house.open()
  }

  private func crash(downFor: Int64) {
    house?.drop()
    house = nil
    clock.forgetSleepers()
    platform.forgetInFlight()
    courier.connectionsBroke()
    crashes.append(clock.elapsed)
    noteAvailability(false)
    crashAfter = nil
    restartAt = clock.elapsed + downFor + 50_000
  }

  /// Works until only time can bring more, or until the power goes.
  private func settle() {
    guard let house else { return }
    let limit = crashAfter?.steps ?? 200_000
    let before = house.loom.steps
    let isSettled = house.loom.settle(limit: limit)
    if let failure = house.openingFailure { breaches.append("the house did not open: \(failure)") }
    if let crash = crashAfter {
      guard isSettled else { return self.crash(downFor: crash.downFor) }
      crashAfter?.steps -= house.loom.steps - before
    } else if !isSettled {
      breaches.append("the house never comes to rest at \(clock.elapsed) µs")
    }
    if house.ready {
      house.store.refuse(storeFault == nil ? nil : storeFault == .busy ? .busy : .full)
      noteAvailability(storeFault == nil)
    }
  }

  private func noteAvailability(_ isAvailable: Bool) {
    if isAvailable, availableSince == nil { availableSince = clock.elapsed }
    if !isAvailable, let since = availableSince {
      if clock.elapsed > since { available.append(since..<clock.elapsed) }
      availableSince = nil
    }
  }

  private func meetTroubles() -> Bool {
    guard let next = troubles.first, next.at <= clock.elapsed else { return false }
    troubles.removeFirst()
    switch next.what {
    case .weather(let weather): platform.setWeather(weather)
    case .crash(let steps, let down): crashAfter = (steps, down)
    case .clockStep(let step): clock.step(by: step)
    case .store(let fault):
      storeFault = fault
      if let house, house.ready { house.store.refuse(fault == nil ? nil : fault == .busy ? .busy : .full) }
      noteAvailability(fault == nil && house?.ready == true)
    }
    if troubles.isEmpty { crashAfter = nil }
    return true
  }

  // MARK: Time

  /// The next moment at which anything can happen. Looks at the clock alone are jumped over.
  private func nextTime() -> Int64 {
    let now = clock.elapsed
    var times = [plan.endAt]
    if let next = troubles.first { times.append(next.at) }
    guard let house else { return max(now, min(restartAt, times.min() ?? restartAt)) }
    if let next = courier.nextTime, house.ready { times.append(next) }
    if let next = clock.nextDeadline(polls: false) { times.append(next) }
    // something waits for its next look at the clock: let that come
    let isBusy = house.conversation.lanes.depth > 0 || platform.isBusy || crashAfter != nil
    if !isBusy, let due = nextDue(in: house) { times.append(now + (due - clock.now).microseconds) }
    let next = times.min() ?? now
    guard isBusy || next <= now else { return next }
    let look = clock.nextDeadline(polls: true) ?? now + 50_000
    return next <= now ? look : min(look, next)
  }

  /// When a timer or a letter is due, as the file has it.
  private func nextDue(in house: SimulatedHouse) -> Instant? {
    try? house.look { reader in
      let timers = try reader.first("SELECT min(at) FROM due") { $0.optionalInstant(0) } ?? nil
      let letters =
        try reader.first("SELECT min(due_at) FROM outbox WHERE settled_at IS NULL AND door = 'telegram'") {
          $0.optionalInstant(0)
        } ?? nil
      return [timers, letters].compactMap { $0 }.min()
    }
  }

  // MARK: What people send

  private func message(_ update: Update) -> InboundMessage {
    var content = InboundMessage.Content.text(update.text)
    let tapped: (mark: String, button: Int)? =
      switch update.kind {
      case .done: ("⏰", 0)
      case .acknowledge: ("🆘", 0)
      case .dose(let button): ("💊", button)
      default: nil
      }
    if let tapped, let id = button(tapped.button, of: update.member, under: tapped.mark) { content = .press(data: id) }
    return InboundMessage(
      from: Cast.address(update.member), kind: "update", externalID: String(update.id), chat: Cast.chat(update.member),
      senderName: Cast.members[update.member].name, content: content)
  }

  /// A button of the last message with such words that a person has read.
  private func button(_ index: Int, of member: Int, under mark: String) -> String? {
    let chat = Cast.chat(member)
    let call = platform.accepted.last { $0.chat == chat && $0.text.contains(mark) && !$0.item.message.buttons.isEmpty }
    guard let buttons = call?.item.message.buttons, !buttons.isEmpty else { return nil }
    return buttons[min(index, buttons.count - 1)].id
  }
}
