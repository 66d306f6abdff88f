/// Writes Tamil and Devanagari in Latin letters, as people type them on a phone; every other script stays untouched.
///
/// A total function: any text in, some text out, never longer than four times the input. Not reversible, and not a
/// scholar's transcription: it aims at the spelling most people use, and `SpellingFold` joins the others with it.
///
/// - Tamil: long vowels double (ஆ aa, ஈ ee, ஊ oo; ஏ e and ஓ o stay single), ள l, ழ zh, ற r, ற்ற tr, ன்ற ndr, ண and ன n,
///   ஞ ny, ஃப f. One letter stands for a voiced and an unvoiced sound, told by its place: unvoiced at the beginning,
///   doubled, or after a hard consonant (kaalai, paattu, kaatchi); voiced between vowels and after a soft one (magan,
///   veedu, marundhu, anbu). ச is s, doubled ch, after ஞ் j.
/// - Devanagari: ā aa, ī ee, ū oo; dental and retroflex alike (t, th, d, dh, n), ड़ d, ढ़ dh, ज़ z, फ़ f, क्ष ksh, ज्ञ gy,
///   anusvara n (m before a lip). The unspoken a at the end, and between two spoken syllables, is left out (kal, karna).
/// - Digits of both become ASCII digits, the danda a full stop.
package enum Transliteration {
  package static func latin(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 >= 0xE0 }) else { return text }
    return String(decoding: latin(Array(text.unicodeScalars.lazy.map(\.value))), as: UTF8.self)
  }

  /// The same from bytes; what is no UTF-8 becomes U+FFFD, as in any Swift string.
  package static func latin(_ utf8: [UInt8]) -> [UInt8] {
    guard utf8.contains(where: { $0 >= 0xE0 }) else { return utf8 }
    return latin(Array(String(decoding: utf8, as: UTF8.self).unicodeScalars.lazy.map(\.value)))
  }

  private static func latin(_ scalars: [UInt32]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(scalars.count * 2)
    var index = 0
    while index < scalars.count {
      let start = index
      switch scalars[index] {
      case 0x0B80...0x0BFF:
        while index < scalars.count, (0x0B80...0x0BFF).contains(scalars[index]) || isJoiner(scalars[index]) {
          index += 1
        }
        TamilWriter.write(scalars[start..<index].filter { !isJoiner($0) }, to: &out)
      case 0x0900...0x097F:
        while index < scalars.count, (0x0900...0x097F).contains(scalars[index]) || isJoiner(scalars[index]) {
          index += 1
        }
        DevanagariWriter.write(scalars[start..<index].filter { !isJoiner($0) }, to: &out)
      default:
        append(scalars[index], to: &out)
        index += 1
      }
    }
    return out
  }

  /// Zero-width joiner and non-joiner: they change how letters look, not which they are.
  private static func isJoiner(_ scalar: UInt32) -> Bool { scalar == 0x200C || scalar == 0x200D }

  private static func append(_ scalar: UInt32, to out: inout [UInt8]) {
    guard scalar >= 0x80 else { return out.append(UInt8(scalar)) }
    Unicode.Scalar(scalar).map { out.append(contentsOf: UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }
  }
}

/// One run of Tamil letters.
private enum TamilWriter {
  private static let virama: UInt32 = 0x0BCD

  static func write(_ run: [UInt32], to out: inout [UInt8]) {
    let run = composed(run)
    var index = 0
    // What was written last in this run.
    var before = Sound.start
    while index < run.count {
      let scalar = run[index]
      let next: UInt32 = index + 1 < run.count ? run[index + 1] : 0
      index += 1
      if let vowel = vowel(scalar) {
        out += vowel.utf8
        before = .vowel
      } else if scalar == 0x0B83 {
        // ஃ makes an f of the ப behind it; alone it is a breath.
        if next == 0x0BAA {
          out.append(UInt8(ascii: "f"))
          index += 1
          before = spokenVowel(after: &index, run, &out) ? .vowel : .hard
        } else {
          out.append(UInt8(ascii: "h"))
          before = .hard
        }
      } else if isConsonant(scalar) {
        let isDead = next == virama
        let after: UInt32 = isDead && index + 1 < run.count ? run[index + 1] : 0
        let isFirstOfPair = isDead && after == scalar && scalar != 0x0BB1
        out += letters(scalar, before, isDead: isDead, isFirstOfPair: isFirstOfPair, after).utf8
        if isDead {
          index += 1
          before = isSoft(scalar) ? .soft(scalar) : isHard(scalar) ? .hardLetter(scalar) : .hard
        } else {
          before = spokenVowel(after: &index, run, &out) ? .vowel : .hard
        }
      } else if (0x0BE6...0x0BEF).contains(scalar) {
        out.append(UInt8(0x30 + scalar - 0x0BE6))
        before = .start
      } else if scalar == 0x0BD0 {
        out += "om".utf8
        before = .hard
      }
      // Signs that stand alone, and letters the block does not have, say nothing.
    }
  }

  private enum Sound: Equatable { case start, vowel, hard, hardLetter(UInt32), soft(UInt32) }

  /// The two halves of o, long o and au become one sign.
  private static func composed(_ run: [UInt32]) -> [UInt32] {
    var out: [UInt32] = []
    out.reserveCapacity(run.count)
    for scalar in run {
      switch (out.last ?? 0, scalar) {
      case (0x0BC6, 0x0BBE): out[out.count - 1] = 0x0BCA
      case (0x0BC7, 0x0BBE): out[out.count - 1] = 0x0BCB
      case (0x0BC6, 0x0BD7): out[out.count - 1] = 0x0BCC
      default: out.append(scalar)
      }
    }
    return out
  }

  /// Writes the vowel behind a consonant: its sign, or the a that every letter has.
  private static func spokenVowel(after index: inout Int, _ run: [UInt32], _ out: inout [UInt8]) -> Bool {
    if index < run.count, run[index] == virama {
      index += 1
      return false
    }
    if index < run.count, let sign = sign(run[index]) {
      index += 1
      out += sign.utf8
    } else {
      out.append(UInt8(ascii: "a"))
    }
    return true
  }

  private static func vowel(_ scalar: UInt32) -> String? {
    switch scalar {
    case 0x0B85: "a"
    case 0x0B86: "aa"
    case 0x0B87: "i"
    case 0x0B88: "ee"
    case 0x0B89: "u"
    case 0x0B8A: "oo"
    case 0x0B8E, 0x0B8F: "e"
    case 0x0B90: "ai"
    case 0x0B92, 0x0B93: "o"
    case 0x0B94: "au"
    default: nil
    }
  }

  private static func sign(_ scalar: UInt32) -> String? {
    switch scalar {
    case 0x0BBE: "aa"
    case 0x0BBF: "i"
    case 0x0BC0: "ee"
    case 0x0BC1: "u"
    case 0x0BC2: "oo"
    case 0x0BC6, 0x0BC7: "e"
    case 0x0BC8: "ai"
    case 0x0BCA, 0x0BCB: "o"
    case 0x0BCC, 0x0BD7: "au"
    default: nil
    }
  }

  private static func isConsonant(_ scalar: UInt32) -> Bool { (0x0B95...0x0BB9).contains(scalar) }
  /// Nasals and half vowels: a stop behind them is voiced.
  private static func isSoft(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x0B99, 0x0B9E, 0x0BA3, 0x0BA8, 0x0BA9, 0x0BAE, 0x0BAF, 0x0BB0, 0x0BB2...0x0BB5: true
    default: false
    }
  }
  private static func isHard(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x0B95, 0x0B9A, 0x0B9F, 0x0BA4, 0x0BAA, 0x0BB1: true
    default: false
    }
  }

  private static func letters(
    _ scalar: UInt32, _ before: Sound, isDead: Bool, isFirstOfPair: Bool, _ after: UInt32
  ) -> String {
    let isSecondOfPair = before == .hardLetter(scalar)
    var isVoiced = false
    switch before {
    case .vowel: isVoiced = !isDead
    case .soft: isVoiced = !isFirstOfPair
    default: break
    }
    switch scalar {
    case 0x0B95: return before == .soft(0x0B99) || isVoiced ? "g" : "k"
    case 0x0B99: return "n"
    case 0x0B9A:
      if isFirstOfPair { return "" }
      if isSecondOfPair || before == .hard || (isDead && before == .vowel) { return "ch" }
      if case .hardLetter = before { return "ch" }
      return before == .soft(0x0B9E) ? "j" : "s"
    case 0x0B9C: return "j"
    // Before its own stop ஞ is a plain n: konjam.
    case 0x0B9E: return after == 0x0B9A || after == 0x0B9C || after == 0x0B9E ? "n" : "ny"
    case 0x0B9F: return isVoiced ? "d" : "t"
    case 0x0BA3, 0x0BA8, 0x0BA9: return "n"
    case 0x0BA4: return isVoiced ? "dh" : isFirstOfPair ? "t" : "th"
    case 0x0BAA: return isVoiced ? "b" : "p"
    case 0x0BAE: return "m"
    case 0x0BAF: return "y"
    case 0x0BB0: return "r"
    case 0x0BB1:
      // ற்ற is tr, ன்ற ndr.
      if isDead, after == scalar { return "t" }
      if before == .soft(0x0BA9) { return "dr" }
      return "r"
    case 0x0BB2, 0x0BB3: return "l"
    case 0x0BB4: return "zh"
    case 0x0BB5: return "v"
    case 0x0BB6, 0x0BB7: return "sh"
    case 0x0BB8: return "s"
    case 0x0BB9: return "h"
    default: return ""
    }
  }
}

/// One run of Devanagari.
private enum DevanagariWriter {
  private static let virama: UInt32 = 0x094D, nukta: UInt32 = 0x093C

  private struct Syllable {
    var onset: String
    /// `nil`: a bare consonant.
    var vowel: String?
    /// The a that is not written: it may be silent.
    var isInherent = false
    var ending = ""
  }

  static func write(_ run: [UInt32], to out: inout [UInt8]) {
    var word: [Syllable] = []
    func flush() {
      silence(&word)
      for (place, syllable) in word.enumerated() {
        out += syllable.onset.utf8
        if let vowel = syllable.vowel { out += vowel.utf8 }
        let isBeforeLip = place + 1 < word.count && "pbm".contains(word[place + 1].onset.first ?? "-")
        out += (syllable.ending == "n" && isBeforeLip ? "m" : syllable.ending).utf8
      }
      word.removeAll(keepingCapacity: true)
    }
    var index = 0
    while index < run.count {
      let scalar = run[index]
      index += 1
      if let vowel = vowel(scalar) {
        word.append(Syllable(onset: "", vowel: vowel))
      } else if var onset = consonant(scalar) {
        if index < run.count, run[index] == nukta {
          onset = dotted(scalar) ?? onset
          index += 1
        }
        if scalar == 0x091C, index + 1 < run.count, run[index] == virama, run[index + 1] == 0x091E {
          onset = "gy"
          index += 2
        }
        if index < run.count, run[index] == virama {
          index += 1
          word.append(Syllable(onset: onset, vowel: nil))
        } else if index < run.count, let sign = sign(run[index]) {
          index += 1
          word.append(Syllable(onset: onset, vowel: sign))
        } else {
          word.append(Syllable(onset: onset, vowel: "a", isInherent: true))
        }
      } else {
        switch scalar {
        case 0x0901, 0x0902: if !word.isEmpty { word[word.count - 1].ending = "n" }
        case 0x0903: if !word.isEmpty { word[word.count - 1].ending = "h" }
        case 0x0950: word.append(Syllable(onset: "", vowel: "om"))
        case 0x0964, 0x0965:
          flush()
          out.append(UInt8(ascii: "."))
        case 0x0966...0x096F:
          flush()
          out.append(UInt8(0x30 + scalar - 0x0966))
        default: break  // signs that stand alone say nothing
        }
      }
    }
    flush()
  }

  /// Leaves out the a at the end of a word, then, from right to left, every one between two spoken syllables.
  private static func silence(_ word: inout [Syllable]) {
    guard word.count > 1 else { return }
    let end = word.count - 1
    // Behind a cluster it stays half spoken; people write none: dost, but also mitra.
    if word[end].isInherent, word[end].ending.isEmpty, word[end - 1].vowel != nil || word[end].onset.first != "r" {
      word[end].vowel = nil
    }
    guard word.count > 2 else { return }
    for place in stride(from: end - 1, through: 1, by: -1)
    where word[place].isInherent && word[place].ending.isEmpty && word[place - 1].vowel != nil
      && word[place + 1].vowel != nil && !word[place + 1].onset.isEmpty
    {
      word[place].vowel = nil
    }
  }

  private static func vowel(_ scalar: UInt32) -> String? {
    switch scalar {
    case 0x0904, 0x0905: "a"
    case 0x0906: "aa"
    case 0x0907: "i"
    case 0x0908: "ee"
    case 0x0909: "u"
    case 0x090A: "oo"
    case 0x090B, 0x0960: "ri"
    case 0x090D...0x090F: "e"
    case 0x0910: "ai"
    case 0x0911...0x0913: "o"
    case 0x0914: "au"
    default: nil
    }
  }

  private static func sign(_ scalar: UInt32) -> String? {
    switch scalar {
    case 0x093E: "aa"
    case 0x093F: "i"
    case 0x0940: "ee"
    case 0x0941: "u"
    case 0x0942: "oo"
    case 0x0943, 0x0944: "ri"
    case 0x0945...0x0947: "e"
    case 0x0948: "ai"
    case 0x0949...0x094B: "o"
    case 0x094C: "au"
    default: nil
    }
  }

  private static let consonants: [String] = [
    "k", "kh", "g", "gh", "n", "ch", "chh", "j", "jh", "n", "t", "th", "d", "dh", "n", "t", "th", "d", "dh", "n", "n",
    "p", "ph", "b", "bh", "m", "y", "r", "r", "l", "l", "l", "v", "sh", "sh", "s", "h",
  ]

  private static func consonant(_ scalar: UInt32) -> String? {
    switch scalar {
    case 0x0915...0x0939: consonants[Int(scalar - 0x0915)]
    case 0x0958...0x095F: ["q", "kh", "g", "z", "d", "dh", "f", "y"][Int(scalar - 0x0958)]
    default: nil
    }
  }

  /// What a dot below makes of a letter.
  private static func dotted(_ scalar: UInt32) -> String? {
    switch scalar {
    case 0x0915: "q"
    case 0x0917: "g"
    case 0x091C: "z"
    case 0x092B: "f"
    default: nil
    }
  }
}
