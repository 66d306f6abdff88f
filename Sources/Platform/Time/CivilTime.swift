/// A time of day on the wall clock, to the second.
package struct CivilTime: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package private(set) var hour: Int
  package private(set) var minute: Int
  package private(set) var second: Int

  package static let midnight = CivilTime(secondOfDay: 0)

  package init?(hour: Int, minute: Int, second: Int = 0) {
    guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// Seconds since midnight; values outside the day wrap around.
  package init(secondOfDay: Int) {
    let seconds = (secondOfDay % 86_400 + 86_400) % 86_400
    hour = seconds / 3_600
    minute = seconds / 60 % 60
    second = seconds % 60
  }

  package var secondOfDay: Int { hour * 3_600 + minute * 60 + second }

  package static func < (a: CivilTime, b: CivilTime) -> Bool { a.secondOfDay < b.secondOfDay }

  /// `08:00:00`.
  package var description: String {
    var bytes: [UInt8] = []
    Digits.append(hour, 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Digits.append(minute, 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Digits.append(second, 2, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `08:00`, and `08:00:30` only when there are seconds.
  package var short: String { second == 0 ? String(description.utf8.prefix(5)) ?? description : description }

  /// Reads `08:00` or `08:00:30` (24 hours).
  package init?(_ text: some StringProtocol) {
    var reader = Digits.Reader(text)
    guard let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2) else { return nil }
    var second = 0
    if !reader.isAtEnd {
      guard reader.skip(":"), let value = reader.number(2), reader.isAtEnd else { return nil }
      second = value
    }
    self.init(hour: hour, minute: minute, second: second)
  }

  package init(from decoder: any Decoder) throws { self = try Digits.decode(decoder) { CivilTime($0) } }
  package func encode(to encoder: any Encoder) throws { try Digits.encode(description, encoder) }
}
