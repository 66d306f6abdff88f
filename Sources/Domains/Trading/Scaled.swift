import Base
import Messages

/// A price or quantity in units of 10⁻⁸, exact; money is in the currency's smallest unit.
struct Scaled: Sendable, Hashable, Comparable {
  static let one: Int64 = 100_000_000
  /// So that a price times a quantity stays far inside 128 bits, and any amount of money inside 64.
  static let limit: Int64 = 1_000_000_000 * one

  var units: Int64

  static func < (a: Scaled, b: Scaled) -> Bool { a.units < b.units }

  init(units: Int64) { self.units = units }

  init?(_ value: Double) {
    guard value.isFinite, value.magnitude < 1e9 else { return nil }
    self.init(units: Int64((value * Double(Self.one)).rounded()))
  }

  /// Reads `1234.5678`, `1e-05`; digits beyond the eighth are rounded.
  init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    while bytes.first == 32 { bytes = bytes.dropFirst() }
    while bytes.last == 32 { bytes = bytes.dropLast() }
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
    var (value, places, digits): (Int64, Int?, Int) = (0, nil, 0)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: ".") where places == nil: places = 0
      case 48...57:
        digits += 1
        let digit = Int64(byte - 48)
        if let seen = places {
          places = seen + 1
          if seen == 8 { value += digit >= 5 ? 1 : 0 }
          if seen >= 8 { continue }
        }
        guard value < Self.limit else { return nil }
        value = value * 10 + digit
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard digits > 0, let value = Double(String(text).filter { $0 != " " }) else { return nil }
        self.init(value)
        return
      default: return nil
      }
    }
    guard digits > 0 else { return nil }
    for _ in min(places ?? 0, 8)..<8 {
      guard value < Self.limit else { return nil }
      value *= 10
    }
    guard value < Self.limit else { return nil }
    self.init(units: isNegative ? -value : value)
  }

  /// `1234.5678`, without zeros at the end.
  var decimal: String {
    let whole = units.magnitude / UInt64(Self.one)
    var fraction = String(units.magnitude % UInt64(Self.one) + UInt64(Self.one)).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return (units < 0 ? "-" : "") + String(whole) + (fraction.isEmpty ? "" : "." + fraction)
  }

  var double: Double { Double(units) / Double(Self.one) }

  /// Digits after the point that say it.
  var places: Int { decimal.split(separator: ".").dropFirst().first?.count ?? 0 }

  /// As a reader sees a quantity.
  var shown: Say.Value { .number(double, digits: min(places, 6)) }

  enum Rounding { case up, down }

  /// The money that a quantity costs at a price, in the currency's smallest unit.
  static func value(_ quantity: Scaled, at price: Scaled, in currency: String, _ rounding: Rounding) -> Int64? {
    var scale: Int128 = 10_000_000_000_000_000
    for _ in 0..<Money.digits(of: currency) { scale /= 10 }
    let product = Int128(quantity.units) * Int128(price.units)
    let (quotient, rest) = product.quotientAndRemainder(dividingBy: scale)
    return Int64(exactly: quotient + (rounding == .up && rest > 0 ? 1 : 0))
  }
}

extension Say.Value {
  /// A price: as money where that shows all of it in a few digits, else with the digits it has.
  static func price(_ price: Scaled, _ currency: String) -> Say.Value {
    let digits = Money.digits(of: currency)
    if digits <= 4, price.places <= digits,
      let minor = Scaled.value(Scaled(units: Scaled.one), at: price, in: currency, .down)
    {
      return .money(Money(minor: minor, currency: currency))
    }
    return .say(
      Say("trade.price", ["price": .number(price.double, digits: min(price.places, 6)), "currency": .text(currency)]))
  }

  /// Money with its sign, for gains and losses.
  static func gain(_ minor: Int64, _ currency: String) -> Say.Value {
    .say(Say(minor > 0 ? "trade.gain" : "trade.loss", ["amount": .money(Money(minor: minor, currency: currency))]))
  }
}
