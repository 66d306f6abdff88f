package import Base

extension TextFormatter {
  package func number(_ value: Int) -> String {
    (value < 0 ? "-" : "") + Self.group(String(value.magnitude), grouping)
  }

  /// At most so many digits after the point, zeros at the end left out unless `fixed`.
  package func number(_ value: Double, places: Int = 2, fixed: Bool = false) -> String {
    guard value.isFinite else { return "–" }
    let places = min(max(places, 0), 6)
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return value.description }
    return decimal(UInt64(scaled), places: places, negative: value < 0, fixed: fixed, grouping)
  }

  /// “₹1,25,000.50”, “$1,250.00”; rupees are always grouped the Indian way. Unknown currencies stand by their code.
  package func money(_ money: Money) -> String {
    let places = Money.digits(of: money.currency)
    let text = decimal(
      money.minor.magnitude, places: places, negative: false, fixed: true, grouping(of: money.currency)
    )
    return Self.signed(money.minor < 0, Self.symbol(money.currency), text)
  }

  /// “₹1.25 lakh”, “₹2.3 crore”, “$1.2 million”; smaller amounts in full without an empty fraction.
  package func roundMoney(_ money: Money) -> String {
    let places = Money.digits(of: money.currency)
    var unit: UInt64 = 1
    for _ in 0..<places { unit *= 10 }
    let magnitude = money.minor.magnitude
    let isIndian = grouping(of: money.currency) == .indian
    let large: (UInt64, String) = isIndian ? (10_000_000, words.crore) : (1_000_000_000, words.billion)
    let small: (UInt64, String) = isIndian ? (100_000, words.lakh) : (1_000_000, words.million)
    for (step, name) in [large, small] where magnitude / unit >= step {
      let hundredths = (Double(magnitude) / Double(unit * step) * 100).rounded()
      let text = decimal(UInt64(hundredths), places: 2, negative: false, fixed: false, grouping(of: money.currency))
      return Self.signed(money.minor < 0, Self.symbol(money.currency), "\(text) \(name)")
    }
    let text = decimal(
      magnitude, places: places, negative: false, fixed: magnitude % unit != 0, grouping(of: money.currency))
    return Self.signed(money.minor < 0, Self.symbol(money.currency), text)
  }

  /// `12.5` is “12.5%”.
  package func percent(_ value: Double, places: Int = 1) -> String { number(value, places: places) + "%" }

  /// “350 m”, “2.5 km”, “12 km”.
  package func distance(metres: Double) -> String {
    let metres = max(0, metres)
    if metres < 995 {
      let rounded = metres < 100 ? metres.rounded() : (metres / 10).rounded() * 10
      return "\(number(rounded, places: 0)) \(words.metre)"
    }
    return "\(number(metres / 1_000, places: metres < 9_950 ? 1 : 0)) \(words.kilometre)"
  }

  private func grouping(of currency: String) -> Grouping { currency == "INR" ? .indian : .western }

  private static func symbol(_ currency: String) -> String {
    switch currency {
    case "INR": "₹"
    case "USD": "$"
    case "EUR": "€"
    case "GBP": "£"
    case "JPY": "¥"
    case "SGD": "S$"
    default: currency + "\u{A0}"
    }
  }

  private static func signed(_ isNegative: Bool, _ symbol: String, _ text: String) -> String {
    (isNegative ? "-" : "") + symbol + text
  }

  /// - Parameter scaled: the magnitude times ten to the power of `places`.
  private func decimal(_ scaled: UInt64, places: Int, negative: Bool, fixed: Bool, _ grouping: Grouping) -> String {
    var digits = String(scaled)
    if digits.utf8.count <= places { digits = String(repeating: "0", count: places + 1 - digits.utf8.count) + digits }
    let whole = String(digits.dropLast(places))
    var fraction = digits.suffix(places)
    if !fixed { while fraction.last == "0" { fraction.removeLast() } }
    let text = Self.group(whole, grouping) + (fraction.isEmpty ? "" : "." + fraction)
    return negative && scaled != 0 ? "-" + text : text
  }

  static func group(_ digits: String, _ grouping: Grouping) -> String {
    let bytes = Array(digits.utf8)
    var out: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      let after = bytes.count - index
      let isBreak =
        switch grouping {
        case .western: after % 3 == 0
        case .indian: after == 3 || (after > 3 && after % 2 == 1)
        }
      if index > 0, isBreak { out.append(UInt8(ascii: ",")) }
      out.append(byte)
    }
    return String(decoding: out, as: UTF8.self)
  }
}
