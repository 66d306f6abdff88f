import Base
package import Formats

/// Who must act: nobody (`debug`, `info`), somebody some day (`notice`), soon (`warning`), now (`error`).
package enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  case debug, info, notice, warning, error

  package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
  package var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .notice: "notice"
    case .warning: "warning"
    case .error: "error"
    }
  }
  package init?(name: String) {
    guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }
}

/// A value beside a log message.
package enum LogValue: Sendable {
  case json(JSON)
  /// About a person: a name, number or address; only a masked rest of it is written.
  case personal(String)

  package static func text(_ value: String?) -> LogValue { .json(JSON(value)) }
  package static func int(_ value: Int?) -> LogValue { .json(JSON(value)) }
  /// Seconds.
  package static func duration(_ value: Duration) -> LogValue { .json(.number(value.seconds)) }
  package static func error(_ error: any Error) -> LogValue {
    if let speaking = error as? any SpeakingError { return .json(.string(speaking.code + ": " + speaking.sentence)) }
    return .json(.string(String(describing: error)))
  }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral
{
  package init(stringLiteral value: String) { self = .json(.string(value)) }
  package init(integerLiteral value: Int64) { self = .json(.integer(value)) }
  package init(booleanLiteral value: Bool) { self = .json(.bool(value)) }
  package init(floatLiteral value: Double) { self = .json(.number(value)) }
}

package typealias LogMetadata = KeyValuePairs<String, LogValue>

/// One room's way to write log lines. The message is constant; what varies goes into metadata with dotted keys.
///
///     log.warning("Provider refused the message", ["telegram.status": .int(429)])
package struct Log: Sendable {
  package let room: String
  package let sink: LogSink

  package init(_ room: String, to sink: LogSink = .standard) {
    self.room = room
    self.sink = sink
  }

  package func debug(_ message: StaticString, _ metadata: @autoclosure () -> LogMetadata = [:]) {
    log(.debug, message, metadata())
  }
  package func info(_ message: StaticString, _ metadata: @autoclosure () -> LogMetadata = [:]) {
    log(.info, message, metadata())
  }
  package func notice(_ message: StaticString, _ metadata: @autoclosure () -> LogMetadata = [:]) {
    log(.notice, message, metadata())
  }
  package func warning(_ message: StaticString, _ metadata: @autoclosure () -> LogMetadata = [:]) {
    log(.warning, message, metadata())
  }
  package func error(_ message: StaticString, _ metadata: @autoclosure () -> LogMetadata = [:]) {
    log(.error, message, metadata())
  }

  package func log(_ level: LogLevel, _ message: StaticString, _ metadata: @autoclosure () -> LogMetadata = [:]) {
    guard level >= sink.level else { return }
    var line: [UInt8] = []
    line.reserveCapacity(256)
    LogLine.begin(&line, at: sink.clock.now, level, room: room)
    LogLine.add(&line, "message")
    message.withUTF8Buffer { JSONWriter.string($0, into: &line) }
    if let trace = Trace.current {
      LogLine.add(&line, "trace")
      JSONWriter.string(trace, into: &line)
    }
    for (key, value) in metadata() {
      LogLine.add(&line, key)
      switch value {
      case .json(let json): json.write(into: &line)
      case .personal(let text): JSONWriter.string(Redactor.masked(text), into: &line)
      }
    }
    line.append(UInt8(ascii: "}"))
    line.append(0x0A)
    sink.take(line)
  }
}

enum LogLine {
  static func begin(_ line: inout [UInt8], at now: Instant, _ level: LogLevel, room: String) {
    line.append(contentsOf: "{\"time\":\"".utf8)
    time(now, into: &line)
    line.append(contentsOf: "\",\"level\":\"".utf8)
    line.append(contentsOf: level.name.utf8)
    line.append(UInt8(ascii: "\""))
    add(&line, "room")
    JSONWriter.string(room, into: &line)
  }

  static func add(_ line: inout [UInt8], _ key: String) {
    line.append(UInt8(ascii: ","))
    JSONWriter.string(key, into: &line)
    line.append(UInt8(ascii: ":"))
  }

  /// RFC 3339 in UTC, always with milliseconds, so that lines sort as text.
  private static func time(_ now: Instant, into line: inout [UInt8]) {
    let civil = DayNumber.civil(now.seconds)
    func put(_ value: Int, _ width: Int, then mark: Unicode.Scalar) {
      var scale = width == 4 ? 1_000 : width == 3 ? 100 : 10
      while scale > 0 {
        line.append(0x30 + UInt8(truncatingIfNeeded: Int(value.magnitude) / scale % 10))
        scale /= 10
      }
      line.append(UInt8(ascii: mark))
    }
    put(civil.year, 4, then: "-")
    put(civil.month, 2, then: "-")
    put(civil.day, 2, then: "T")
    put(civil.hour, 2, then: ":")
    put(civil.minute, 2, then: ":")
    put(civil.second, 2, then: ".")
    put(Int(now.microseconds - now.seconds * 1_000_000) / 1_000, 3, then: "Z")
  }
}
