/// Folds the many spellings of romanised Tamil and Hindi into one key, byte by byte.
///
/// Nobody was taught one way to write these languages in Latin letters: maathirai, mathirai and maththirai are one
/// word. Two folds, the second on top of the first:
/// - `mild` joins what is hardly ever a difference, and is safe for English too: doubled letters ("plzzz" as well),
///   aa/a, ee/i, oo/u, zh/l, w/v, q/k, th/t, dh/d, sh/s and other breathed consonants, y/i at the end.
/// - `loose` joins what one language does not tell apart (voiced and unvoiced in Tamil, z/j in Hindi), for words
///   already believed to be of that language.
package enum SpellingFold {
  /// Whose differences a loose fold forgets.
  package enum Tongue: Sendable { case tamil, hindi }

  /// - Parameter bytes: one word in lower case, UTF-8; bytes of other scripts pass as they are.
  @inlinable package static func mild(_ bytes: UnsafeBufferPointer<UInt8>, _ put: (UInt8) -> Void) {
    let h = UInt8(ascii: "h")
    // "ch" is one sound and doubles as one: pachchai, pacchai, pachai. No UTF-8 byte has this value.
    let ch: UInt8 = 0xFF
    var last: UInt8 = 0
    var index = 0
    func emit(_ byte: UInt8) {
      guard byte != last else { return }
      last = byte
      put(byte)
    }
    while index < bytes.count {
      let byte = bytes[index]
      let next: UInt8 = index + 1 < bytes.count ? bytes[index + 1] : 0
      switch byte {
      case UInt8(ascii: "z") where next == h:
        emit(UInt8(ascii: "l"))
        index += 1
      case UInt8(ascii: "e") where next == byte:
        emit(UInt8(ascii: "i"))
        index += 1
      case UInt8(ascii: "o") where next == byte:
        emit(UInt8(ascii: "u"))
        index += 1
      case UInt8(ascii: "c") where next == byte && index + 2 < bytes.count && bytes[index + 2] == h: break
      case UInt8(ascii: "c") where next == h:
        if last != ch {
          put(byte)
          put(h)
          last = ch
        }
        index += 1
      case h where last == ch: break
      case UInt8(ascii: "w"): emit(UInt8(ascii: "v"))
      case UInt8(ascii: "q"): emit(UInt8(ascii: "k"))
      case UInt8(ascii: "y") where index + 1 == bytes.count && index > 0: emit(UInt8(ascii: "i"))
      case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "d"), UInt8(ascii: "b"), UInt8(ascii: "k"),
        UInt8(ascii: "g"), UInt8(ascii: "p"), UInt8(ascii: "j"):
        emit(byte)
        if next == h { index += 1 }
      default: emit(byte)
      }
      index += 1
    }
  }

  /// The mild fold, then what the language itself does not tell apart.
  @inlinable package static func loose(
    _ bytes: UnsafeBufferPointer<UInt8>, _ tongue: Tongue, _ put: (UInt8) -> Void
  ) {
    // The mild fold never makes a word longer.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count + 1) { buffer in
      var count = 0
      mild(bytes) { byte in
        buffer[count] = byte
        count += 1
      }
      let word = UnsafeBufferPointer(rebasing: buffer[..<count])
      switch tongue {
      case .tamil: looseTamil(word, put)
      case .hindi: looseHindi(word, put)
      }
    }
  }

  @usableFromInline package static func isVowel(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"): true
    default: false
    }
  }

  /// Tamil has one letter for k and g, for t and d, for p and b, and one for ch, s and j; what is heard depends on where
  /// it stands and on who writes. "ai" is an "a" in the street, ற்ற is "tr" in school and "t" at home.
  @usableFromInline static func looseTamil(_ word: UnsafeBufferPointer<UInt8>, _ put: (UInt8) -> Void) {
    var last: UInt8 = 0
    func emit(_ byte: UInt8) {
      guard byte != last else { return }
      last = byte
      put(byte)
    }
    var index = 0
    while index < word.count {
      let byte = word[index]
      let next: UInt8 = index + 1 < word.count ? word[index + 1] : 0
      let before: UInt8 = index > 0 ? word[index - 1] : 0
      defer { index += 1 }
      switch byte {
      case UInt8(ascii: "y") where index == 0 && (next == UInt8(ascii: "e") || next == UInt8(ascii: "i")): break
      // ஞ: nyayiru, gnayiru, njayiru
      case UInt8(ascii: "g") where index == 0 && next == UInt8(ascii: "n"): break
      case UInt8(ascii: "y") where index == 1 && before == UInt8(ascii: "n"): break
      case UInt8(ascii: "j") where index == 1 && before == UInt8(ascii: "n"): break
      case UInt8(ascii: "c") where next == UInt8(ascii: "h"):
        emit(UInt8(ascii: "s"))
        index += 1
      case UInt8(ascii: "c"): emit(isFront(next) ? UInt8(ascii: "s") : UInt8(ascii: "k"))
      case UInt8(ascii: "j"), UInt8(ascii: "z"): emit(UInt8(ascii: "s"))
      case UInt8(ascii: "g"): emit(UInt8(ascii: "k"))
      case UInt8(ascii: "d"): emit(UInt8(ascii: "t"))
      case UInt8(ascii: "b"), UInt8(ascii: "f"): emit(UInt8(ascii: "p"))
      case UInt8(ascii: "x"):
        emit(UInt8(ascii: "k"))
        emit(UInt8(ascii: "s"))
      case UInt8(ascii: "h") where index > 0:
        if isVowel(before), isVowel(next) { emit(UInt8(ascii: "k")) }
      case UInt8(ascii: "n") where next == UInt8(ascii: "p") || next == UInt8(ascii: "b"): emit(UInt8(ascii: "m"))
      case UInt8(ascii: "r") where before == UInt8(ascii: "n"): emit(UInt8(ascii: "t"))
      case UInt8(ascii: "r") where index > 1 && last == UInt8(ascii: "t"): break
      case UInt8(ascii: "y") where isVowel(before) && isVowel(next): break
      case UInt8(ascii: "y") where before == UInt8(ascii: "a"): break
      case UInt8(ascii: "e") where next == 0 || next == UInt8(ascii: "i"): emit(UInt8(ascii: "a"))
      case UInt8(ascii: "i") where last == UInt8(ascii: "a"): break
      default: emit(byte)
      }
    }
  }

  /// Hindi keeps its voiced consonants; z and j, f and ph, ai and e, and an h between vowels come and go.
  @usableFromInline static func looseHindi(_ word: UnsafeBufferPointer<UInt8>, _ put: (UInt8) -> Void) {
    var last: UInt8 = 0
    func emit(_ byte: UInt8) {
      guard byte != last else { return }
      last = byte
      put(byte)
    }
    var index = 0
    while index < word.count {
      let byte = word[index]
      let next: UInt8 = index + 1 < word.count ? word[index + 1] : 0
      let before: UInt8 = index > 0 ? word[index - 1] : 0
      defer { index += 1 }
      switch byte {
      case UInt8(ascii: "c") where next == UInt8(ascii: "h"):
        emit(byte)
        index += 1
      case UInt8(ascii: "c"): emit(isFront(next) ? UInt8(ascii: "s") : UInt8(ascii: "k"))
      case UInt8(ascii: "z"): emit(UInt8(ascii: "j"))
      case UInt8(ascii: "f"): emit(UInt8(ascii: "p"))
      case UInt8(ascii: "x"):
        emit(UInt8(ascii: "k"))
        emit(UInt8(ascii: "s"))
      case UInt8(ascii: "h") where index > 0: break
      case UInt8(ascii: "y") where isVowel(before) && isVowel(next): break
      case UInt8(ascii: "a") where next == UInt8(ascii: "i") || (next == UInt8(ascii: "y") && index + 2 == word.count):
        emit(UInt8(ascii: "e"))
        index += 1
      case UInt8(ascii: "e") where next == UInt8(ascii: "i"):
        emit(byte)
        index += 1
      case UInt8(ascii: "a") where next == UInt8(ascii: "u"):
        emit(UInt8(ascii: "o"))
        index += 1
      default: emit(byte)
      }
    }
  }

  /// A vowel before which c is said as s.
  @usableFromInline static func isFront(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "e") || byte == UInt8(ascii: "i") || byte == UInt8(ascii: "y")
  }
}
