/// Percent-encoding by RFC 3986, over bytes.
package enum PercentCoding {
  /// `nil` for a broken escape, a control character or bytes that are not UTF-8. `+` stays `+`.
  package static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.underestimatedCount)
    var iterator = text.makeIterator()
    while var byte = iterator.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = iterator.next().flatMap(nibble), let low = iterator.next().flatMap(nibble) else { return nil }
        byte = high << 4 | low
        // A decoded NUL or line break has no honest use and fools whoever reads the text next.
        if byte < 0x20 || byte == 0x7F { return nil }
      } else if byte == UInt8(ascii: "+"), plusIsSpace {
        byte = 32
      } else if byte < 0x20 || byte == 0x7F {
        return nil
      }
      bytes.append(byte)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// `a=1&b=two+words`; pairs with a bad escape are left out, a name without `=` has an empty value.
  package static func pairs(_ text: String) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = form(parts[0]), let value = parts.count > 1 ? form(parts[1]) : "" else { continue }
      pairs.append((name, value))
    }
    return pairs
  }

  /// A form value may hold line breaks (a text area), so only NUL is refused.
  private static func form(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(32)
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(nibble), let low = iterator.next().flatMap(nibble),
          high | low != 0
        else { return nil }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Everything but the unreserved characters is escaped: safe in a path segment, a query and a form.
  package static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes.append(UInt8(ascii: "%"))
        bytes.append(hex(byte >> 4))
        bytes.append(hex(byte & 15))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `application/x-www-form-urlencoded`.
  package static func form(_ pairs: [(String, String)]) -> String {
    pairs.map { "\(encode($0.0))=\(encode($0.1))" }.joined(separator: "&")
  }

  private static func hex(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
