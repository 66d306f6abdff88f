/// A colour in sRGB.
package struct Color: Sendable, Hashable {
  package let red: Double, green: Double, blue: Double
  package var alpha = 1.0

  /// From `0xRRGGBB`.
  package init(_ hex: UInt32) {
    red = Double(hex >> 16 & 0xFF) / 255
    green = Double(hex >> 8 & 0xFF) / 255
    blue = Double(hex & 0xFF) / 255
  }

  package func opacity(_ alpha: Double) -> Color {
    var copy = self
    copy.alpha = alpha
    return copy
  }
}

/// What a text or a cell means; the theme chooses the colour.
package enum Tone: String, Sendable, CaseIterable { case plain, muted, accent, good, bad, warning }

/// Light or dark pictures. All text has a contrast of at least 4.5 to 1, all marks of 3 to 1.
package enum Theme: String, Sendable, CaseIterable {
  case light, dark

  private func pick(_ light: UInt32, _ dark: UInt32) -> Color { Color(self == .light ? light : dark) }

  var background: Color { pick(0xFFFFFF, 0x15181D) }
  var ink: Color { pick(0x1B1F24, 0xF1F3F5) }
  var muted: Color { pick(0x5B6470, 0xA6AFBB) }
  var grid: Color { pick(0xE4E7EB, 0x2B313A) }
  var axis: Color { pick(0xAEB5BF, 0x5A6370) }
  var stripe: Color { pick(0xF5F7F9, 0x1C2027) }
  var good: Color { pick(0x1F7A4D, 0x5FC592) }
  var bad: Color { pick(0xBE3144, 0xF2808F) }
  var warning: Color { pick(0x8A5A00, 0xE5B454) }
  var accent: Color { pick(0x1F5FA8, 0x6BAAF0) }

  func color(_ tone: Tone) -> Color {
    switch tone {
    case .plain: ink
    case .muted: muted
    case .accent: accent
    case .good: good
    case .bad: bad
    case .warning: warning
    }
  }

  /// Told apart also by people who confuse red and green: neighbours differ in lightness.
  private var palette: [Color] {
    [
      accent, pick(0xC9631B, 0xF29A5C), pick(0x0F7F8C, 0x56C2CF), pick(0x8A4FA3, 0xC79BE0), pick(0x8A6D00, 0xD9BD4F),
      pick(0xB0344D, 0xF08A9C), pick(0x2E7D4F, 0x6CC594), pick(0x5B6470, 0xA8B0BB),
    ]
  }

  func series(_ index: Int) -> Color { palette[index % palette.count] }
}
