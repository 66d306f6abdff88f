import Base
import Time

/// Finds the zone a calendar means by a TZID: its IANA name, or the name behind it, or else the rules the file brings.
struct ICSZones {
  private let database: ZoneDatabase
  private var definitions: [String: ICSComponent] = [:]
  private var found: [String: Zone] = [:]
  /// Clock changes that may still be written down for this file; a hostile one would ask for millions.
  private var changesLeft = 100_000
  /// Where the clock changes that matter begin: many files bring rules from 1601 on.
  private let earliest: CivilDateTime

  init(_ calendars: [ICSComponent], _ database: ZoneDatabase) {
    self.database = database
    earliest = Self.earliest(calendars)
    for definition in calendars.flatMap(\.children) where definition.name == "VTIMEZONE" {
      if let name = definition.first("TZID")?.text { definitions[Self.trimmed(name)] = definition }
    }
  }

  /// The start of the year before the first time that an event names.
  private static func earliest(_ calendars: [ICSComponent]) -> CivilDateTime {
    let named: Set = ["DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"]
    var year = 1_970
    for event in calendars.lazy.flatMap(\.children) where event.name == "VEVENT" {
      for property in event.properties where named.contains(property.name) {
        if let given = Int(property.value.prefix(4)) { year = min(year, given) }
      }
    }
    return CivilDate(year: max(year - 1, 1), month: 1, day: 1)?.at(.midnight) ?? CivilDate.distantPast.at(.midnight)
  }

  mutating func zone(_ given: String) throws -> Zone {
    let name = Self.trimmed(given)
    if let zone = found[name] { return zone }
    guard let zone = known(name) ?? defined(name) else {
      throw ICSError(
        .zoneUnknown, "The time zone “\(name.prefix(64))” is not known and the calendar does not define it.")
    }
    found[name] = zone
    return zone
  }

  private func known(_ name: String) -> Zone? {
    var names = [name]
    if let location = definitions[name]?.first("X-LIC-LOCATION")?.text { names.append(location) }
    // `/softwarestudio.org/Tzfile/America/Chicago`
    let parts = name.split(separator: "/")
    for count in [3, 2] where parts.count > count || name.hasPrefix("/") && parts.count == count {
      names.append(parts.suffix(count).joined(separator: "/"))
    }
    if let identifier = WindowsZones.identifiers[name] { names.append(identifier) }
    if let zone = names.lazy.compactMap({ try? database.zone($0) }).first { return zone }
    return definitions[name] == nil ? shown(name) : nil
  }

  /// What Outlook shows in a zone's place, `(UTC-05:00) Eastern Time (US & Canada)`, or a distance from UTC alone.
  private func shown(_ name: String) -> Zone? {
    guard name.hasPrefix("("), let end = name.firstIndex(of: ")") else { return Self.distance(name).map(Self.fixed) }
    guard let distance = Self.distance(String(name[..<end].dropFirst())) else { return nil }
    let text = Self.trimmed(String(name[name.index(after: end)...]))
    if text.isEmpty { return Self.fixed(distance) }
    if let identifier = WindowsZones.shown[text] { return try? database.zone(identifier) }
    // its cities, where one of them gives a zone its name and has that distance in winter or summer
    for city in text.split(whereSeparator: { $0 == "," || $0 == ":" }) {
      let name = Self.trimmed(String(city)).replacing(" ", with: "_")
      for region in ["Europe", "Asia", "America", "Africa", "Australia", "Pacific", "Atlantic", "Indian"] {
        guard let zone = try? database.zone("\(region)/\(name)") else { continue }
        let offsets = [1_704_067_200, 1_719_792_000].map { zone.offset(at: Instant(seconds: $0)) }
        if offsets.contains(distance) { return zone }
      }
    }
    return nil
  }

  private static func fixed(_ distance: Int) -> Zone {
    Zone(identifier: "fixed", rules: .fixed(offset: distance, abbreviation: ""))
  }

  /// `UTC`, `UTC-05:00`, `GMT +01:00`, `UTC+01`, `GMT+0530` in seconds.
  private static func distance(_ text: String) -> Int? {
    guard text.hasPrefix("UTC") || text.hasPrefix("GMT") else { return nil }
    var digits = text.dropFirst(3).filter { $0 != " " && $0 != ":" }
    if digits.isEmpty { return 0 }
    if digits.count == 2 { digits.insert("0", at: digits.index(after: digits.startIndex)) }
    return offset(digits.count == 3 ? digits + "00" : digits)
  }

  private static func trimmed(_ name: String) -> String {
    var name = name[...]
    while let first = name.first, first == "\"" || first == " " { name.removeFirst() }
    while let last = name.last, last == "\"" || last == " " { name.removeLast() }
    return String(name)
  }

  /// The rules of a VTIMEZONE, written down until 2100.
  private mutating func defined(_ name: String) -> Zone? {
    guard let definition = definitions[name] else { return nil }
    var changes: [Int64: (from: Int, kind: ZoneRules.Kind)] = [:]
    for observance in definition.children.prefix(100) {
      guard let start = observance.first("DTSTART").flatMap({ ICSTime($0.value)?.local }),
        let from = observance.first("TZOFFSETFROM").flatMap({ Self.offset($0.value) }),
        let to = observance.first("TZOFFSETTO").flatMap({ Self.offset($0.value) })
      else { continue }
      let rule = observance.first("X-RRULE").flatMap { try? RecurrenceRule(parsing: $0.text) }
      let dates = observance.all("RDATE").prefix(1_000).compactMap { ICSTime($0.value)?.local }
      let fixed = Zone(identifier: "fixed", rules: .fixed(offset: from, abbreviation: ""))
      guard
        var onsets = try? Recurrence(start: start, zone: fixed, rule: rule, rdates: dates).occurrences(from: earliest)
      else { continue }
      let kind = ZoneRules.Kind(
        offset: to, isDaylightSaving: observance.name == "DAYLIGHT",
        abbreviation: observance.first("TZNAME")?.text ?? "")
      changes[fixed.instant(of: start).seconds] = (from, kind)
      var count = 0
      while count < 1_000, changesLeft > 0, let onset = try? onsets.next(), onset.local.date.year <= 2_100 {
        if let instant = onset.instant { changes[instant.seconds] = (from, kind) }
        count += 1
        changesLeft -= 1
      }
    }
    let ordered = changes.sorted { $0.key < $1.key }
    guard changesLeft > 0, let first = ordered.first else { return nil }
    let initial = ZoneRules.Kind(offset: first.value.from, isDaylightSaving: false, abbreviation: "")
    return Zone(
      identifier: name,
      rules: ZoneRules(initial: initial, changes: ordered.map { (time: $0.key, kind: $0.value.kind) }))
  }

  /// `+0530` or `-013015` in seconds, less than a day.
  private static func offset(_ text: String) -> Int? {
    let digits = text.utf8.dropFirst()
    guard let sign = text.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      digits.count == 4 || digits.count == 6, digits.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    let pairs = digits.map { Int($0 - 48) }
    var seconds = (pairs[0] * 10 + pairs[1]) * 3_600 + (pairs[2] * 10 + pairs[3]) * 60
    if pairs.count == 6 { seconds += pairs[4] * 10 + pairs[5] }
    guard seconds < 86_400 else { return nil }
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }
}
