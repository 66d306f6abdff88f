/// The text of a calendar file cut into its events and what holds for all of them.
///
/// Lines that change with every export (DTSTAMP and the like) and alarms are left out, so that the same event is the
/// same bytes.
struct ICSText {
  struct Event {
    let line: Int
    var body: [UInt8]
    /// Marked as not taking up time (TRANSP:TRANSPARENT).
    var isFree: Bool
  }

  /// Zones, and the zone the calendar is shown in.
  private(set) var header: [UInt8] = []
  private(set) var method = ""
  private(set) var events: [Event] = []

  private static let passing: Set<String> = ["DTSTAMP", "LAST-MODIFIED", "CREATED"]

  init(_ bytes: [UInt8]) {
    var open: [String] = []
    var isKept = false
    for (number, line) in Self.lines(bytes) {
      if let first = line.first, first == 32 || first == 9 {
        if isKept { append(line, open) }
        continue
      }
      let name = Self.upper(line.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") })
      let value = Self.upper(line.drop { $0 != UInt8(ascii: ":") }.dropFirst())
      switch name {
      case "BEGIN":
        open.append(value)
        if open.count == 2, value == "VEVENT" { events.append(Event(line: number, body: [], isFree: false)) }
        isKept = Self.isOurs(open)
        if isKept { append(line, open) }
      case "END":
        if Self.isOurs(open) { append(line, open) }
        _ = open.popLast()
        isKept = false
      default:
        isKept = Self.isOurs(open) && !(open.last == "VEVENT" && Self.passing.contains(name))
        if open.count == 1 {
          if name == "METHOD" { method = value }
          isKept = name == "X-WR-TIMEZONE"
        }
        if isKept { append(line, open) }
        if open.last == "VEVENT", name == "TRANSP", value == "TRANSPARENT", !events.isEmpty {
          events[events.count - 1].isFree = true
        }
      }
    }
  }

  /// A calendar file of one's own making.
  static func calendar(header: [UInt8], events: [[UInt8]]) -> [UInt8] {
    var out = Array("BEGIN:VCALENDAR\r\n".utf8) + header
    for event in events { out += event }
    return out + Array("END:VCALENDAR\r\n".utf8)
  }

  private static func isOurs(_ open: [String]) -> Bool {
    open.count >= 2 && (open[1] == "VTIMEZONE" || (open[1] == "VEVENT" && open.count == 2))
  }

  private mutating func append(_ line: ArraySlice<UInt8>, _ open: [String]) {
    if open.count >= 2, open[1] == "VEVENT", !events.isEmpty {
      events[events.count - 1].body += line + [13, 10]
    } else {
      header += line + [13, 10]
    }
  }

  private static func upper(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.filter { $0 > 32 }, as: UTF8.self).uppercased()
  }

  private static func lines(_ bytes: [UInt8]) -> [(Int, ArraySlice<UInt8>)] {
    var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    var lines: [(Int, ArraySlice<UInt8>)] = []
    var number = 0
    while !rest.isEmpty {
      let end = rest.firstIndex { $0 == 10 || $0 == 13 } ?? rest.endIndex
      number += 1
      if end > rest.startIndex { lines.append((number, rest[..<end])) }
      let isReturn = end < rest.endIndex && rest[end] == 13
      rest = rest[min(end + 1, rest.endIndex)...]
      if isReturn, rest.first == 10 { rest = rest.dropFirst() }
    }
    return lines
  }
}
