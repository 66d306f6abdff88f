/// The content lines of a calendar file that matter, unfolded and checked, so that the C library behind never sees
/// hostile nesting, huge lines or bytes that are no text.
struct ICSLines {
  private static let mostBytes = 16 << 20
  private static let longestLine = 256 << 10
  private static let deepest = 8
  private static let mostEvents = 50_000
  private static let mostLines = 500_000
  /// Stands behind a line's last blank, which the library would cut off; input has no such byte.
  static let endMark: UInt8 = 1

  /// Ready to be parsed: whole calendars, each from `BEGIN:VCALENDAR` to its end.
  private(set) var lines: [[UInt8]] = []

  private static let components: Set<String> = ["VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"]
  private static let properties: Set<String> = [
    "X-WR-TIMEZONE", "X-LIC-LOCATION", "TZID", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "UID", "SUMMARY", "LOCATION",
    "DESCRIPTION", "STATUS", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
  ]

  private var events = 0
  private var open: [String] = []
  /// Depth of the outermost component that does not matter, such as an alarm.
  private var skippedFrom: Int?

  init(_ bytes: [UInt8]) throws {
    guard bytes.count <= Self.mostBytes else { throw ICSError(.tooLarge, "The calendar is larger than 16 MiB.") }
    var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    var line: [UInt8] = []
    var number = 0
    var startedAt = 1
    while !rest.isEmpty {
      let raw = rest.prefix { $0 != 10 && $0 != 13 }
      rest = rest.dropFirst(raw.count)
      let isReturn = rest.first == 13
      rest = rest.dropFirst()
      if isReturn, rest.first == 10 { rest = rest.dropFirst() }
      number += 1
      if let first = raw.first, first == 32 || first == 9 {
        line += raw.dropFirst()
      } else {
        try take(line, startedAt)
        line = Array(raw)
        startedAt = number
      }
      guard line.count <= Self.longestLine else {
        throw ICSError(.tooLarge, line: startedAt, "The line is longer than 256 KiB.")
      }
    }
    try take(line, startedAt)
    guard open.isEmpty else {
      throw ICSError(.cutShort, "The calendar ends inside \(open.last ?? ""); it seems to be cut short.")
    }
    guard !lines.isEmpty else { throw ICSError(.notACalendar, "The file has no BEGIN:VCALENDAR.") }
  }

  private mutating func take(_ line: [UInt8], _ number: Int) throws {
    guard line.contains(where: { $0 > 32 }) else { return }
    let nameBytes = line.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") }
    let name = String(decoding: nameBytes, as: UTF8.self).uppercased()
    if name == "BEGIN" || name == "END" {
      let value = line.dropFirst(nameBytes.count + 1).filter { $0 > 32 }
      try nest(name == "BEGIN", String(decoding: value, as: UTF8.self).uppercased(), number)
      return
    }
    guard !open.isEmpty else {
      throw ICSError(.notACalendar, line: number, "A calendar begins with BEGIN:VCALENDAR.")
    }
    guard skippedFrom == nil, Self.properties.contains(name), nameBytes.count < line.count else { return }
    guard String(validating: line, as: UTF8.self) != nil, !line.contains(where: { $0 < 32 && $0 != 9 }) else {
      throw ICSError(.encoding, line: number, "\(name) is not UTF-8 text; save the calendar as UTF-8.")
    }
    guard lines.count < Self.mostLines else {
      throw ICSError(.tooLarge, line: number, "The calendar has too many lines.")
    }
    guard let (parameters, value) = Self.split(line[nameBytes.endIndex...]) else { return }
    // The library would read rules with a grammar of its own; as an X- property the text comes through as written.
    var kept = Array((name == "RRULE" ? "X-RRULE" : name).utf8) + parameters + value
    if let last = line.last, last == 32 || last == 9 { kept.append(Self.endMark) }
    lines.append(kept)
  }

  /// The parameters that matter, and the value with its colon. The library's time grows with the square of the number
  /// of parameters, so the others go.
  private static func split(_ rest: ArraySlice<UInt8>) -> ([UInt8], ArraySlice<UInt8>)? {
    var kept: [UInt8] = []
    var start = rest.startIndex
    var isQuoted = false
    for (index, byte) in zip(rest.indices, rest) {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard !isQuoted, byte == UInt8(ascii: ";") || byte == UInt8(ascii: ":") else { continue }
      let parameter = rest[start..<index]
      let name = String(decoding: parameter.dropFirst().prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self).uppercased()
      if ["TZID", "VALUE", "RANGE"].contains(name), parameter.count <= 256, kept.count <= 768 { kept += parameter }
      if byte == UInt8(ascii: ":") { return (kept, rest[index...]) }
      start = index
    }
    return nil
  }

  private mutating func nest(_ begins: Bool, _ component: String, _ number: Int) throws {
    if begins {
      guard !open.isEmpty || component == "VCALENDAR" else {
        throw ICSError(.notACalendar, line: number, "A calendar begins with BEGIN:VCALENDAR.")
      }
      open.append(component)
      guard open.count <= Self.deepest else {
        throw ICSError(.nesting, line: number, "Components are nested too deep.")
      }
      if skippedFrom == nil, !Self.components.contains(component) || (component == "VCALENDAR" && open.count > 1) {
        skippedFrom = open.count
      }
      events += component == "VEVENT" ? 1 : 0
      guard events <= Self.mostEvents else {
        throw ICSError(.tooLarge, "The calendar has more than \(Self.mostEvents) events.")
      }
      if skippedFrom == nil { lines.append(Array("BEGIN:\(component)".utf8)) }
    } else {
      guard open.last == component else {
        throw ICSError(.nesting, line: number, "END:\(component.prefix(40)) closes nothing that is open.")
      }
      if skippedFrom == nil { lines.append(Array("END:\(component)".utf8)) }
      if skippedFrom == open.count { skippedFrom = nil }
      open.removeLast()
    }
  }
}
