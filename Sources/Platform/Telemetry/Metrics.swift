import Base
import Synchronization

/// What the house counts and times. Handles are made once, kept, and cost a few nanoseconds to use.
package final class Metrics: Sendable {
  package typealias Labels = KeyValuePairs<String, String>

  private enum Instrument: Sendable {
    case counter(Counter), gauge(Gauge), histogram(Histogram)
    case reading(@Sendable () -> Double)
  }
  private struct Family {
    let kind: String
    var help: String
    var order: [String] = []
    var series: [String: Instrument] = [:]
  }
  private let families = Mutex<[String: Family]>([:])
  /// More combinations of labels than this share one series: labels must not come from what people write.
  private static let seriesLimit = 500

  package init() {}

  package func counter(_ name: String, _ labels: Labels = [:], help: String = "") -> Counter {
    let made = find(name, labels, help, kind: "counter") { .counter(Counter()) }
    if case .counter(let counter) = made { return counter }
    return Counter()
  }

  package func gauge(_ name: String, _ labels: Labels = [:], help: String = "") -> Gauge {
    let made = find(name, labels, help, kind: "gauge") { .gauge(Gauge()) }
    if case .gauge(let gauge) = made { return gauge }
    return Gauge()
  }

  /// A gauge that is read when somebody asks. The closure must not block.
  package func gauge(_ name: String, _ labels: Labels = [:], help: String = "", read: @escaping @Sendable () -> Double)
  {
    _ = find(name, labels, help, kind: "gauge") { .reading(read) }
  }

  package func histogram(_ name: String, _ labels: Labels = [:], help: String = "") -> Histogram {
    let made = find(name, labels, help, kind: "histogram") { .histogram(Histogram()) }
    if case .histogram(let histogram) = made { return histogram }
    return Histogram()
  }

  package func histogram(
    _ name: String, step: String, help: String = "Time that a step of a message's walk takes."
  ) -> Histogram {
    histogram(name, ["step": step], help: help)
  }

  /// The same name and labels give the same instrument. A name already used for another kind gives a detached
  /// one: a slip in a room must not end the house.
  private func find(
    _ name: String, _ labels: Labels, _ help: String, kind: String, make: () -> Instrument
  ) -> Instrument? {
    families.withLock { families in
      var family = families[name] ?? Family(kind: kind, help: help)
      guard family.kind == kind else { return nil }
      if family.help.isEmpty { family.help = help }
      var key = Self.text(labels)
      if family.series[key] == nil, family.series.count >= Self.seriesLimit {
        key = Self.text(labels, hidden: true)
      }
      if let known = family.series[key] { return known }
      let made = make()
      family.series[key] = made
      family.order.append(key)
      families[name] = family
      return made
    }
  }

  private static func text(_ labels: Labels, hidden: Bool = false) -> String {
    labels.map { name, value in
      var escaped = ""
      for scalar in (hidden ? "other" : value).unicodeScalars {
        switch scalar {
        case "\\": escaped += "\\\\"
        case "\"": escaped += "\\\""
        case "\n": escaped += "\\n"
        default: escaped.unicodeScalars.append(scalar)
        }
      }
      return "\(name)=\"\(escaped)\""
    }.joined(separator: ",")
  }

  /// Text exposition format 0.0.4.
  package func prometheus() -> String {
    let families = families.withLock { $0 }
    var out = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      if !family.help.isEmpty {
        let help = family.help.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
        out += "# HELP \(name) \(help)\n"
      }
      out += "# TYPE \(name) \(family.kind)\n"
      for labels in family.order.sorted() {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        switch family.series[labels] {
        case .counter(let counter): out += "\(name)\(braces) \(counter.value)\n"
        case .gauge(let gauge): out += "\(name)\(braces) \(Self.number(gauge.value))\n"
        case .reading(let read): out += "\(name)\(braces) \(Self.number(read()))\n"
        case .histogram(let histogram):
          let snapshot = histogram.snapshot()
          let lead = labels.isEmpty ? "" : labels + ","
          var total = 0
          for (index, count) in snapshot.counts.enumerated() {
            total += count
            let bound = index < Histogram.bounds.count ? Self.number(Double(Histogram.bounds[index]) / 1e9) : "+Inf"
            out += "\(name)_bucket{\(lead)le=\"\(bound)\"} \(total)\n"
          }
          out += "\(name)_sum\(braces) \(Self.number(snapshot.sum.seconds))\n"
          out += "\(name)_count\(braces) \(total)\n"
        case nil: continue
        }
      }
    }
    return out
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value) { return "\(whole)" }
    return "\(value)"
  }
}

/// Only goes up.
package final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  package init() {}
  package func add(_ amount: Int = 1) { count.wrappingAdd(max(0, amount), ordering: .relaxed) }
  package var value: Int { count.load(ordering: .relaxed) }
}

/// Goes up and down.
package final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0)
  package init() {}

  package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
  package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
  package func set(_ value: Int) { set(Double(value)) }
  package func add(_ amount: Double = 1) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (done, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if done { return }
      old = seen
    }
  }
}
