import Base
import Formats
import Messages

/// What an answer showed, for what is asked about it right behind: its lines, and the figures that stand in them.
struct ShownAnswer: Sendable {
  /// A number with what it counts; of one unit they may be compared and added.
  struct Figure: Sendable {
    var amount: Double
    var unit: String
    /// Money, energy: of several together there is a sum.
    var adds: Bool
    /// The amount as it is said, in the way of the one it was taken from.
    var said: @Sendable (Double) -> Say.Value
  }

  /// The sentence above the lines, and the lines.
  let head: Say
  let lines: [Say]

  init(_ say: Say) {
    var head = say
    (head.lines, head.buttons, head.picture) = ([], [], nil)
    self.head = head
    lines = say.lines.map { line in
      var line = line
      line.buttons = []
      return line
    }
  }

  /// What holds a moment, a day or an hour.
  static func tellsTime(_ say: Say) -> Bool { say.values.values.contains(where: isTime) }

  private static func isTime(_ value: Say.Value) -> Bool {
    switch value {
    case .instant, .time, .date, .recurrence: true
    case .say(let inner): tellsTime(inner)
    case .list(let values): values.contains(where: isTime)
    default: false
    }
  }

  /// What names a line among others.
  static func name(of line: Say) -> Say.Value? { naming.lazy.compactMap { line.values[$0] }.first }

  private static let naming = ["name", "title", "what", "project", "symbol", "building", "text", "day", "date"]

  /// The figure by which the lines differ, one a line; empty where they have none in common.
  var figures: [(line: Say, figure: Figure)] {
    guard lines.count > 1 else { return [] }
    var best: (rank: Int, name: String)?
    for name in lines[0].values.keys.sorted() {
      guard let first = Self.figure(lines[0].values[name], name) else { continue }
      let shared = lines.count { Self.figure($0.values[name], name)?.figure.unit == first.figure.unit }
      // a line of totals may stand below
      guard shared >= 2, shared >= lines.count - 1, first.rank < best?.rank ?? .max else { continue }
      best = (first.rank, name)
    }
    guard let name = best?.name, let unit = Self.figure(lines[0].values[name], name)?.figure.unit else { return [] }
    return lines.compactMap { line in
      guard let found = Self.figure(line.values[name], name)?.figure, found.unit == unit else { return nil }
      return (line, found)
    }
  }

  /// Whether a share of something was shown.
  static func tellsShare(_ say: Say) -> Bool {
    say.values.values.contains { value in
      switch value {
      case .percent: true
      case .say(let inner): tellsShare(inner)
      default: false
      }
    }
  }

  /// - Returns: the lower the rank, the likelier it is what the lines are about.
  private static func figure(_ value: Say.Value?, _ name: String) -> (figure: Figure, rank: Int)? {
    switch value {
    case .money(let money):
      var scale = 1.0
      for _ in 0..<Money.digits(of: money.currency) { scale *= 10 }
      let (currency, factor) = (money.currency, scale)
      return (
        Figure(amount: Double(money.minor) / factor, unit: currency, adds: true) {
          .money(Money(minor: Int64(($0 * factor).rounded()), currency: currency))
        }, 0
      )
    case .say(let inner):
      guard inner.values.count == 1, case .number(let number, let digits)? = inner.values["value"] else { return nil }
      let (unit, factor) = base(inner.key)
      return (
        Figure(amount: number * factor, unit: unit, adds: true) {
          .say(Say(inner.key, ["value": .number($0 / factor, digits: digits)]))
        }, 0
      )
    case .number(let number, let digits):
      return (Figure(amount: number, unit: name, adds: false) { .number($0, digits: digits) }, 1)
    case .integer(let number) where name != "number":
      return (Figure(amount: Double(number), unit: name, adds: true) { .integer(Int64($0.rounded())) }, 2)
    case .duration(let length):
      return (Figure(amount: length.seconds, unit: name, adds: true) { .duration(.seconds(Int64($0))) }, 2)
    default: return nil
    }
  }

  /// `energy.mwh` is a thousand `energy.kwh`, a million `energy.wh`: the prefixes of the SI.
  private static func base(_ key: String) -> (unit: String, factor: Double) {
    guard let dot = key.utf8.lastIndex(of: UInt8(ascii: ".")) else { return (key, 1) }
    let (room, unit) = (key[...dot], key[key.index(after: dot)...])
    let factors: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]
    guard unit.count > 2, let prefix = unit.first, let factor = factors[prefix] else { return (key, 1) }
    return (String(room + unit.dropFirst()), factor)
  }
}
