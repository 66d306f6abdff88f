package import Text

/// What of a text can be read aloud.
package enum SpokenText {
  /// Longer answers are spoken to here: nobody listens to a list of forty.
  static let limit = 600

  /// The language whose script most of it is in; `nil` where it is romanised, or nothing to read.
  ///
  /// - Parameter reader: Latin letters are English only to those who read English; Tanglish read aloud is nonsense.
  package static func language(of text: String, for reader: Language) -> Language? {
    var (tamil, devanagari, latin) = (0, 0, 0)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0B80...0x0BFF: tamil += 1
      case 0x0900...0x097F: devanagari += 1
      case 0x41...0x5A, 0x61...0x7A: latin += 1
      default: break
      }
    }
    guard let most = [tamil, devanagari, latin].max(), most > 0 else { return nil }
    // a reader's own script counts before names and medicines written in another
    if reader == .tamil, tamil > 0 { return .tamil }
    if reader == .hindi, devanagari > 0 { return .hindi }
    if most == tamil { return .tamil }
    if most == devanagari { return .hindi }
    return reader == .english ? .english : nil
  }

  /// Words and what divides them, without pictures and marks, cut where a sentence ends.
  package static func plain(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "•" {
        while out.last == " " { out.removeLast() }
        if let last = out.last, !".!?,:;।".contains(last) { out += "," }
        out += " "
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .spacingMark
        || " .,:;!?'%+-/()₹$€।‌‍".unicodeScalars.contains(scalar)
      {
        out.unicodeScalars.append(scalar)
      } else {
        out += " "
      }
    }
    let words = out.split(separator: " ")
    var plain = ""
    for word in words where plain.count + word.count < limit { plain += (plain.isEmpty ? "" : " ") + word }
    guard plain.count < words.reduce(0, { $0 + $1.count + 1 }) - 1,
      let end = plain.lastIndex(where: { ".!?।".contains($0) })
    else { return plain }
    return String(plain[...end])
  }
}
