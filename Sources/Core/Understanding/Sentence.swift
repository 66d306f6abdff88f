import Text

/// A message cut into tokens, with the bytes that every later step works on.
package struct Sentence: Sendable {
  package enum Script: UInt8, Sendable { case none, latin, tamil, devanagari, other }

  package struct Token: Sendable {
    package enum Kind: UInt8, Sendable { case word, number, symbol }
    package var kind: Kind
    package var script: Script
    /// No space stands before it: "8pm" is two tokens.
    package var isGlued: Bool
    package var isCapital: Bool
    /// UTF-8 offsets in `text`.
    package var span: Range<Int>
    /// Offsets in `folded`.
    package var foldedSpan: Range<Int>
    package var hash: UInt64
    /// Hash of the spelling-folded form of a Latin word; equals `hash` otherwise.
    package var skeleton: UInt64
  }

  /// What is looked at of one message.
  package static let byteLimit = 4_096

  /// Invisible characters dropped, runs of space made one, a new line made a comma; the letters as written.
  package private(set) var text: [UInt8] = []
  package private(set) var folded: [UInt8] = []
  package private(set) var tokens: [Token] = []

  package init(_ source: String) {
    var scalars: [UInt32] = []
    var bytes = 0
    for scalar in source.unicodeScalars {
      bytes += scalar.value < 0x80 ? 1 : scalar.value < 0x800 ? 2 : scalar.value < 0x10000 ? 3 : 4
      if bytes > Self.byteLimit { break }
      let whole = Self.composed(scalar.value, with: &scalars)
      scalars.append(whole)
    }
    text.reserveCapacity(bytes)
    folded.reserveCapacity(bytes)
    tokens.reserveCapacity(16)
    cut(scalars)
  }

  /// Tamil vowel signs written in two halves become one, as NFC has them.
  private static func composed(_ scalar: UInt32, with scalars: inout [UInt32]) -> UInt32 {
    guard let last = scalars.last else { return scalar }
    switch (last, scalar) {
    case (0x0BC6, 0x0BBE): scalars.removeLast(); return 0x0BCA
    case (0x0BC7, 0x0BBE): scalars.removeLast(); return 0x0BCB
    case (0x0BC6, 0x0BD7): scalars.removeLast(); return 0x0BCC
    default: return scalar
    }
  }

  private enum Class { case space, invisible, digit(UInt8), letter(Script), apostrophe, symbol }

  private static func classify(_ scalar: UInt32) -> Class {
    switch scalar {
    case 0x30...0x39: return .digit(UInt8(scalar - 0x30))
    case 0x41...0x5A, 0x61...0x7A: return .letter(.latin)
    case 0x27, 0x2019, 0x2018, 0x60, 0xB4: return .apostrophe
    case 0...0x20, 0x7F...0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return .space
    case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F, 0xFEFF: return .invisible
    case 0x21...0x7E: return .symbol
    case 0x0964, 0x0965: return .symbol
    case 0x0966...0x096F: return .digit(UInt8(scalar - 0x0966))
    case 0x0BE6...0x0BEF: return .digit(UInt8(scalar - 0x0BE6))
    case 0x0900...0x097F: return .letter(.devanagari)
    case 0x0B80...0x0BFF: return .letter(.tamil)
    case 0xC0...0x024F where scalar != 0xD7 && scalar != 0xF7: return .letter(.latin)
    case 0x2010...0x2BFF, 0xA1...0xBF, 0xD7, 0xF7, 0x3001...0x303F, 0xFF00...0xFF0F, 0x1F000...: return .symbol
    default: return .letter(.other)
    }
  }

  private mutating func cut(_ scalars: [UInt32]) {
    var open: (kind: Token.Kind, script: Script, start: Int, folded: Int, glued: Bool, capital: Bool)?
    var spaceBefore = true
    var lineBefore = false

    func close(_ sentence: inout Sentence) {
      guard let now = open else { return }
      sentence.finish(now.kind, now.script, now.start, now.folded, glued: now.glued, capital: now.capital)
      open = nil
    }
    func begin(_ sentence: inout Sentence, _ kind: Token.Kind, _ script: Script, capital: Bool = false) {
      if lineBefore, kind != .symbol, let last = sentence.tokens.last, last.kind != .symbol {
        let (start, folded) = (sentence.text.count, sentence.folded.count)
        sentence.text.append(UInt8(ascii: ","))
        sentence.folded.append(UInt8(ascii: ","))
        sentence.finish(.symbol, .none, start, folded, glued: true, capital: false)
      }
      lineBefore = false
      if spaceBefore, !sentence.text.isEmpty { sentence.text.append(0x20) }
      open = (kind, script, sentence.text.count, sentence.folded.count, !spaceBefore, capital)
      spaceBefore = false
    }

    var solidEnd = 0
    for (index, scalar) in scalars.enumerated() {
      if index < solidEnd { continue }
      if spaceBefore, open == nil, let end = Self.solid(scalars, from: index) {
        // one word, whatever numbers and stops it has
        begin(&self, .word, .latin)
        for scalar in scalars[index..<end] {
          Self.append(scalar, to: &text)
          fold(scalar)
        }
        close(&self)
        solidEnd = end
        continue
      }
      switch Self.classify(scalar) {
      case .invisible: continue
      case .space:
        close(&self)
        spaceBefore = true
        if scalar == 0x0A { lineBefore = true }
      case .digit(let value):
        if open?.kind != .number {
          close(&self)
          begin(&self, .number, .none)
        }
        Self.append(scalar, to: &text)
        folded.append(0x30 + value)
      case .letter(let script):
        if open?.kind != .word || (open?.script != script && script != .other && open?.script != .other) {
          close(&self)
          begin(&self, .word, script, capital: (0x41...0x5A).contains(scalar))
        }
        Self.append(scalar, to: &text)
        fold(scalar)
      case .apostrophe:
        let next = index + 1 < scalars.count ? scalars[index + 1] | 0x20 : 0
        guard open?.kind == .word, (0x61...0x7A).contains(next) else {
          close(&self)
          begin(&self, .symbol, .none)
          Self.append(scalar, to: &text)
          folded.append(0x27)
          close(&self)
          continue
        }
        let after = index + 2 < scalars.count ? scalars[index + 2] | 0x20 : 0
        if next == 0x73, !(0x61...0x7A).contains(after) { close(&self) }  // "amma's" is two tokens, "don't" one
        Self.append(scalar, to: &text)
      case .symbol:
        if scalar == 0x2E, let word = open, word.kind == .word,
          shortens(word.folded, before: scalars.dropFirst(index + 1))
        {
          close(&self)
          Self.append(scalar, to: &text)
          continue
        }
        close(&self)
        begin(&self, .symbol, .none)
        Self.append(scalar, to: &text)
        Self.append(scalar, to: &folded)
        close(&self)
      }
    }
    close(&self)
  }

  /// Where an address of the web or of mail, or the number of a paper ("TN-09-2019-0012345"), ends that begins here: its digits are
  /// no time, and its stops end no sentence.
  private static func solid(_ scalars: [UInt32], from start: Int) -> Int? {
    guard case .letter = classify(scalars[start]) else { return nil }
    var end = start
    var (marks, digits, isAddress, isMail) = (0, 0, false, false)
    while end < scalars.count, scalars[end] > 0x20 {
      switch scalars[end] {
      case 0x3A where end + 2 < scalars.count && scalars[end + 1] == 0x2F && scalars[end + 2] == 0x2F: isAddress = true
      case 0x40 where end > start: isMail = true
      case 0x2D: marks += 1
      case 0x30...0x39: digits += 1
      case 0x21...0x7E: break
      default: return nil
      }
      end += 1
    }
    guard isAddress || isMail || marks > 1 && digits > 3 else { return nil }
    // what closes the sentence is no part of it
    while end > start,
      [0x21, 0x22, 0x27, 0x29, 0x2C, 0x2E, 0x3A, 0x3B, 0x3E, 0x3F, 0x5D, 0x7D].contains(scalars[end - 1])
    {
      end -= 1
    }
    if isMail, !isAddress, !scalars[start..<end].contains(0x2E) { return nil }
    return end
  }

  /// "Rs. 500", "Dr. Rao": the stop behind the word is part of it, and ends nothing.
  private func shortens(_ start: Int, before rest: ArraySlice<UInt32>) -> Bool {
    guard folded.count - start <= 4, let next = rest.first(where: { $0 != 0x20 }) else { return false }
    let word = String(decoding: folded[start...], as: UTF8.self)
    // "no. make it 9" denies
    if word == "no" { return !tokens.isEmpty && (0x30...0x39).contains(next) }
    guard Self.shortened.contains(word) else { return false }
    return switch Self.classify(next) {
    case .letter, .digit: true
    default: false
    }
  }

  private static let shortened: Set<String> = [
    "rs", "dr", "mr", "mrs", "ms", "st", "prof", "sr", "jr", "vs", "dept", "pvt", "ltd", "govt", "apt", "sri", "smt",
    "adv", "capt", "col", "gen", "rev", "ph", "ext",
  ]

  private mutating func fold(_ scalar: UInt32) {
    switch scalar {
    case 0x41...0x5A: folded.append(UInt8(scalar | 0x20))
    case 0..<0x80: folded.append(UInt8(scalar))
    case 0x093C: break  // nukta: people leave it out
    case 0x0901: Self.append(0x0902, to: &folded)
    case 0x0958...0x095F:
      let bases: [UInt32] = [0x0915, 0x0916, 0x0917, 0x091C, 0x0921, 0x0922, 0x092B, 0x092F]
      Self.append(bases[Int(scalar - 0x0958)], to: &folded)
    case 0xC0...0x024F:
      for lower in (Unicode.Scalar(scalar)?.properties.lowercaseMapping ?? "").unicodeScalars {
        Self.append(lower.value, to: &folded)
      }
    default: Self.append(scalar, to: &folded)
    }
  }

  private mutating func finish(
    _ kind: Token.Kind, _ script: Script, _ start: Int, _ foldedStart: Int, glued: Bool, capital: Bool
  ) {
    let foldedSpan = foldedStart..<folded.count
    let hash = folded.withUnsafeBufferPointer { Hash.bytes($0[foldedSpan]) }
    var skeleton = hash
    if kind == .word, script == .latin {
      skeleton = folded.withUnsafeBufferPointer { Hash.skeleton(UnsafeBufferPointer(rebasing: $0[foldedSpan])) }
    }
    tokens.append(
      Token(
        kind: kind, script: script, isGlued: glued, isCapital: capital, span: start..<text.count,
        foldedSpan: foldedSpan, hash: hash, skeleton: skeleton))
  }

  static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
    switch scalar {
    case 0..<0x80: bytes.append(UInt8(scalar))
    case 0x80..<0x800:
      bytes.append(UInt8(0xC0 | scalar >> 6))
      bytes.append(UInt8(0x80 | scalar & 0x3F))
    case 0x800..<0x10000:
      bytes.append(UInt8(0xE0 | scalar >> 12))
      bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      bytes.append(UInt8(0x80 | scalar & 0x3F))
    default:
      bytes.append(UInt8(0xF0 | scalar >> 18))
      bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      bytes.append(UInt8(0x80 | scalar & 0x3F))
    }
  }

  /// What programs write to each other (`{"key":`, or the beginning of it): it asks the house for nothing.
  static func isMachines(_ text: String) -> Bool {
    if text.utf8.starts(with: "{\"".utf8) { return true }
    var before: UInt8 = 0
    for byte in text.utf8 {
      if before == UInt8(ascii: "\""), byte == UInt8(ascii: ":") { return true }
      before = byte
    }
    return false
  }

  // MARK: Reading back

  package var normalised: String { String(decoding: text, as: UTF8.self) }

  package func span(of range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    return tokens[range.lowerBound].span.lowerBound..<tokens[range.upperBound - 1].span.upperBound
  }

  /// The letters of a run of tokens, as the person wrote them.
  package func text(of range: Range<Int>) -> String { String(decoding: text[span(of: range)], as: UTF8.self) }

  /// The letters of a run of tokens with the signs that belong to them: "(2 packets)", "500/-", "fix __init__", "🎉🎉". What
  /// closes a sentence or stands beside the words is none of theirs.
  package func whole(_ range: Range<Int>) -> String {
    guard !range.isEmpty else { return "" }
    var (start, end) = (range.lowerBound, range.upperBound)
    func sign(_ index: Int) -> String? {
      tokens.indices.contains(index) && tokens[index].kind == .symbol ? folded(index) : nil
    }
    func count(_ wanted: String) -> Int { (start..<end).count { sign($0) == wanted } }
    func closes(_ index: Int) -> Bool {
      guard let sign = sign(index) else { return false }
      if let opening = Self.brackets[sign] { return count(opening) > count(sign) }
      return (sign == "\"" || sign == "'") && count(sign) % 2 == 1
    }
    func attached(_ index: Int) -> Bool {
      guard let sign = sign(index) else { return false }
      if closes(index) { return true }
      // "(final!)"
      if ["!", "?", "."].contains(sign) { return tokens[index].isGlued && closes(index + 1) }
      if Self.isPicture(sign) { return true }
      return tokens[index].isGlued && ["_", "/", "-", "%", "+", "*", "#", "=", "&"].contains(sign)
    }
    while attached(end) { end += 1 }
    while start > 0, tokens[start].isGlued, let sign = sign(start - 1) {
      let isOpening = Self.brackets.values.contains(sign) || sign == "\""
      guard isOpening || ["_", "#", "@", "+"].contains(sign) else { break }
      start -= 1
      // "(milk" opens something that goes on elsewhere
      guard isOpening else { continue }
      let closing = Self.brackets.first { $0.value == sign }?.key ?? sign
      guard
        sign == "\""
          ? count(sign) % 2 == 0 || closes(end) : count(closing) >= count(sign) || self.sign(at: end) == closing
      else {
        start += 1
        break
      }
    }
    while attached(end) { end += 1 }
    return text(of: start..<end)
  }

  /// The point of "2.5", the comma of "2,000".
  func isInNumber(_ index: Int) -> Bool {
    index > 0 && index + 1 < tokens.count && tokens[index].kind == .symbol && tokens[index].isGlued
      && tokens[index + 1].isGlued && tokens[index - 1].kind == .number && tokens[index + 1].kind == .number
      && [".", ","].contains(folded(index))
  }

  private func sign(at index: Int) -> String? {
    tokens.indices.contains(index) && tokens[index].kind == .symbol ? folded(index) : nil
  }

  private static let brackets = [")": "(", "]": "[", "}": "{", ">": "<", "”": "“", "’": "‘", "»": "«"]

  private static func isPicture(_ sign: String) -> Bool {
    sign.unicodeScalars.first.map { $0.value >= 0x2600 && $0.properties.isEmoji } ?? false
  }

  package func folded(_ index: Int) -> String { String(decoding: folded[tokens[index].foldedSpan], as: UTF8.self) }
}

/// FNV-1a, 64 bits: stable between runs, because models are kept on disk.
enum Hash {
  static let start: UInt64 = 0xCBF2_9CE4_8422_2325
  static let prime: UInt64 = 0x100_0000_01B3

  static func bytes(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash = start
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* prime }
    return hash
  }

  static func text(_ text: String) -> UInt64 { bytes(text.utf8) }

  /// Of a Latin word in any of its spellings: naalaikku, nalaiku.
  static func skeleton(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = start
    SpellingFold.mild(word) { hash = (hash ^ UInt64($0)) &* prime }
    return hash
  }

  /// The same idea eight bytes a step, for whole files.
  static func long(_ raw: UnsafeRawBufferPointer) -> UInt64 {
    var hash = pair(start, UInt64(raw.count))
    var place = 0
    while place + 8 <= raw.count {
      hash = (hash ^ UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))) &* prime
      hash ^= hash >> 31
      place += 8
    }
    while place < raw.count {
      hash = (hash ^ UInt64(raw[place])) &* prime
      place += 1
    }
    return hash
  }

  /// An ordered pair; also spreads the bits.
  static func pair(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var mixed = a &* 0x9E37_79B9_7F4A_7C15 ^ (b &+ 0x632B_E59B_D9B4_E019)
    mixed = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
    return mixed ^ mixed >> 29
  }
}
