import Glibc

/// A value axis with round ticks.
struct Scale {
  let low: Double, high: Double, step: Double
  let ticks: [Double]
  private let decimals: Int
  private let divisor: Double
  private let suffix: String

  /// Values outside ±1e300 or nearer to zero than 1e-300 are drawn there, so that no difference overflows or vanishes.
  static func bounded(_ value: Double?) -> Double? {
    guard let value, value.isFinite else { return nil }
    return abs(value) < 1e-300 ? 0 : max(-1e300, min(1e300, value))
  }

  /// - Parameters:
  ///   - low, high: the least and greatest value, bounded as above.
  ///   - fromZero: whether the axis must contain zero (bars and areas are read by their length).
  ///   - count: how many steps there is room for.
  init(low: Double, high: Double, fromZero: Bool, count: Int) {
    var (low, high) = (min(low, high), max(low, high))
    // Zero comes in where it costs little room anyway.
    let near = high > 0 ? low > 0 && low < 0.35 * high : low < 0 && high > 0.35 * low
    if fromZero || near { (low, high) = (min(low, 0), max(high, 0)) }
    let magnitude = max(abs(low), abs(high))
    if high - low <= magnitude * 1e-9 {
      let room = magnitude == 0 ? 1 : magnitude * 0.05
      (low, high) = (low == 0 ? 0 : low - room, high + room)
    }
    let raw = (high - low) / Double(max(2, count))
    let exponent = floor(log10(raw))
    let power = pow(10, exponent)
    let factor = [1, 2, 2.5, 5, 10].first { $0 * power >= raw * 0.999_999 } ?? 10
    let step = factor * power
    let first = Int(floor(low / step + 1e-9))
    let last = max(first + 1, Int(ceil(high / step - 1e-9)))
    self.step = step
    self.low = Double(first) * step
    self.high = Double(last) * step
    ticks = (first...min(last, first + 40)).map { Double($0) * step }

    // Numbers are written in thousands, millions … once they are long, unless that would need many decimals.
    let largest = max(abs(self.low), abs(self.high))
    var chosen = (divisor: 1.0, suffix: "")
    for candidate in [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")] where chosen.divisor == 1 {
      if largest >= max(candidate.0, 1e5), Self.places(of: step / candidate.0) <= 2 { chosen = candidate }
    }
    (divisor, suffix) = chosen
    decimals = Self.places(of: step / chosen.divisor)
  }

  /// Decimals that a round step needs.
  private static func places(of step: Double) -> Int {
    let exponent = Int(floor(log10(step) + 1e-9))
    let mantissa = step / pow(10, Double(exponent))
    return max(0, -exponent + (abs(mantissa - 2.5) < 1e-6 ? 1 : 0))
  }

  func label(_ value: Double) -> String {
    if value == 0 { return "0" }
    let scaled = value / divisor
    if decimals > 9 || abs(scaled) >= 1e12 { return Self.scientific(value) }
    return Self.fixed(scaled, decimals: decimals) + suffix
  }

  /// "1,234.50", with a true minus sign.
  static func fixed(_ value: Double, decimals: Int) -> String {
    var shift = 1
    for _ in 0..<decimals { shift *= 10 }
    let rounded = (value * Double(shift)).rounded()
    guard abs(rounded) < 1e18 else { return scientific(value) }
    let units = Int(rounded)
    var digits = Array(String(units.magnitude / UInt(shift)))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: index)
      index -= 3
    }
    var text = (units < 0 ? "−" : "") + String(digits)
    if decimals > 0 {
      let rest = String(units.magnitude % UInt(shift))
      text += "." + String(repeating: "0", count: decimals - rest.count) + rest
    }
    return text
  }

  private static func scientific(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let exponent = floor(log10(abs(value)) + 1e-9)
    let tenths = (value / pow(10, exponent) * 10).rounded()
    let whole = Int(tenths) % 10 == 0
    return fixed(tenths / 10, decimals: whole ? 0 : 1) + "e\(Int(exponent))"
  }
}
