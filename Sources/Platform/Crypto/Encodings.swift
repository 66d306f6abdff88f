/// Lower-case hexadecimal. Decoding takes either case and nothing else.
package enum Hex {
  package static func encode(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { out in
      for (index, byte) in bytes.enumerated() {
        out[index * 2] = digit(byte >> 4)
        out[index * 2 + 1] = digit(byte & 0xF)
      }
      return bytes.count * 2
    }
  }

  package static func decode(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      out.append(high << 4 | low)
    }
    return out
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 65...70: digit - 55
    case 97...102: digit - 87
    default: nil
    }
  }
}

/// RFC 4648 §4, padded. Decoding is strict: full padding, no white space, unused bits zero, so that one value has one text.
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String { Base64Alphabet.standard.encode(bytes, padded: true) }
  package static func decode(_ text: String) -> [UInt8]? { Base64Alphabet.standard.decode(text, padded: true) }
}

/// RFC 4648 §5 without padding: fit for URLs, file names and tokens. Decoding is strict.
package enum Base64URL {
  package static func encode(_ bytes: [UInt8]) -> String { Base64Alphabet.url.encode(bytes, padded: false) }
  package static func decode(_ text: String) -> [UInt8]? { Base64Alphabet.url.decode(text, padded: false) }
}

private struct Base64Alphabet {
  static let standard = Base64Alphabet(last: "+/")
  static let url = Base64Alphabet(last: "-_")

  private let letters: [UInt8]
  private let values: [UInt8]

  private init(last: String) {
    letters = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
    self.values = values
  }

  func encode(_ bytes: [UInt8], padded: Bool) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let left = min(3, bytes.count - index)
      var group = UInt32(bytes[index]) << 16
      if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
      if left > 2 { group |= UInt32(bytes[index + 2]) }
      for place in 0...left { out.append(letters[Int(group >> UInt32(18 - place * 6) & 63)]) }
      if padded { for _ in left..<3 { out.append(UInt8(ascii: "=")) } }
      index += 3
    }
    return String(decoding: out, as: UTF8.self)
  }

  func decode(_ text: String, padded: Bool) -> [UInt8]? {
    var digits = Array(text.utf8)[...]
    if padded {
      guard digits.count.isMultiple(of: 4) else { return nil }
      for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
    }
    guard digits.count % 4 != 1 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(digits.count * 3 / 4)
    var bits: UInt32 = 0
    var held = 0
    for digit in digits {
      let value = values[Int(digit)]
      guard value != 0xFF else { return nil }
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        bits &= (1 << UInt32(held)) - 1
      }
    }
    return bits == 0 ? out : nil
  }
}
