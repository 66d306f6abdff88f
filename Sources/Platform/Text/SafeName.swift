/// A name or text from outside as it may stand in a question such as "Pay … to …?": on one line, with nothing in it that
/// turns, hides or piles up what is read.
///
/// Direction marks and controls become visible (`⟨U+202E⟩`); joiners stay where Indic letters and emoji need them.
package func safeName(_ text: String, limit: Int = 64) -> String {
  var out = ""
  var count = 0
  for character in text {
    guard count < limit else {
      out += "…"
      break
    }
    count += 1
    if character.isNewline || character == "\t" {
      if out.last != " " { out += " " }
      continue
    }
    var marks = 0
    for scalar in character.unicodeScalars {
      let value = scalar.value
      if scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .enclosingMark {
        marks += 1
        if marks > 4 { continue }
      }
      let isControl = value < 0x20 || (0x7F...0x9F).contains(value)
      let isJoiner = value == 0x200C || value == 0x200D || value == 0xFE0F
      if isControl || (Normaliser.isInvisible(value) && !isJoiner) || value == 0x2028 || value == 0x2029 {
        let hex = String(value, radix: 16, uppercase: true)
        out += "⟨U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + "⟩"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
  }
  return out
}
