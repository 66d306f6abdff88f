import Base
import Delivery
import RoomTesting
import Time

/// What happens in one simulation, drawn from its seed before it begins.
struct Plan: Sendable {
  enum Trouble: Sendable {
    case weather(SimulatedPlatform.Weather)
    case store(StoreFault?)
    /// The power goes after so many steps of work.
    case crash(afterSteps: Int, downFor: Int64)
    case clockStep(Duration)
  }
  enum StoreFault: Sendable { case busy, full }

  let seed: UInt64
  let start: Instant
  let updates: [[Update]]
  /// In order of time.
  let troubles: [(at: Int64, what: Trouble)]
  /// All troubles are over.
  let calmAt: Int64
  let endAt: Int64
  let hasSteps: Bool
  let blocked: Set<String>

  private static let second: Int64 = 1_000_000
  private static let minute: Int64 = 60_000_000

  /// Before a night in Kolkata, around both clock changes in New York and Berlin, and an ordinary morning.
  private static let starts = [
    "2026-11-23T04:30:00Z", "2026-11-23T15:50:00Z", "2026-03-08T06:20:00Z", "2026-11-01T05:10:00Z",
    "2026-03-29T00:30:00Z",
  ]

  init(
    seed: UInt64, start: Instant, updates: [[Update]], troubles: [(at: Int64, what: Trouble)], calmAt: Int64,
    endAt: Int64
  ) {
    (self.seed, self.start, self.updates, self.troubles) = (seed, start, updates, troubles)
    (self.calmAt, self.endAt, hasSteps, blocked) = (calmAt, endAt, false, [])
  }

  init(seed: UInt64) {
    self.seed = seed
    let random = SeededRandom(seed: seed)
    func chance(_ percent: Int) -> Bool { random.below(100) < percent }
    func time(_ limit: Int64) -> Int64 { Int64(random.below(Int(limit))) }
    start = Instant(iso8601: Self.starts[random.below(Self.starts.count)]) ?? .epoch
    let span = Self.minute * Int64(5 + random.below(25))
    calmAt = span
    endAt = span + Self.minute * (chance(30) ? 400 : 100)
    hasSteps = chance(25)
    blocked = chance(20) ? [Cast.chat(4)] : []
    updates = Self.updates(random, start, span)
    var troubles: [(at: Int64, what: Trouble)] = []
    if chance(75) {
      for _ in 0..<(1 + random.below(4)) {
        var weather = SimulatedPlatform.Weather()
        if chance(60) { weather.tooMany = random.below(200) }
        if chance(60) { weather.serverErrors = random.below(300) }
        if chance(40) { weather.unreachableNetwork = random.below(300) }
        if chance(60) { weather.lostAnswers = random.below(200) }
        if chance(30) { weather.hangs = random.below(100) }
        if chance(10) { weather.serverErrors = 1_000 }
        weather.blocked = blocked
        troubles.append((time(span), .weather(weather)))
      }
    }
    if chance(80) {
      // a message that was being handled at each of more crashes would rightly be set aside
      for _ in 0..<(1 + random.below(Inbox.attemptLimit - 1)) {
        let down = chance(70) ? time(3 * Self.second) : chance(80) ? time(5 * Self.minute) : time(9 * 60 * Self.minute)
        troubles.append((time(span), .crash(afterSteps: 1 + random.below(chance(50) ? 60 : 600), downFor: down)))
      }
    }
    if chance(40) {
      for _ in 0..<(1 + random.below(2)) {
        let from = time(span - Self.minute)
        troubles.append((from, .store(chance(50) ? .busy : .full)))
        troubles.append((from + Self.second + time(40 * Self.second), .store(nil)))
      }
    }
    if hasSteps {
      for _ in 0..<(1 + random.below(2)) {
        troubles.append((time(span), .clockStep(.seconds(Int64(random.below(2_400)) - 1_200))))
      }
    }
    var calm = SimulatedPlatform.Weather()
    calm.blocked = blocked
    troubles.append((0, .weather(calm)))
    troubles.append((span, .weather(calm)))
    troubles.append((span, .store(nil)))
    self.troubles = troubles.sorted { $0.at < $1.at }
  }

  private static func updates(_ random: SeededRandom, _ start: Instant, _ span: Int64) -> [[Update]] {
    var id = 0
    return Cast.members.indices.map { member in
      var updates: [Update] = []
      let tenant = Cast.members[member].tenant == "home" ? "H" : "A"
      let zone = (try? Zone.named(Cast.members[member].zone)) ?? .utc
      let isFamily = member == Cast.elder || Cast.relatives.contains(member)
      var at = Int64(random.below(Int(30 * second)))
      func add(_ kind: Update.Kind, _ text: (String) -> String) {
        id += 1
        let token = "\(tenant)\(10_000 + id)"
        updates.append(Update(id: id, member: member, kind: kind, token: token, at: at, text: text(token)))
      }
      func soon() -> String {
        zone.civil(start + .microseconds(at + Int64(random.below(Int(20 * minute))) + 20 * second)).description
      }
      while at < span {
        switch random.below(100) {
        case ..<50: add(.note) { "note.add token=\($0)" }
        case ..<56: add(.note) { "~\(1 + random.below(40)) note.add token=\($0)" }
        case ..<62: add(.refused) { "note.refuse token=\($0)" }
        case ..<66:
          add(.incomplete) { _ in "note.add" }
          add(.missing) { $0 }
        case ..<70:
          add(.proposal) { "note.send token=\($0)" }
          let proposed = updates.last?.token ?? ""
          id += 1
          updates.append(Update(id: id, member: member, kind: .approval, token: proposed, at: at, text: "yes"))
        case ..<82: add(.remindOnce) { "reminder.create text=\($0) schedule=\(soon())" }
        case ..<86: add(.remindHourly) { "reminder.create text=\($0) schedule=\(soon()) rule=FREQ=HOURLY" }
        case ..<89: add(.remindNagging) { "reminder.create text=\($0) schedule=\(soon()) nag=true" }
        case ..<94: add(.done) { _ in "thanks" }
        default:
          if member == Cast.elder {
            add(.help) { "HELP \($0)" }
          } else if isFamily {
            add(.acknowledge) { _ in "emergency.acknowledge" }
          } else {
            add(.note) { "note.add token=\($0)" }
          }
        }
        // bursts, then pauses
        at += Int64(random.below(Int(random.below(3) == 0 ? 120 * second : 4 * second)))
      }
      return updates
    }
  }
}
