import Foundation

/// What BERT's normaliser makes of one character: nothing, a space, letters, or a word by itself.
///
/// Control characters fall away; letters lose their accents (canonical decomposition without nonspacing marks) and become
/// small; punctuation and Chinese characters stand alone. Remembers what it found out, so it belongs to one thread.
struct ScalarFolder {
  enum Kind: UInt32 { case unknown, dropped, space, letter, alone, several }

  /// Characters below this are remembered: all alphabets of the first plane.
  private static let remembered = 0x3100
  /// The kind, over the folded character.
  private var known = [UInt32](repeating: 0, count: remembered)

  /// Hands over what a character becomes, in order; several only for a few letters and Hangul.
  mutating func fold(_ scalar: Unicode.Scalar, _ take: (Kind, Unicode.Scalar) -> Void) {
    let index = Int(scalar.value)
    if index < Self.remembered {
      if known[index] == 0 {
        let found = Self.folded(scalar)
        known[index] =
          found.count == 1
          ? found[0].0.rawValue << 24 | found[0].1.value : (found.isEmpty ? Kind.dropped : .several).rawValue << 24
      }
      let kind = Kind(rawValue: known[index] >> 24) ?? .unknown
      if kind != .several { return take(kind, Unicode.Scalar(known[index] & 0xFF_FFFF) ?? scalar) }
    } else if Self.isPlain(scalar) {
      return take(Self.isAlone(scalar) || Self.isChinese(scalar.value) ? .alone : .letter, scalar)
    }
    for (kind, scalar) in Self.folded(scalar) { take(kind, scalar) }
  }

  /// Chinese characters and pictures: without decomposition or case.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x9FFF, 0x1F300...0x1FAFF: true
    default: false
    }
  }

  private static func folded(_ scalar: Unicode.Scalar) -> [(Kind, Unicode.Scalar)] {
    if scalar.value == 0 || scalar.value == 0xFFFD { return [] }
    if scalar.properties.isWhitespace, scalar.properties.generalCategory != .control || isLineSpace(scalar.value) {
      return [(.space, " ")]
    }
    switch category(scalar) {
    case .control, .format, .surrogate, .privateUse: return []
    default: break
    }
    let isChinese = isChinese(scalar.value)
    var out: [(Kind, Unicode.Scalar)] = []
    for part in String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars
    where category(part) != .nonspacingMark {
      for small in part.properties.lowercaseMapping.unicodeScalars {
        out.append((isChinese || isAlone(small) ? .alone : .letter, small))
      }
    }
    return out
  }

  /// As the original knows them, whose tables are of Unicode 8: to it, what came later is of no category.
  private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    guard let age = scalar.properties.age, age.major <= 8 else { return .unassigned }
    return scalar.properties.generalCategory
  }

  private static func isLineSpace(_ value: UInt32) -> Bool { value == 0x09 || value == 0x0A || value == 0x0D }

  private static func isAlone(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    default: break
    }
    switch category(scalar) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private static func isChinese(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
