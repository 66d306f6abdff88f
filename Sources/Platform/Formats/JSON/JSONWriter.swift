extension JSON {
  /// Compact text. Control characters and U+2028/2029 are escaped, so that it can stand in a log line or a script.
  package func text() -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  package func bytes() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    write(into: &bytes)
    return bytes
  }

  /// Two spaces a level, for people.
  package func pretty() -> String {
    var bytes: [UInt8] = []
    write(into: &bytes, level: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the compact text. Numbers that JSON cannot hold (NaN, infinities) become `null`.
  package func write(into out: inout [UInt8]) {
    switch self {
    case .null: out.append(literal: "null")
    case .bool(true): out.append(literal: "true")
    case .bool(false): out.append(literal: "false")
    case .integer(let value): JSONWriter.integer(value, into: &out)
    case .number(let value): JSONWriter.number(value, into: &out)
    case .string(let value): JSONWriter.string(value, into: &out)
    case .array(let values):
      out.append(UInt8(ascii: "["))
      var first = true
      for value in values {
        if !first { out.append(UInt8(ascii: ",")) }
        first = false
        value.write(into: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let object):
      out.append(UInt8(ascii: "{"))
      var first = true
      for member in object.members {
        if !first { out.append(UInt8(ascii: ",")) }
        first = false
        JSONWriter.string(member.key, into: &out)
        out.append(UInt8(ascii: ":"))
        member.value.write(into: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  private func write(into out: inout [UInt8], level: Int) {
    func line(_ level: Int) {
      out.append(0x0A)
      out.append(contentsOf: repeatElement(0x20, count: level * 2))
    }
    switch self {
    case .array(let values) where !values.isEmpty:
      out.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        line(level + 1)
        value.write(into: &out, level: level + 1)
      }
      line(level)
      out.append(UInt8(ascii: "]"))
    case .object(let object) where !object.isEmpty:
      out.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        line(level + 1)
        JSONWriter.string(member.key, into: &out)
        out.append(literal: ": ")
        member.value.write(into: &out, level: level + 1)
      }
      line(level)
      out.append(UInt8(ascii: "}"))
    default: write(into: &out)
    }
  }
}

/// The pieces of JSON text, also for callers that write lines without building values first.
package enum JSONWriter {
  package static func string(_ text: String, into out: inout [UInt8]) {
    var text = text
    text.withUTF8 { string($0, into: &out) }
  }

  /// The bytes must be UTF-8.
  package static func string(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    var start = 0
    var index = 0
    func flush() {
      if index > start { out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index])) }
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x20, byte != 0x22, byte != 0x5C, byte != 0x7F, byte != 0xE2 {
        index += 1
        continue
      }
      if byte == 0xE2 {
        guard index + 2 < bytes.count, bytes[index + 1] == 0x80, bytes[index + 2] & 0xFE == 0xA8 else {
          index += 1
          continue
        }
        flush()
        out.append(literal: bytes[index + 2] == 0xA8 ? "\\u2028" : "\\u2029")
        index += 3
        start = index
        continue
      }
      flush()
      switch byte {
      case 0x22: out.append(literal: "\\\"")
      case 0x5C: out.append(literal: "\\\\")
      case 0x0A: out.append(literal: "\\n")
      case 0x0D: out.append(literal: "\\r")
      case 0x09: out.append(literal: "\\t")
      case 0x08: out.append(literal: "\\b")
      case 0x0C: out.append(literal: "\\f")
      default:
        out.append(literal: "\\u00")
        out.append(0x30 + byte >> 4)
        let low = byte & 0xF
        out.append(low < 10 ? 0x30 + low : 0x57 + low)
      }
      index += 1
      start = index
    }
    flush()
    out.append(UInt8(ascii: "\""))
  }

  package static func integer(_ value: Int64, into out: inout [UInt8]) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = out.count
    repeat {
      out.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    var low = start
    var high = out.count - 1
    while low < high {
      out.swapAt(low, high)
      low += 1
      high -= 1
    }
  }

  /// The shortest text that reads back as the same value.
  package static func number(_ value: Double, into out: inout [UInt8]) {
    guard value.isFinite else { return out.append(literal: "null") }
    out.append(contentsOf: value.description.utf8)
  }
}

extension [UInt8] {
  @inline(__always)
  fileprivate mutating func append(literal: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }
}
