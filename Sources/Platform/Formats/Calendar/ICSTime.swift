import Base
import Time

/// A DATE (`20261121`) or DATE-TIME (`20261121T080000`, `…Z`) value.
struct ICSTime {
  let local: CivilDateTime
  let isDate: Bool
  let isUTC: Bool

  init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8.prefix(17))
    func number(_ range: Range<Int>) -> Int? {
      bytes[range].reduce(Optional(0)) { sum, byte in
        guard let sum, (48...57).contains(byte) else { return nil }
        return sum * 10 + Int(byte - 48)
      }
    }
    guard bytes.count >= 8, let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    isDate = bytes.count == 8
    if isDate {
      local = date.at(.midnight)
      isUTC = false
      return
    }
    guard bytes.count == 15 || bytes.count == 16, bytes[8] == UInt8(ascii: "T"), let hour = number(9..<11),
      let minute = number(11..<13), let second = number(13..<15),
      let time = CivilTime(hour: hour, minute: minute, second: min(second, 59))
    else { return nil }
    isUTC = bytes.count == 16
    if isUTC, bytes[15] != UInt8(ascii: "Z") { return nil }
    local = date.at(time)
  }

  /// `P1W`, `P1DT2H30M`, `-PT15M` in seconds.
  static func duration(_ text: some StringProtocol) -> Int64? {
    var bytes = Array(text.utf8.prefix(64))[...]
    let negative = bytes.first == UInt8(ascii: "-")
    if negative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
    guard bytes.first == UInt8(ascii: "P"), bytes.count > 2 else { return nil }
    var total: Int64 = 0
    var value: Int64?
    var isTime = false
    for byte in bytes.dropFirst() {
      if (48...57).contains(byte) {
        value = (value ?? 0) * 10 + Int64(byte - 48)
        guard value ?? 0 < 1_000_000_000 else { return nil }
        continue
      }
      if byte == UInt8(ascii: "T"), value == nil, !isTime {
        isTime = true
        continue
      }
      guard let count = value else { return nil }
      switch (byte, isTime) {
      case (UInt8(ascii: "W"), false): total += count * 604_800
      case (UInt8(ascii: "D"), false): total += count * 86_400
      case (UInt8(ascii: "H"), true): total += count * 3_600
      case (UInt8(ascii: "M"), true): total += count * 60
      case (UInt8(ascii: "S"), true): total += count
      default: return nil
      }
      value = nil
    }
    guard value == nil, total <= 100 * 366 * 86_400 else { return nil }
    return negative ? -total : total
  }
}
