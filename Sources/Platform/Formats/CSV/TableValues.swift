package import Time

/// Numbers as spreadsheets of many countries write them.
package enum TableNumber {
  /// The number, where it is one: `Double` alone would also take hexadecimal, infinities and `nan`.
  package static func value(_ text: String, commaIsDecimal: Bool) -> Double? {
    let plain = plain(text, commaIsDecimal: commaIsDecimal)
    let isDecimal = plain.utf8.allSatisfy { byte in
      48...57 ~= byte || byte == 0x2E || byte == 0x2D || byte == 0x2B || byte | 0x20 == 0x65
    }
    guard isDecimal, let value = Double(plain), value.isFinite else { return nil }
    return value
  }

  /// A plain decimal (`1234.5`) made of `1,234.5`, `1.234,5`, `1 234,5` or `$1,234.50`; what is plain already, and what
  /// is no number, comes back as it is.
  ///
  /// - Parameter commaIsDecimal: of `1,234` whether the comma stands before decimals; so it does in files whose fields
  ///   are divided by semicolons or tabs.
  package static func plain(_ text: String, commaIsDecimal: Bool) -> String {
    let isPlain = text.utf8.allSatisfy { (48...57).contains($0) || $0 == 0x2E || $0 == 0x2D }
    if isPlain, text.utf8.count(where: { $0 == 0x2E }) <= 1 { return text }
    var digits = text.filter { !$0.isWhitespace && $0 != "'" && $0 != "’" }
    if let first = digits.first, "$€£¥₹".contains(first) { digits.removeFirst() }
    let commas = digits.utf8.count { $0 == 0x2C }
    let points = digits.utf8.count { $0 == 0x2E }
    let decimal: Character?
    switch (commas, points) {
    case (0, 0...1): return digits
    case (0, _), (2..., 0): decimal = nil
    case (1, 0):
      let after = digits.split(separator: ",", omittingEmptySubsequences: false).last?.count ?? 0
      decimal = commaIsDecimal || after != 3 ? "," : nil
    default:
      decimal =
        digits.lastIndex(of: ",") ?? digits.startIndex > digits.lastIndex(of: ".") ?? digits.startIndex ? "," : "."
    }
    return String(
      digits.compactMap { character -> Character? in
        guard character == "," || character == "." else { return character }
        return character == decimal ? "." : nil
      })
  }
}

/// Dates with the year at the end: `31/12/2026 23:45`, `31.12.2026`, `12/31/2026 11:45 PM`.
package struct TableDate: Sendable, Hashable {
  /// American files put the month first. One file has one order, so its dates together tell it.
  package let isMonthFirst: Bool

  package init(isMonthFirst: Bool = false) { self.isMonthFirst = isMonthFirst }

  /// The order of a file's dates; day first where they do not tell.
  package init(of texts: some Sequence<String>) {
    var (dayFirst, monthFirst) = (false, false)
    for text in texts {
      switch Self.order(text) {
      case .dayFirst: dayFirst = true
      case .monthFirst: monthFirst = true
      case .open, .other: break
      }
    }
    self.init(isMonthFirst: monthFirst && !dayFirst)
  }

  package enum Order {
    case dayFirst, monthFirst
    /// A date that may be read in both ways.
    case open
    /// Nothing to which the order matters.
    case other
  }

  /// What one date tells about the order of its file.
  package static func order(_ text: String) -> Order {
    guard let (a, b, _, _) = parts(text) else { return .other }
    return a > 12 ? .dayFirst : b > 12 ? .monthFirst : .open
  }

  package func local(_ text: String) -> CivilDateTime? {
    if let named = Self.named(text) { return named }
    guard let (a, b, year, rest) = Self.parts(text),
      let date = CivilDate(year: year, month: isMonthFirst ? a : b, day: isMonthFirst ? b : a)
    else { return nil }
    guard !rest.isEmpty else { return date.at(.midnight) }
    return Self.time(rest).map { date.at($0) }
  }

  private static func parts(_ text: String) -> (Int, Int, Int, Substring)? {
    guard let mark = text.first(where: { !$0.isNumber }), "/.-".contains(mark) else { return nil }
    let words = text.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "T" || $0 == "," })
    guard let day = words.first else { return nil }
    let numbers = day.split(separator: mark, omittingEmptySubsequences: false)
    guard numbers.count == 3, (1...2).contains(numbers[0].count), (1...2).contains(numbers[1].count),
      numbers[2].count == 4 || numbers[2].count == 2, let a = Int(numbers[0]), let b = Int(numbers[1]),
      let year = Int(numbers[2])
    else { return nil }
    return (a, b, numbers[2].count == 2 ? 2_000 + year : year, words.count > 1 ? words[1] : "")
  }

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// `15-JAN-2015`, as stock exchanges write days.
  private static func named(_ text: String) -> CivilDateTime? {
    let words = text.split(maxSplits: 1, whereSeparator: { $0 == " " })
    let parts = words.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
    guard parts.count == 3, (1...2).contains(parts[0].count), let day = Int(parts[0]),
      let month = months.firstIndex(of: parts[1].lowercased()), [2, 4].contains(parts[2].count),
      let year = Int(parts[2]),
      let date = CivilDate(year: year < 100 ? 2_000 + year : year, month: month + 1, day: day)
    else { return nil }
    guard words.count > 1 else { return date.at(.midnight) }
    return time(words[1]).map { date.at($0) }
  }

  /// A time of the clock without what stands behind a whole second.
  package static func wholeSeconds(_ text: String) -> String {
    guard let point = text.lastIndex(of: "."), text[..<point].contains(":"),
      text[text.index(after: point)...].allSatisfy({ $0.isASCII && $0.isNumber })
    else { return text }
    return String(text[..<point])
  }

  package static func time(_ text: Substring) -> CivilTime? {
    let lower = text.lowercased().filter { $0 != " " && $0 != "." }
    let isAfternoon = lower.hasSuffix("pm")
    let isHalf = isAfternoon || lower.hasSuffix("am")
    let numbers = (isHalf ? lower.dropLast(2) : lower[...]).split(separator: ":")
    guard (2...3).contains(numbers.count), var hour = Int(numbers[0]), let minute = Int(numbers[1]),
      let second = numbers.count == 3 ? Int(numbers[2]) : 0
    else { return nil }
    if isHalf {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    return CivilTime(hour: hour, minute: minute, second: second)
  }
}
