import Glibc

/// A number as it was said: a ratio of whole numbers, so that "0.1" and "a third" lose nothing. Where these no longer
/// hold it (a large power), a binary approximation.
struct Exact: Sendable, Hashable {
  /// In lowest terms, the sign above.
  private(set) var numerator: Int128
  private(set) var denominator: Int128
  private var approximation: Double?

  init(_ value: Int) { (numerator, denominator) = (Int128(value), 1) }

  /// - Parameter digits: ASCII digits, at most `mostDigits`; others are `nil`.
  /// - Parameter decimals: how many of them stand behind the point.
  init?(digits: some Collection<UInt8>, decimals: Int = 0) {
    guard !digits.isEmpty, digits.count <= Self.mostDigits, (0...digits.count).contains(decimals) else { return nil }
    var value: Int128 = 0
    for digit in digits {
      guard (48...57).contains(digit) else { return nil }
      value = value * 10 + Int128(digit - 48)
    }
    self = Self.ratio(value, Self.tens(decimals))
  }

  static let mostDigits = 36

  /// A word's own value, such as 1.5; exact to thousandths.
  init(word value: Double) {
    guard abs(value) < 1e18 else {
      (numerator, denominator, approximation) = (0, 1, value)
      return
    }
    self = value == value.rounded() ? Exact(Int(value)) : Self.ratio(Int128((value * 1_000).rounded()), 1_000)
  }

  private init(approximately value: Double) { (numerator, denominator, approximation) = (0, 1, value) }

  private static func tens(_ count: Int) -> Int128 { (0..<count).reduce(1) { value, _ in value * 10 } }

  private static func ratio(_ above: Int128, _ below: Int128) -> Exact {
    var made = Exact(0)
    (made.numerator, made.denominator) = below < 0 ? (-above, -below) : (above, below)
    guard made.denominator != 1 else { return made }
    let common = divisor(made.numerator.magnitude, made.denominator.magnitude)
    if common > 1 {
      made.numerator /= Int128(common)
      made.denominator /= Int128(common)
    }
    return made
  }

  private static func divisor(_ a: UInt128, _ b: UInt128) -> UInt128 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return max(a, 1)
  }

  var double: Double {
    if let approximation { return approximation }
    // nearly all fit, and the way by 128 bits costs a thousand times as much
    guard let above = Int64(exactly: numerator), let below = Int64(exactly: denominator) else {
      return Double(numerator) / Double(denominator)
    }
    return below == 1 ? Double(above) : Double(above) / Double(below)
  }
  var isWhole: Bool { approximation == nil && denominator == 1 }
  /// The whole number, where it is one.
  var int: Int? { isWhole ? Int(exactly: numerator) : nil }

  static prefix func - (value: Exact) -> Exact {
    var value = value
    value.numerator = -value.numerator
    value.approximation = value.approximation.map { -$0 }
    return value
  }

  static func * (a: Exact, b: Exact) -> Exact {
    guard a.approximation == nil, b.approximation == nil else { return Exact(approximately: a.double * b.double) }
    let above = a.numerator.multipliedReportingOverflow(by: b.numerator)
    let below = a.denominator.multipliedReportingOverflow(by: b.denominator)
    guard !above.overflow, !below.overflow else { return Exact(approximately: a.double * b.double) }
    return ratio(above.partialValue, below.partialValue)
  }

  static func + (a: Exact, b: Exact) -> Exact {
    guard a.approximation == nil, b.approximation == nil else { return Exact(approximately: a.double + b.double) }
    let left = a.numerator.multipliedReportingOverflow(by: b.denominator)
    let right = b.numerator.multipliedReportingOverflow(by: a.denominator)
    let above = left.partialValue.addingReportingOverflow(right.partialValue)
    let below = a.denominator.multipliedReportingOverflow(by: b.denominator)
    guard !left.overflow, !right.overflow, !above.overflow, !below.overflow else {
      return Exact(approximately: a.double + b.double)
    }
    return ratio(above.partialValue, below.partialValue)
  }

  static func - (a: Exact, b: Exact) -> Exact { a + -b }

  /// - Returns: `nil` for a division by nothing.
  static func / (a: Exact, b: Exact) -> Exact? {
    guard b.double != 0 else { return nil }
    guard b.approximation == nil else { return Exact(approximately: a.double / b.double) }
    return a * ratio(b.denominator, b.numerator)
  }

  static func < (a: Exact, b: Exact) -> Bool {
    a.approximation == nil && b.approximation == nil && a.denominator == b.denominator
      ? a.numerator < b.numerator : a.double < b.double
  }

  /// - Returns: `nil` for exponents beyond ±400 and for 0 to a negative power.
  func power(_ exponent: Int) -> Exact? {
    guard abs(exponent) <= 400 else { return nil }
    var result = Exact(1)
    for _ in 0..<abs(exponent) { result = result * self }
    // one rounding instead of as many as there were steps
    if result.approximation != nil { return Exact(approximately: pow(double, Double(exponent))) }
    return exponent < 0 ? Exact(1) / result : result
  }

  /// A decimal number: all digits where they end, otherwise fifteen significant ones; "1E-12" outside of those.
  var text: String {
    if let approximation { return "\(approximation)".uppercased() }
    var (below, decimals) = (denominator, 0)
    while below % 10 == 0 { (below, decimals) = (below / 10, decimals + 1) }
    while below % 2 == 0, decimals < 30 { (below, decimals) = (below / 2, decimals + 1) }
    while below % 5 == 0, decimals < 30 { (below, decimals) = (below / 5, decimals + 1) }
    if below == 1 {
      let whole = numerator.magnitude.multipliedReportingOverflow(by: UInt128(Self.tens(decimals)))
      if decimals <= 30, !whole.overflow {
        return Self.text(whole.partialValue / denominator.magnitude, decimals, numerator < 0)
      }
    }
    return rounded
  }

  /// Fifteen significant digits, by long division.
  private var rounded: String {
    let below = denominator.magnitude
    var rest = numerator.magnitude
    var (whole, decimals) = (rest / below, 0)
    rest %= below
    while whole < 1_000_000_000_000_000, decimals < 30, rest != 0 {
      let next = rest.multipliedReportingOverflow(by: 10)
      guard !next.overflow else { break }
      whole = whole * 10 + next.partialValue / below
      rest = next.partialValue % below
      decimals += 1
    }
    // The sixteenth digit decides.
    if whole >= 1_000_000_000_000_000, decimals > 0 { (whole, decimals) = ((whole + 5) / 10, decimals - 1) }
    return Self.text(whole, decimals, numerator < 0)
  }

  private static func text(_ digits: UInt128, _ decimals: Int, _ isNegative: Bool) -> String {
    var text = "\(digits)"
    if decimals > 0 {
      text = String(repeating: "0", count: max(0, decimals + 1 - text.utf8.count)) + text
      text.insert(".", at: text.index(text.endIndex, offsetBy: -decimals))
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    return isNegative && digits != 0 ? "-" + text : text
  }
}
