import Formats
import Synchronization

/// Keeps secrets out of whatever leaves through it: registered values, and shapes that are secrets anywhere.
///
/// It works on the finished bytes of a line, so that no caller, library message or URL can slip a token past it.
package final class Redactor: Sendable {
  package static let shared = Redactor()

  private struct Known {
    var values: [[UInt8]] = []
    /// Whether some value starts with the byte.
    var firsts = [Bool](repeating: false, count: 256)
  }
  private let known = Mutex(Known())

  package init() {}

  /// Registers with the shared redactor.
  @discardableResult
  package static func register(_ secret: String) -> Bool { shared.register(secret) }

  /// Hides a value from now on, also as it looks inside JSON text and percent-encoded in a URL.
  ///
  /// - Returns: `false` for values under 6 bytes, which are too short to hide without hiding ordinary text.
  @discardableResult
  package func register(_ secret: String) -> Bool {
    let plain = Array(secret.utf8)
    guard plain.count >= 6 else { return false }
    var quoted: [UInt8] = []
    JSONWriter.string(secret, into: &quoted)
    let forms = [plain, Array(quoted.dropFirst().dropLast()), Redactor.percentEncoded(plain)]
    known.withLock { known in
      for form in forms where !known.values.contains(form) {
        known.values.append(form)
        known.firsts[Int(form[0])] = true
      }
      // The longest first: a token that contains another must vanish whole.
      known.values.sort { $0.count > $1.count }
    }
    return true
  }

  package func clean(_ text: String) -> String { String(decoding: clean(Array(text.utf8)), as: UTF8.self) }

  /// The bytes with every secret replaced by `***`, and invisible direction marks and C1 controls escaped.
  package func clean(_ bytes: [UInt8]) -> [UInt8] {
    let known = known.withLock { $0 }
    return bytes.withUnsafeBufferPointer { input in
      var out: [UInt8] = []
      out.reserveCapacity(input.count)
      var scan = SecretScan(input: input)
      var index = 0
      while index < input.count {
        let byte = input[index]
        if known.firsts[Int(byte)], let end = Self.match(known.values, input, index) {
          out.append(contentsOf: "***".utf8)
          index = end
        } else if let found = scan.secret(at: index, last: out.last) {
          out.append(contentsOf: input[index..<found.lowerBound])
          out.append(contentsOf: "***".utf8)
          index = found.upperBound
        } else if byte >= 0xC2, let (code, length) = Self.invisible(input, index) {
          out.append(contentsOf: "\\u".utf8)
          for shift in [12, 8, 4, 0] {
            let nibble = UInt8(truncatingIfNeeded: code >> shift) & 0xF
            out.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
          }
          index += length
        } else {
          out.append(byte)
          index += 1
        }
      }
      return out
    }
  }

  private static func match(_ values: [[UInt8]], _ input: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
    for value in values where index + value.count <= input.count && input[index] == value[0] {
      if value.elementsEqual(input[index..<index + value.count]) { return index + value.count }
    }
    return nil
  }

  /// C1 controls, direction marks and overrides, the byte-order mark: they make a line read as another.
  private static func invisible(_ input: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt32, Int)? {
    let second = index + 1 < input.count ? input[index + 1] : 0
    let third = index + 2 < input.count ? input[index + 2] : 0
    switch (input[index], second, third) {
    case (0xC2, 0x80...0x9F, _): return (UInt32(second), 2)
    case (0xD8, 0x9C, _): return (0x061C, 2)
    case (0xE2, 0x80, 0x8E...0x8F), (0xE2, 0x80, 0xAA...0xAE), (0xE2, 0x81, 0xA6...0xA9), (0xEF, 0xBB, 0xBF):
      return (UInt32(input[index] & 0xF) << 12 | UInt32(second & 0x3F) << 6 | UInt32(third & 0x3F), 3)
    default: return nil
    }
  }

  /// Whether what has such a name (a parameter, an input, a header) is likely a secret.
  package static func isSecret(name: String) -> Bool {
    // by bytes: each argument of each action that is logged asks this
    guard let last = name.utf8.last, endsOfNames[Int(last)] else { return false }
    func isEnd(_ end: some BidirectionalCollection<UInt8>) -> Bool {
      var rest = name.utf8[...]
      for byte in end.reversed() {
        guard let last = rest.popLast() else { return false }
        let plain = last == UInt8(ascii: "-") ? UInt8(ascii: "_") : last
        guard ((0x41...0x5A).contains(plain) ? plain | 0x20 : plain) == byte else { return false }
      }
      return true
    }
    return SecretScan.names.contains { isEnd($0) } || namesOfKeys.contains { isEnd($0.utf8) }
  }

  private static let namesOfKeys = ["authorization", "access_key", "private_key", "secret_key"]
  /// The bytes that a name of a secret may end with.
  private static let endsOfNames: [Bool] = {
    var ends = [Bool](repeating: false, count: 256)
    for last in SecretScan.names.compactMap({ $0.last }) + namesOfKeys.compactMap(\.utf8.last) {
      ends[Int(last)] = true
      if (0x61...0x7A).contains(last) { ends[Int(last & ~0x20)] = true }
    }
    return ends
  }()

  private static func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return bytes.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: [byte]
      default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
      }
    }
  }

  /// What may be shown of a person's data: the last two digits of a number, the first letter of anything else.
  package static func masked(_ text: String) -> String {
    let digits = text.unicodeScalars.filter { $0.properties.numericType == .decimal }
    if digits.count >= 7 { return "***" + String(String.UnicodeScalarView(digits.suffix(2))) }
    if digits.isEmpty, let at = text.lastIndex(of: "@"), at > text.startIndex { return "***" + text[at...] }
    return text.prefix(1) + "***"
  }
}

/// Finds secrets by their shape.
private struct SecretScan {
  let input: UnsafeBufferPointer<UInt8>
  /// Where a run of token letters was already looked at, so that long runs are read once.
  private var lookedUntil = 0

  init(input: UnsafeBufferPointer<UInt8>) { self.input = input }

  /// - Returns: the bytes to hide; those before it up to the index stay.
  mutating func secret(at index: Int, last: UInt8?) -> Range<Int>? {
    let byte = input[index]
    switch byte {
    case 0x30...0x39: return botToken(at: index, last: last)
    case UInt8(ascii: "B"), UInt8(ascii: "b"): return credential(at: index)
    case UInt8(ascii: "="): return parameter(at: index)
    default: return nil
    }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
    default: false
    }
  }

  /// `123456:AA…`, at least 30 letters after the colon: a Telegram bot's token.
  private mutating func botToken(at index: Int, last: UInt8?) -> Range<Int>? {
    guard index >= lookedUntil else { return nil }
    var at = index
    while at < input.count, input[at] >= 0x30, input[at] <= 0x39 { at += 1 }
    lookedUntil = at
    guard at < input.count, input[at] == UInt8(ascii: ":") else { return nil }
    at += 1
    let start = at
    while at < input.count, Self.isToken(input[at]) { at += 1 }
    return at - start >= 30 ? index..<at : nil
  }

  /// `Bearer …` and `Basic …`, in any case.
  private func credential(at index: Int) -> Range<Int>? {
    for word in ["bearer ", "basic "] {
      let length = word.utf8.count
      guard index + length < input.count,
        zip(word.utf8, input[index..<index + length]).allSatisfy({ $0 == $1 | 0x20 })
      else { continue }
      var at = index + length
      while at < input.count, Self.isToken(input[at]) || "./+~=".utf8.contains(input[at]) { at += 1 }
      if at - index - length >= 8 { return index + length..<at }
    }
    return nil
  }

  fileprivate static let names = [
    "token", "secret", "password", "passwd", "api_key", "apikey", "signature", "code_verifier",
  ]
  .map { Array($0.utf8) }

  /// `…token=value` and its like in URLs and forms.
  private func parameter(at index: Int) -> Range<Int>? {
    for name in Self.names where index >= name.count {
      guard zip(name, input[(index - name.count)..<index]).allSatisfy({ $0 == $1 || $0 == $1 | 0x20 }) else { continue }
      var at = index + 1
      while at < input.count, input[at] > 0x20, !"&\"'\\<>;,)}]".utf8.contains(input[at]) { at += 1 }
      return at > index + 1 ? index + 1..<at : nil
    }
    return nil
  }
}
