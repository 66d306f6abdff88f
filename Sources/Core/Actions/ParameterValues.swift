package import Base
package import Formats
package import Time

extension String: ParameterValue {
  package static var kind: SlotKind { .text }
  package var json: JSON { .string(self) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> String {
    let text: String
    switch json {
    case .string(let value): text = value
    case .integer(let value): text = String(value)
    case .number(let value): text = String(value)
    default: throw refuse(specification, "a text is needed")
    }
    let trimmed = text.trimmed
    guard !trimmed.isEmpty else { throw refuse(specification, "it is empty; say what it should be") }
    guard trimmed.utf8.count <= 4_000 else { throw refuse(specification, "it is too long; keep it under 4,000 bytes") }
    if case .choice(let choices) = specification.kind {
      let wanted = trimmed.lowercased()
      guard let choice = choices.first(where: { $0.lowercased() == wanted }) else {
        throw refuse(specification, "choose one of \(choices.joined(separator: ", "))")
      }
      return choice
    }
    return trimmed
  }
}

extension String {
  /// Without white space at either end.
  package var trimmed: String {
    var view = unicodeScalars[...]
    while let first = view.first, first.properties.isWhitespace { view = view.dropFirst() }
    while let last = view.last, last.properties.isWhitespace { view = view.dropLast() }
    return String(view)
  }
}

extension Int: ParameterValue {
  package static var kind: SlotKind { .integer }
  package var json: JSON { .integer(Int64(self)) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> Int {
    if let value = json.int { return value }
    if let text = json.string {
      if let value = Int(text.trimmed) { return value }
      if case .integer(let value)? = reading.words?(text, .integer) { return Int(value) }
    }
    throw refuse(specification, "a whole number is needed, such as 3")
  }
}

extension Double: ParameterValue {
  package static var kind: SlotKind { .number }
  package var json: JSON { .number(self) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> Double {
    if let value = json.double, value.isFinite { return value }
    if let text = json.string {
      if let value = Double(text.trimmed), value.isFinite { return value }
      if case .number(let value)? = reading.words?(text, .number) { return value }
    }
    throw refuse(specification, "a number is needed, such as 2.5")
  }
}

extension Bool: ParameterValue {
  package static var kind: SlotKind { .boolean }
  package var json: JSON { .bool(self) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> Bool {
    if let value = json.bool { return value }
    switch json.string?.trimmed.lowercased() {
    case "true", "yes", "y", "1", "on", "": return true
    case "false", "no", "n", "0", "off": return false
    default: throw refuse(specification, "say yes or no")
    }
  }
}

extension Money: ParameterValue {
  package static var kind: SlotKind { .money }
  package var json: JSON { ["amount": .string(decimal), "currency": .string(currency)] }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> Money {
    func amount(_ text: String, _ currency: String) -> Money? {
      guard isGrouped(text.trimmed) else { return nil }
      return Money(decimal: text.trimmed.filter { $0 != "," }, currency: currency.uppercased())
    }
    switch json {
    case .object:
      let currency = json["currency"].string ?? reading.currency
      let text = json["amount"].string ?? json["amount"].int64.map(String.init) ?? json["amount"].double.map { "\($0)" }
      if currency.utf8.count == 3, let text, let money = amount(text, currency) { return money }
    case .integer(let value):
      if let money = amount(String(value), reading.currency) { return money }
    case .number(let value):
      if let money = amount("\(value)", reading.currency) { return money }
    case .string(let text):
      let parts = text.trimmed.split(separator: " ")
      if parts.count == 2, parts[1].utf8.count == 3, let money = amount(String(parts[0]), String(parts[1])) {
        return money
      }
      if let money = amount(text, reading.currency) { return money }
      // of what looks like a number and is none, no part is the amount
      if !text.allSatisfy({ "0123456789.,eE+- ".contains($0) }),
        case .money(let money)? = reading.words?(text, .money)
      {
        return money
      }
    default: break
    }
    throw refuse(specification, "an amount is needed, such as 250 or \"12.50 USD\"")
  }

  /// Whether commas part thousands, as in 1,234.50 or 12,34,567, and nothing else: "1,5" is somebody's one and a half.
  private static func isGrouped(_ text: String) -> Bool {
    let whole = text.prefix { $0 != "." }
    let groups = whole.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.count > 1 else { return !text.contains(",") }
    return !text.dropFirst(whole.count).contains(",") && groups.last?.count == 3
      && groups.dropFirst().allSatisfy { (2...3).contains($0.count) } && groups.first?.isEmpty == false
  }
}

extension Duration: ParameterValue {
  package static var kind: SlotKind { .duration }
  package var json: JSON { .string(iso8601) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> Duration {
    if let text = json.string {
      if let value = Duration(iso8601: text) { return value }
      if case .duration(let value)? = reading.words?(text, .duration) { return value }
    }
    throw refuse(specification, "a length of time is needed, such as \"20 minutes\" or PT20M")
  }
}

extension CivilDate: ParameterValue {
  package static var kind: SlotKind { .date }
  package var json: JSON { .string(description) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> CivilDate {
    if let text = json.string {
      if let value = CivilDate(text.trimmed) { return value }
      if case .date(let value)? = reading.time(text, .date) { return value }
      if case .when(let value)? = reading.time(text, .when) { return value.start.date }
    }
    throw refuse(specification, "a date is needed, such as 2026-12-05 or \"tomorrow\"")
  }
}

extension CivilTime: ParameterValue {
  package static var kind: SlotKind { .time }
  package var json: JSON { .string(description) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> CivilTime {
    if let text = json.string {
      if let value = CivilTime(text.trimmed) { return value }
      if case .time(let value)? = reading.time(text, .time) { return value }
    }
    throw refuse(specification, "a time of day is needed, such as 08:00 or \"8 pm\"")
  }
}

extension WhenValue: ParameterValue {
  package static var kind: SlotKind { .when }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> WhenValue {
    // a shell hands objects over as text
    let json = Self.object(in: json) ?? json
    if let object = json.object, let strange = object.keys.first(where: { !Self.members.contains($0) }) {
      throw refuse(
        specification, "“\(strange)” is no part of a time; there are \(Self.members.sorted().joined(separator: ", "))")
    }
    let beginnings = ["at", "start", "in"].filter { !json[$0].isNull }
    guard beginnings.count < 2 else {
      throw refuse(specification, "of \(beginnings.joined(separator: " and ")) only one can be")
    }
    // a list is no time, however a reader of words would take its numbers
    guard json.string?.utf8.first != UInt8(ascii: "["), json.array == nil else {
      throw refuse(specification, "a time is needed, and this is a list")
    }
    if let words = Self.words(for: json), case .when(let value)? = reading.words?(words, .when) { return value }
    if let value = WhenValue(json: json, zone: reading.zone, now: reading.now) { return value }
    let said = json.string ?? (json["rrule"].isNull ? json["at"].string : nil)
    if let said, !said.contains("FREQ="), case .when(let value)? = reading.time(said, .when) { return value }
    throw refuse(
      specification, "a time is needed, such as \"tomorrow at 8 pm\", \"every day at 8\" or 2026-12-05T08:00")
  }

  private static let members: Set = [
    "at", "start", "rrule", "elapsed", "time_given", "day_given", "half_open", "meals", "every", "in", "first", "zone",
  ]

  private static func object(in json: JSON) -> JSON? {
    guard let text = json.string, text.utf8.first == UInt8(ascii: "{") else { return nil }
    return try? JSON.parse(text)
  }

  /// `{"every": "8 hours"}` and `{"in": "PT5M"}` as somebody would say them.
  private static func words(for json: JSON) -> String? {
    for name in ["every", "in"] {
      guard let text = json[name].string else { continue }
      guard let length = Duration(iso8601: text) else { return "\(name) \(text)" }
      let seconds = length.microseconds / 1_000_000
      for (unit, word) in [(86_400, "days"), (3_600, "hours"), (60, "minutes")] where seconds % Int64(unit) == 0 {
        return "\(name) \(seconds / Int64(unit)) \(word)"
      }
      return nil
    }
    return nil
  }
}

/// A person as somebody names them: "Amma", a name, or an id. Resolved against the speaker's family by `People`.
package struct PersonReference: ParameterValue, Hashable {
  package var name: String
  package init(_ name: String) { self.name = name }

  package static var kind: SlotKind { .person }
  package var json: JSON { .string(name) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> PersonReference {
    PersonReference(try String.read(json, specification, reading))
  }
}

/// Anything at all, for actions that take structured data of their own (`eldercare/track`).
extension JSON: ParameterValue {
  package static var kind: SlotKind { .text }
  package var json: JSON { self }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> JSON {
    if let text = json.string, text.utf8.first == UInt8(ascii: "{"), let parsed = try? JSON.parse(Array(text.utf8)) {
      return parsed
    }
    return json
  }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {
  package static var kind: SlotKind { Wrapped.kind }
  package static var isList: Bool { Wrapped.isList }
  package static var absent: Self? { .some(nil) }
  package var json: JSON { map(\.json) ?? .null }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> Wrapped? {
    if case .null = json { return nil }
    return try Wrapped.read(json, specification, reading)
  }
}

extension Array: ParameterValue where Element: ParameterValue {
  package static var kind: SlotKind { Element.kind }
  package static var isList: Bool { true }
  package var json: JSON { .array(map(\.json)) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> [Element] {
    var json = json
    // a shell hands lists over as text
    if let text = json.string, text.utf8.first == UInt8(ascii: "["), let list = try? JSON.parse(text), list.array != nil
    {
      json = list
    }
    if let items = json.array {
      guard items.count <= 1_000 else { throw refuse(specification, "at most 1,000 values are taken at once") }
      return try items.map { try Element.read($0, specification, reading) }
    }
    return [try Element.read(json, specification, reading)]
  }
}
