import Foundation

/// Brings what people type into one form, so that understanding and lookups see the same bytes for the same words.
package enum Normaliser {
  /// For understanding: compatibility-composed, lower case, without invisible characters, with plain quotes, dashes and
  /// digits, and single spaces. ASCII costs about a nanosecond a byte.
  package static func normalise(_ text: String) -> String {
    String(decoding: bytes(text), as: UTF8.self)
  }

  /// The same as UTF-8.
  package static func bytes(_ text: String) -> [UInt8] {
    var text = text
    if let fast = text.withUTF8({ ascii($0) }) { return fast }
    return folded(needsComposition(text) ? text.precomposedStringWithCompatibilityMapping : text)
  }

  /// For keeping what people wrote: canonical composition only (NFC).
  package static func composed(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } || !needsComposition(text) ? text : text.precomposedStringWithCanonicalMapping
  }

  /// `nil` at the first byte that is not ASCII.
  private static func ascii(_ input: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(input.count)
    var space = false
    for byte in input {
      switch byte {
      case 0x80...: return nil
      case 0x20, 0x09...0x0D: space = !out.isEmpty
      case 0..<0x20, 0x7F: continue
      default:
        if space {
          out.append(0x20)
          space = false
        }
        if byte == 0x60 {
          out.append(0x27)
        } else {
          out.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
        }
      }
    }
    return out
  }

  /// Whether Unicode composition could change the text. Common Tamil, Hindi and European text answers no, which
  /// saves the slow general way.
  private static func needsComposition(_ text: String) -> Bool {
    var previous: UInt32 = 0
    for scalar in text.unicodeScalars {
      let value = scalar.value
      switch value {
      case 0..<0x80, 0xC0...0x131, 0x134...0x13E, 0x141...0x148, 0x14A...0x17E: break
      case 0x0BBE, 0x0BD7:
        // The two halves of a vowel sign: ெ + ா is ொ.
        if previous == 0x0BC6 || previous == 0x0BC7 || previous == 0x0B92 { return true }
      case 0x0B80...0x0BFF: break
      case 0x093C, 0x0958...0x095F: return true
      case 0x0900...0x097F: break
      case 0x200B...0x200F, 0x2013...0x2014, 0x2018...0x201E, 0x20B9, 0x1F300...0x1FAFF, 0xFE0F: break
      default: return true
      }
      previous = value
    }
    return false
  }

  private static func folded(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count)
    var space = false
    for scalar in text.unicodeScalars {
      let value = scalar.value
      if isInvisible(value) { continue }
      if isSpace(value) {
        space = !out.isEmpty
        continue
      }
      if value < 0x20 || (value >= 0x7F && value < 0xA0) { continue }
      if space {
        out.append(0x20)
        space = false
      }
      if let plain = punctuation(value) {
        out.append(plain)
      } else if value < 0x80 {
        out.append(value >= 0x41 && value <= 0x5A ? UInt8(value) | 0x20 : UInt8(value))
      } else if let digit = digit(value) {
        out.append(0x30 + digit)
      } else if value >= 0x0900 && value <= 0x0DFF {
        // Indic scripts have no case.
        out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      } else {
        out.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      }
    }
    return out
  }

  /// Joiners, direction marks, selectors, the soft hyphen, tags: they change looks, never words.
  static func isInvisible(_ value: UInt32) -> Bool {
    switch value {
    case 0xAD, 0x061C, 0x034F, 0x115F, 0x1160, 0x180B...0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F,
      0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }

  private static func isSpace(_ value: UInt32) -> Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  private static func punctuation(_ value: UInt32) -> UInt8? {
    switch value {
    case 0x60, 0xB4, 0x02B9, 0x02BC, 0x2018...0x201B, 0x2032, 0x2035: UInt8(ascii: "'")
    case 0xAB, 0xBB, 0x201C...0x201F, 0x2033, 0x2036: UInt8(ascii: "\"")
    case 0x2010...0x2015, 0x2212: UInt8(ascii: "-")
    // The danda ends a sentence as a full stop does.
    case 0x0964, 0x0965: UInt8(ascii: ".")
    default: nil
    }
  }

  /// The value of a decimal digit of another script.
  package static func digit(_ value: UInt32) -> UInt8? {
    let zeros: [UInt32] = [
      0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0xFF10,
    ]
    for zero in zeros where value >= zero && value < zero + 10 { return UInt8(value - zero) }
    return nil
  }
}
