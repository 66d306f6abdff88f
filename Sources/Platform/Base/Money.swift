/// An amount in the currency's smallest unit: ₹12.50 is `Money(minor: 1250, currency: "INR")`.
package struct Money: Hashable, Sendable, Codable, CustomStringConvertible {
  package var minor: Int64
  /// ISO 4217, upper case.
  package var currency: String

  package init(minor: Int64, currency: String) {
    self.minor = minor
    self.currency = currency
  }

  /// Digits after the point by ISO 4217 (INR 2, JPY 0, KWD 3); for coins that are not in it, those of their ledgers.
  package static func digits(of currency: String) -> Int {
    switch currency {
    case "JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF": 0
    case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
    case "BTC", "ETH": 8
    default: 2
    }
  }

  /// Reads a plain decimal such as `1250.5`; `nil` when it has more digits than the currency or overflows.
  package init?(decimal text: String, currency: String) {
    let places = Money.digits(of: currency)
    var digits: [UInt8] = []
    var seenPoint = false
    var after = 0
    var negative = false
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "-") where index == 0: negative = true
      case UInt8(ascii: "."):
        guard !seenPoint else { return nil }
        seenPoint = true
      case 48...57:
        if seenPoint { after += 1 }
        digits.append(byte - 48)
      default: return nil
      }
    }
    guard digits.count > after || after > 0, !digits.isEmpty else { return nil }
    while after > places {
      guard digits.last == 0 else { return nil }
      digits.removeLast()
      after -= 1
    }
    digits += Array(repeating: 0, count: places - after)
    var value: Int64 = 0
    for digit in digits {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    self.init(minor: negative ? -value : value, currency: currency)
  }

  /// `1250.50 INR`: for logs and JSON; people see `Text`'s formatting.
  package var description: String { "\(decimal) \(currency)" }

  package var decimal: String {
    let places = Money.digits(of: currency)
    guard places > 0 else { return String(minor) }
    var digits = String(minor.magnitude)
    if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
    return (minor < 0 ? "-" : "") + digits.dropLast(places) + "." + digits.suffix(places)
  }
}
