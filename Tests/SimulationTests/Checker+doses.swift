import Base
import RoomTesting
import Time

extension Checker {
  struct Dose: Sendable {
    let medicine: String
    let dueAt: Instant
    let state: String
  }

  /// No dose is asked for twice, none is silently missed, and what is not known is told to the family.
  func doseFindings() -> [String] {
    simulation.plan.updates[Cast.elder].flatMap { update -> [String] in
      guard case .medicine(let rule) = update.kind else { return [] }
      guard let since = simulation.courier.acknowledged[update.id] else { return [] }
      let stop = simulation.plan.updates[Cast.elder].first { $0.kind == .stop(update.token) }
      let until = stop.map { simulation.courier.acknowledged[$0.id]?.elapsed ?? $0.at } ?? simulation.plan.endAt
      return findings(of: update, rule, from: since.elapsed, until: until)
    }
  }

  private func findings(of update: Update, _ rule: String, from: Int64, until: Int64) -> [String] {
    let name = update.token
    guard let wanted = try? due(update, rule) else { return ["\(name): the rule \(rule) cannot be read"] }
    let start = simulation.plan.start
    // where it begins and ends the exact moment is the house's
    let sure = wanted.filter {
      $0 > start + .microseconds(from) + .minutes(2) && $0 < start + .microseconds(until) - .minutes(2)
        && $0 < end - .days(1)
    }
    var rows: [Instant: [Dose]] = [:]
    for dose in doses where dose.medicine == name { rows[dose.dueAt, default: []].append(dose) }
    var found: [String] = []
    for (at, doses) in rows where doses.count > 1 { found.append("\(name) has \(doses.count) doses at \(at)") }
    for at in rows.keys where !wanted.contains(at) { found.append("\(name) has a dose at \(at), which is none") }
    for at in sure {
      guard let dose = rows[at]?.first else {
        found.append("\(name), due \(at), is not known at all")
        continue
      }
      found += self.findings(dose)
    }
    return found
  }

  private func findings(_ dose: Dose) -> [String] {
    let name = dose.medicine
    let asked = letters.filter {
      $0.chat == Cast.chat(Cast.elder) && $0.text.hasPrefix("💊") && $0.text.contains(name)
        && $0.createdAt >= dose.dueAt && $0.createdAt < dose.dueAt + .minutes(5)
    }
    var found = asked.count > 1 ? ["\(name), due \(dose.dueAt), was asked for \(asked.count) times"] : []
    switch dose.state {
    case "asked", "later": found.append("\(name), due \(dose.dueAt), is still \(dose.state)")
    case "unknown", "missed":
      for relative in Cast.relatives {
        let isTold = letters.contains {
          $0.chat == Cast.chat(relative) && $0.text.contains(name) && $0.createdAt >= dose.dueAt
            && $0.createdAt < dose.dueAt + .days(6)
        }
        if !isTold {
          found.append("\(Cast.members[relative].name) never heard that \(name), due \(dose.dueAt), is \(dose.state)")
        }
      }
    default: break
    }
    return found
  }

  /// By the rule itself, read anew.
  private func due(_ update: Update, _ rule: String) throws -> Set<Instant> {
    let text = update.text.split(separator: " ").first { $0.hasPrefix("schedule=") }?.dropFirst(9) ?? ""
    let zone = try Zone.named(Cast.members[Cast.elder].zone)
    guard let start = CivilDateTime(String(text)) else { return [] }
    let recurrence = try Recurrence(start: start, zone: zone, rule: RecurrenceRule(parsing: rule))
    var all: Set<Instant> = []
    var at = simulation.plan.start - .days(3)
    while let next = try recurrence.next(after: at)?.instant, next < end {
      all.insert(next)
      at = next
    }
    return all
  }
}
