extension JSON {
  /// Reads one value with nothing but white space around it.
  ///
  /// Strict RFC 8259: no comments, no trailing commas, no byte-order mark; broken UTF-8 and lone surrogates refused.
  /// Whole numbers that fit are `.integer`, others `.number`; beyond the range of `Double` is an error.
  package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in try parse(buffer, limits: limits) }
  }

  package static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    var text = text
    let outcome = text.withUTF8 { buffer -> Result<JSON, JSONError> in
      do throws(JSONError) { return .success(try parse(buffer, limits: limits)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  package static func parse(
    _ buffer: UnsafeBufferPointer<UInt8>, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> JSON {
    guard buffer.count <= limits.bytes else { throw JSONError(.size, at: limits.bytes) }
    guard let base = buffer.baseAddress, !buffer.isEmpty else { throw JSONError(.end, at: 0) }
    var parser = JSONParser(base: base, end: buffer.count, limits: limits)
    return try parser.document()
  }
}

/// A byte-level descent; its depth is bounded by the limits, so that hostile nesting cannot exhaust the stack.
private struct JSONParser {
  private let base: UnsafePointer<UInt8>
  private let end: Int
  private let depthLimit: Int
  private var valuesLeft: Int
  private var index = 0

  init(base: UnsafePointer<UInt8>, end: Int, limits: JSONLimits) {
    self.base = base
    self.end = end
    depthLimit = min(limits.depth, 512)
    valuesLeft = limits.values
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    skipSpace()
    guard index == end else { throw JSONError(.trailing, at: index) }
    return value
  }

  @inline(__always)
  private mutating func skipSpace() {
    while index < end {
      switch base[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  /// The next byte that is no space; the index stays on it.
  @inline(__always)
  private mutating func peek() throws(JSONError) -> UInt8 {
    skipSpace()
    guard index < end else { throw JSONError(.end, at: index) }
    return base[index]
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    valuesLeft -= 1
    guard valuesLeft >= 0 else { throw JSONError(.values, at: index) }
    switch try peek() {
    case UInt8(ascii: "\""):
      index += 1
      return .string(try string())
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "-"), 0x30...0x39: return try number()
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default: throw JSONError(.syntax, at: index)
    }
  }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    for offset in 0..<word.utf8CodeUnitCount {
      guard index < end else { throw JSONError(.end, at: index) }
      guard base[index] == word.utf8Start[offset] else { throw JSONError(.syntax, at: index) }
      index += 1
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    guard depth <= depthLimit else { throw JSONError(.depth, at: index) }
    index += 1
    var members: [JSONObject.Member] = []
    if try peek() == UInt8(ascii: "}") {
      index += 1
      return .object(JSONObject())
    }
    members.reserveCapacity(4)
    while true {
      guard try peek() == UInt8(ascii: "\"") else { throw JSONError(.syntax, at: index) }
      index += 1
      let key = try string()
      guard try peek() == UInt8(ascii: ":") else { throw JSONError(.syntax, at: index) }
      index += 1
      members.append(JSONObject.Member(key: key, value: try value(depth: depth)))
      let next = try peek()
      index += 1
      if next == UInt8(ascii: ",") { continue }
      guard next == UInt8(ascii: "}") else { throw JSONError(.syntax, at: index - 1) }
      return .object(JSONObject(members: members))
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    guard depth <= depthLimit else { throw JSONError(.depth, at: index) }
    index += 1
    var values: [JSON] = []
    if try peek() == UInt8(ascii: "]") {
      index += 1
      return .array(values)
    }
    while true {
      values.append(try value(depth: depth))
      let next = try peek()
      index += 1
      if next == UInt8(ascii: ",") { continue }
      guard next == UInt8(ascii: "]") else { throw JSONError(.syntax, at: index - 1) }
      return .array(values)
    }
  }

  // MARK: Strings

  /// After the opening quote. Strings without escapes, nearly all, are copied once.
  private mutating func string() throws(JSONError) -> String {
    let start = index
    var high: UInt8 = 0
    while index < end {
      let byte = base[index]
      if byte == UInt8(ascii: "\"") {
        let text = try text(from: start, to: index, isASCII: high < 0x80)
        index += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      if byte < 0x20 { throw JSONError(.escape, at: index) }
      high |= byte
      index += 1
    }
    throw JSONError(.end, at: end)
  }

  @inline(__always)
  private func text(from start: Int, to stop: Int, isASCII: Bool) throws(JSONError) -> String {
    let slice = UnsafeBufferPointer(start: base + start, count: stop - start)
    if isASCII { return String(decoding: slice, as: UTF8.self) }
    guard let text = String(validating: slice, as: UTF8.self) else { throw JSONError(.utf8, at: start) }
    return text
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var bytes = Array(UnsafeBufferPointer(start: base + start, count: index - start))
    while index < end {
      let byte = base[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes, as: UTF8.self) else { throw JSONError(.utf8, at: start) }
        return text
      case UInt8(ascii: "\\"): try escape(into: &bytes)
      case 0..<0x20: throw JSONError(.escape, at: index - 1)
      default: bytes.append(byte)
      }
    }
    throw JSONError(.end, at: end)
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
    guard index < end else { throw JSONError(.end, at: index) }
    let byte = base[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      let at = index - 2
      var code = try hex4()
      if code & 0xFC00 == 0xD800 {
        guard index + 1 < end, base[index] == UInt8(ascii: "\\"), base[index + 1] == UInt8(ascii: "u") else {
          throw JSONError(.surrogate, at: at)
        }
        index += 2
        let low = try hex4()
        guard low & 0xFC00 == 0xDC00 else { throw JSONError(.surrogate, at: at) }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else { throw JSONError(.surrogate, at: at) }
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw JSONError(.escape, at: index - 1)
    }
  }

  private mutating func hex4() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard index < end else { throw JSONError(.end, at: index) }
      let byte = base[index]
      let digit: UInt8 =
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: throw JSONError(.escape, at: index)
        }
      code = code << 4 | UInt32(digit)
      index += 1
    }
    return code
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> JSON {
    let start = index
    let negative = base[index] == UInt8(ascii: "-")
    if negative { index += 1 }
    var mantissa: UInt64 = 0
    var exact = true
    var scale = 0

    func isDigit(_ at: Int) -> Bool { at < end && base[at] >= 0x30 && base[at] <= 0x39 }
    func take(_ digit: UInt8) {
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit - 0x30))
      if overflow || carry { exact = false }
      mantissa = sum
    }

    guard isDigit(index) else { throw JSONError(index < end ? .number : .end, at: index) }
    if base[index] == 0x30, isDigit(index + 1) { throw JSONError(.number, at: index) }
    while isDigit(index) {
      take(base[index])
      index += 1
    }
    var whole = true
    if index < end, base[index] == UInt8(ascii: ".") {
      whole = false
      index += 1
      guard isDigit(index) else { throw JSONError(index < end ? .number : .end, at: index) }
      while isDigit(index) {
        take(base[index])
        scale -= 1
        index += 1
      }
    }
    if index < end, base[index] | 0x20 == UInt8(ascii: "e") {
      whole = false
      index += 1
      var down = false
      if index < end, base[index] == UInt8(ascii: "-") || base[index] == UInt8(ascii: "+") {
        down = base[index] == UInt8(ascii: "-")
        index += 1
      }
      guard isDigit(index) else { throw JSONError(index < end ? .number : .end, at: index) }
      var exponent = 0
      while isDigit(index) {
        exponent = min(exponent * 10 + Int(base[index] - 0x30), 1_000_000)
        index += 1
      }
      scale += down ? -exponent : exponent
    }
    if whole, exact, !(negative && mantissa == 0) {
      if !negative, let value = Int64(exactly: mantissa) { return .integer(value) }
      if negative, mantissa <= UInt64(Int64.max) + 1 { return .integer(Int64(truncatingIfNeeded: 0 &- mantissa)) }
    }
    // Both operands exact in a Double, so one rounding: the result is the nearest (Clinger's fast path).
    if exact, mantissa <= 1 << 53, scale >= -22, scale <= 22 {
      let magnitude = Double(mantissa)
      let value = scale < 0 ? magnitude / Self.powers[-scale] : magnitude * Self.powers[scale]
      return .number(negative ? -value : value)
    }
    let text = String(decoding: UnsafeBufferPointer(start: base + start, count: index - start), as: UTF8.self)
    guard let value = Double(text), value.isFinite else { throw JSONError(.number, at: start) }
    return .number(value)
  }

  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
