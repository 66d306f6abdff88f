package import Base
package import Formats
import Time

extension SlotValue {
  /// As an action's argument: money `{"amount","currency"}`, durations ISO 8601, moments on the person's wall clock.
  package func json() -> JSON {
    switch self {
    case .text(let text), .person(let text), .place(let text), .phone(let text), .choice(let text): .string(text)
    case .integer(let value): .integer(value)
    case .number(let value): Int64(exactly: value).map(JSON.integer) ?? .number(value)
    case .money(let money): ["amount": .string(money.decimal), "currency": .string(money.currency)]
    case .duration(let duration): .string(Self.iso8601(duration))
    case .date(let date): .string(date.description)
    case .time(let time): .string(time.short)
    case .when(let when): when.json()
    case .entity(let id, _): .string(id)
    }
  }

  /// `PT1H30M`; whole seconds.
  package static func iso8601(_ duration: Duration) -> String {
    let seconds = duration.microseconds / 1_000_000
    guard seconds > 0 else { return "PT0S" }
    let days = seconds / 86_400
    let parts = [(seconds / 3_600 % 24, "H"), (seconds / 60 % 60, "M"), (seconds % 60, "S")]
    let time = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    return "P" + (days > 0 ? "\(days)D" : "") + (time.isEmpty ? "" : "T" + time)
  }
}

extension WhenValue {
  /// Once: `{"at": "2026-11-22T08:00"}`; repeated: `{"start": …, "rrule": …}`. `elapsed` counts on the clock;
  /// `time_given` is false when only a day was named.
  package func json() -> JSON {
    let local = "\(start.date)T\(start.time.short)"
    var object: JSONObject = rule == nil ? ["at": .string(local)] : ["start": .string(local)]
    if let rule { object["rrule"] = .string(rule.description) }
    if let elapsed { object["elapsed"] = .string(SlotValue.iso8601(elapsed)) }
    if !isTimeGiven { object["time_given"] = false }
    return .object(object)
  }
}
