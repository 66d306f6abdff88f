import Base
import Formats
import Messages
import Store

/// What the log and the noted limits say about taking a medicine now. No advice: what somebody noted, read back.
struct AsNeeded: Sendable, Hashable {
  enum Answer: Sendable, Hashable {
    case yes
    /// The least time between two has not passed.
    case tooSoon(Instant)
    /// As many as are noted for a day were taken; the next may come then.
    case enough(Int, Instant)
    /// Nobody has noted a limit.
    case unknown
  }

  let answer: Answer
  let last: Instant?
  /// Within the last 24 hours.
  let count: Int

  static let day: Duration = .hours(24)

  init(_ medicine: Medicine, _ reader: some Querying, now: Instant) throws {
    let taken = try Dose.taken(of: medicine.id, since: now - Self.day, reader).compactMap(\.settledAt)
    let before = taken.isEmpty ? try Dose.lastTaken(of: medicine.id, reader)?.settledAt : nil
    self.init(medicine.limits, taken: taken, before: before, now: now)
  }

  /// - Parameters:
  ///   - taken: within the last 24 hours, the last first.
  ///   - before: the last one when none was.
  init(_ limits: Medicine.Limits, taken: [Instant], before: Instant?, now: Instant) {
    count = taken.count
    last = taken.first ?? before
    guard limits.gap != nil || limits.daily != nil else {
      answer = .unknown
      return
    }
    let free = last.flatMap { last in limits.gap.map { last + $0 } }.flatMap { $0 > now ? $0 : nil }
    if let daily = limits.daily, taken.count >= daily {
      let next = taken[daily - 1] + Self.day
      answer = .enough(taken.count, max(next, free ?? next))
    } else if let free {
      answer = .tooSoon(free)
    } else {
      answer = .yes
    }
  }

  func say(_ medicine: Medicine) -> Say {
    var values: [String: Say.Value] = ["medicine": .text(medicine.label), "count": .integer(Int64(count))]
    if let last { values["last"] = .instant(last) }
    if let note = medicine.note { values["note"] = .text(note) }
    // how many there were says more than the last one alone
    let many = count > 0 ? [Say("prn.count", ["count": .integer(Int64(count))])] : []
    switch answer {
    case .yes: return Say("prn.yes", values, lines: many)
    case .unknown: return Say("prn.unknown", values, lines: many)
    case .tooSoon(let at):
      values["at"] = .instant(at)
      return Say("prn.too_soon", values)
    case .enough(_, let at):
      values["at"] = .instant(at)
      return Say("prn.enough", values)
    }
  }

  var json: JSON {
    var object: JSONObject = ["last": JSON(last?.description), "taken_24h": .integer(Int64(count))]
    switch answer {
    case .yes: object["answer"] = "yes"
    case .unknown: object["answer"] = "unknown"
    case .tooSoon(let at):
      object["answer"] = "too_soon"
      object["from"] = .string(at.description)
    case .enough(_, let at):
      object["answer"] = "enough"
      object["from"] = .string(at.description)
    }
    return .object(object)
  }
}
