import Actions
import Base
import Delivery
import Formats
import Foundation
import Messages
import RoomTesting
import Store
import Time

/// Holds what the platform and the senders saw, and what is on the disk in the end, against the promises.
struct Checker {
  struct Letter: Sendable {
    let id: String
    let chat: String
    let state: String
    let isUncertain: Bool
    let isSettled: Bool
    let createdAt: Instant
    let text: String
  }
  struct Reminder: Sendable {
    let id: String
    let token: String
    let timetable: Timetable
    let fires: [Instant]
  }
  struct Alert: Sendable {
    let raisedAt: Instant
    let takenAt: Instant?
  }

  let simulation: Simulation
  let letters: [Letter]
  let ledger: [String]
  let openMessages: [String]
  let reminders: [Reminder]
  let alerts: [Alert]
  let doses: [Dose]
  /// When somebody took one.
  let taken: [Instant]
  let accepted: [SimulatedPlatform.Call]
  let end: Instant

  init(_ simulation: Simulation, _ house: SimulatedHouse) throws {
    self.simulation = simulation
    accepted = simulation.platform.accepted
    end = simulation.clock.now
    (letters, ledger, openMessages, reminders, alerts, taken, doses) = try house.look { reader in
      let letters = try reader.query(
        "SELECT id, chat, state, is_uncertain, settled_at, created_at, payload FROM outbox WHERE door = 'telegram'"
      ) { row in
        Letter(
          id: row.text(0), chat: row.text(1), state: row.text(2), isUncertain: row.bool(3),
          isSettled: row.optionalInstant(4) != nil, createdAt: row.instant(5),
          text: OutboundMessage(stored: row.text(6))?.text.text ?? "")
      }
      let ledger = try reader.query("SELECT token FROM ledger ORDER BY token") { $0.text(0) }
      let open = try reader.query("SELECT external_id, state FROM inbox WHERE state <> 'done'") {
        "\($0.text(0)) is \($0.text(1))"
      }
      let reminders = try reader.query("SELECT id, text, timetable FROM reminders") { row in
        (id: row.text(0), token: row.text(1), timetable: try Timetable(json: JSON.parse(row.text(2))))
      }.map { reminder in
        Reminder(
          id: reminder.id, token: reminder.token, timetable: reminder.timetable,
          fires: try reader.query("SELECT due_at FROM reminder_fires WHERE reminder = ? ORDER BY due_at", reminder.id) {
            $0.instant(0)
          })
      }
      let alerts = try reader.query("SELECT raised_at, taken_at FROM alerts") {
        Alert(raisedAt: $0.instant(0), takenAt: $0.optionalInstant(1))
      }
      let taken = try reader.query("SELECT at FROM alert_steps WHERE what = 'taken'") { $0.instant(0) }
      let doses = try reader.query(
        "SELECT m.name, d.due_at, d.state FROM doses d JOIN medicines m ON m.id = d.medicine AND m.tenant = d.tenant"
      ) { Dose(medicine: $0.text(0), dueAt: $0.instant(1), state: $0.text(2)) }
      return (letters, ledger, open, reminders, alerts, taken, doses)
    }
  }

  private var plan: Plan { simulation.plan }
  private func isBlocked(_ member: Int) -> Bool { plan.blocked.contains(Cast.chat(member)) }
  /// Questions are forgotten after half an hour: a seed in which the house was away for long proves nothing about them.
  private var wasAwayLong: Bool {
    var last: Int64 = 0
    return simulation.available.contains { range in
      defer { last = range.upperBound }
      return range.lowerBound - last > 20 * 60_000_000
    } || plan.hasSteps
  }

  func findings() -> [String] {
    simulation.platform.breaches + liveness() + effects() + answers() + doubles() + tenants() + reminderFindings()
      + quiet() + emergencies() + doseFindings()
  }

  // MARK: Messages

  private func liveness() -> [String] {
    var found = openMessages.map { "message \($0) at the end" }
    let updates = plan.updates.flatMap { $0 }
    let acknowledged = simulation.courier.acknowledged
    found += updates.filter { acknowledged[$0.id] == nil }.map { "update \($0.id) was never acknowledged" }
    for letter in letters {
      if !letter.isSettled { found.append("letter \(letter.id) (\(letter.text)) is \(letter.state) at the end") }
      if letter.isSettled, letter.state != "sent", !plan.blocked.contains(letter.chat), !isGivenUp(letter) {
        found.append("letter \(letter.id) (\(letter.text)) was given up")
      }
    }
    let arrived = Set(accepted.map(\.item.id))
    found += letters.filter { $0.state == "sent" && !arrived.contains($0.id) }.map { "letter \($0.id) counts as sent" }
    return found
  }

  /// Giving up is right only after as many vain tries as are allowed, and never for an emergency.
  private func isGivenUp(_ letter: Letter) -> Bool {
    let calls = simulation.platform.calls.filter { $0.item.id == letter.id }
    return letter.state == "failed" && calls.count >= Outbox.attemptLimit && calls[0].item.urgency != .emergency
  }

  private func effects() -> [String] {
    var rows: [String: Int] = [:]
    for token in ledger { rows[token, default: 0] += 1 }
    return plan.updates.flatMap { $0 }.compactMap { update in
      let count = rows[update.token] ?? 0
      switch update.kind {
      case .note: return count == 1 ? nil : "\(update.token) has \(count) effects"
      case .missing, .approval:
        let isFine = count == 1 || count == 0 && wasAwayLong
        return isFine ? nil : "\(update.token) (asked for) has \(count) effects"
      case .proposal: return nil
      default: return count == 0 ? nil : "\(update.token) has \(count) effects and must have none"
      }
    }
  }

  /// Every message is answered, in the order in which they were sent.
  private func answers() -> [String] {
    var found: [String] = []
    for (member, updates) in plan.updates.enumerated() where !isBlocked(member) {
      let texts = accepted.filter { $0.chat == Cast.chat(member) }.map(\.text)
      var last = -1
      for update in updates {
        let words: String
        switch update.kind {
        case .note: words = "noted \(update.token) "
        case .refused: words = "refused \(update.token) "
        case .missing where !wasAwayLong: words = "noted \(update.token) "
        case .approval where !wasAwayLong: words = "sent \(update.token) "
        case .remindOnce, .remindHourly, .remindNagging:
          // one that came too late is asked about, without its name
          guard reminders.contains(where: { $0.token == update.token }) else { continue }
          words = update.token
        default: continue
        }
        // an answer that was given up leaves its place to later words about the same
        guard !letters.contains(where: { $0.text.contains(words) && isGivenUp($0) }) else { continue }
        guard let place = texts.firstIndex(where: { $0.contains(words) }) else {
          found.append("\(update.token) was never answered")
          continue
        }
        if place <= last { found.append("\(update.token) was answered before its turn") }
        last = max(last, place)
      }
    }
    return found
  }

  /// An answer comes twice only when nobody could know that it had arrived, and then it is marked.
  private func doubles() -> [String] {
    var found: [String] = []
    let marked = Set(letters.filter(\.isUncertain).map(\.id))
    for (id, calls) in Dictionary(grouping: accepted, by: \.item.id) {
      for (first, second) in zip(calls, calls.dropFirst()) {
        let wasKnown = first.isAnswered && first.incarnation == second.incarnation
        if wasKnown { found.append("\(id) was sent again although the house had heard that it arrived") }
        if !marked.contains(id) { found.append("\(id) (\(first.text)) came twice and is not marked") }
        if simulation.settledBefore[second.incarnation]?.contains(id) == true {
          found.append("\(id) was on the disk as sent and was sent again")
        }
      }
    }
    let isAllKnown = simulation.crashes.isEmpty && accepted.allSatisfy(\.isAnswered)
    if isAllKnown, !marked.isEmpty { found.append("\(marked.count) letters are marked for no reason") }
    return found
  }

  private func tenants() -> [String] {
    accepted.compactMap { call in
      guard let member = Cast.members.indices.first(where: { Cast.chat($0) == call.chat }) else {
        return "\(call.chat) is nobody's"
      }
      let other = Cast.members[member].tenant == "home" ? "A1" : "H1"
      let isForeign = plan.updates.joined().contains { $0.token.hasPrefix(other) && call.text.contains($0.token) }
      return isForeign ? "\(call.chat) read another tenant's words: \(call.text)" : nil
    }
  }

  // MARK: Timers

  /// Elapsed time of a wall time; only where the clock was never stepped.
  private func elapsed(_ instant: Instant) -> Int64 { (instant - plan.start).microseconds }
  private func isAvailable(_ range: Range<Int64>) -> Bool {
    simulation.available.contains { $0.lowerBound <= range.lowerBound && $0.upperBound >= range.upperBound }
  }
  /// The first time from which the house was there for two seconds.
  private func handled(from: Int64) -> Int64? {
    let need: Int64 = 2_000_000
    for range in simulation.available where range.upperBound - max(range.lowerBound, from) >= need {
      return max(range.lowerBound, from)
    }
    return nil
  }

  private func reminderFindings() -> [String] {
    var found: [String] = []
    for update in plan.updates.joined() {
      switch update.kind {
      case .remindOnce, .remindHourly, .remindNagging:
        let count = reminders.count { $0.token == update.token }
        if count > 1 { found.append("\(update.token) made \(count) reminders") }
      default: continue
      }
    }
    for reminder in reminders {
      let told = letters.filter { letter in
        letter.text.contains(reminder.token)
          && ["⏰", "I was away", "You missed"].contains { letter.text.hasPrefix($0) }
      }.map(\.createdAt).sorted()
      var occurrences = [reminder.timetable.first]
      while let last = occurrences.last, let next = try? reminder.timetable.next(after: last), next <= end {
        occurrences.append(next)
      }
      occurrences.removeAll { $0 > end - .seconds(2) }
      if Set(reminder.fires).count != reminder.fires.count { found.append("\(reminder.token) fired twice at one time") }
      guard !plan.hasSteps else {
        if !reminder.timetable.repeats, !occurrences.isEmpty, told.count != 1 {
          found.append("\(reminder.token) was told \(told.count) times")
        }
        continue
      }
      if reminder.fires.filter({ $0 <= end - .seconds(2) }) != occurrences {
        found.append("\(reminder.token) has fires \(reminder.fires), was due at \(occurrences)")
      }
      var covered = 0
      for at in told {
        let due = occurrences.count { $0 <= at }
        if due <= covered { found.append("\(reminder.token) was told again at \(at), and nothing new was due") }
        covered = max(covered, due)
      }
      for occurrence in occurrences {
        guard let by = handled(from: elapsed(occurrence)) else { continue }
        let inTime = told.contains { $0 >= occurrence && elapsed($0) <= by + 1_000_000 }
        if !inTime { found.append("\(reminder.token), due \(occurrence), was not told in time: \(told)") }
      }
    }
    return found
  }

  /// What may wait for the morning does.
  private func quiet() -> [String] {
    guard !plan.hasSteps, let zone = try? Zone.named(Cast.members[Cast.elder].zone) else { return [] }
    return accepted.compactMap { call in
      guard call.chat == Cast.chat(Cast.elder), call.item.urgency == .low else { return nil }
      let hour = zone.civil(call.wall).time.hour
      return hour >= 22 || hour < 6 ? "\(call.text) came at night, \(call.wall)" : nil
    }
  }

  /// Every relative hears every call, again and again until somebody takes it, and then no more.
  private func emergencies() -> [String] {
    var found: [String] = []
    let acknowledged = simulation.courier.acknowledged
    for relative in Cast.relatives {
      let calls = letters.filter { $0.chat == Cast.chat(relative) && $0.text.hasPrefix("🆘") }
        .sorted { $0.createdAt < $1.createdAt }
      for update in plan.updates[Cast.elder] where update.kind == .help {
        guard let first = calls.first(where: { $0.text.contains(update.token) }) else {
          found.append("\(Cast.members[relative].name) never heard of \(update.token)")
          continue
        }
        guard !plan.hasSteps, let accepted = acknowledged[update.id] else { continue }
        let late = elapsed(first.createdAt) - accepted.elapsed
        if late > 1_000_000, isAvailable(accepted.elapsed..<accepted.elapsed + 1_500_000) {
          found.append("\(update.token) left \(late) µs after it was accepted")
        }
      }
      guard !plan.hasSteps else { continue }
      for alert in alerts {
        let until = alert.takenAt ?? end
        let heard = calls.map(\.createdAt).filter { $0 >= alert.raisedAt && $0 <= until }.prefix(10)
        // somebody had it in between, but did not say that all was well
        for (one, next) in zip(heard, heard.dropFirst())
        where next - one > .seconds(122) && !taken.contains(where: { one <= $0 && $0 <= next }) {
          let due = elapsed(one) + 120_000_000
          if let by = handled(from: due), elapsed(next) > by + 1_000_000 {
            found.append("the call of \(alert.raisedAt) was repeated only at \(next), after \(one)")
          }
        }
        let minutes = (until - alert.raisedAt).microseconds / 60_000_000
        if heard.count < 2, minutes > 3, isAvailable(elapsed(alert.raisedAt)..<elapsed(until)) {
          found.append("the call of \(alert.raisedAt) was not repeated")
        }
      }
      for call in calls
      where !alerts.contains(where: { $0.raisedAt <= call.createdAt && call.createdAt <= $0.takenAt ?? end }) {
        found.append("a call went on after it was taken: \(call.text) at \(call.createdAt)")
      }
    }
    return found
  }
}
