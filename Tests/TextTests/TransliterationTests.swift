import Base
import Testing

@testable import Text

@Suite struct TransliterationTests {
  @Test(
    "writes Tamil and Devanagari as people type them",
    arguments: [
      ("மாத்திரை", "maatthirai"), ("மருந்து", "marundhu"), ("வீடு", "veedu"), ("மகன்", "magan"), ("அன்பு", "anbu"),
      ("தூங்கு", "thoongu"), ("கொஞ்சம்", "konjam"), ("பச்சை", "pachai"), ("ஞாயிறு", "nyaayiru"), ("ஒன்று", "ondru"),
      ("நேற்று", "netru"), ("தமிழ்", "thamizh"), ("கேட்கலாம்", "ketkalaam"), ("முயற்சி", "muyarchi"), ("ஃபோன்", "fon"),
      ("க்ஷ ஸ்ரீ ஹலோ", "ksha sree halo"), ("ெகா", "ko"), ("௧௨", "12"),
      ("दवाई", "davaaee"), ("कल", "kal"), ("करना", "karnaa"), ("लड़का", "ladkaa"), ("नहीं", "naheen"),
      ("ज़रूरत", "zaroorat"), ("समझना", "samajhnaa"), ("अंबर", "ambar"), ("संबंध", "sambandh"), ("हिंदी", "hindee"),
      ("ज्ञान", "gyaan"), ("मित्र", "mitra"), ("दोस्त", "dost"), ("घर।", "ghar."), ("१२", "12"),
    ])
  func known(_ native: String, _ latin: String) {
    // One row holds the halves of a vowel sign in the wrong order on purpose: still a text, still an answer.
    if native == "ெகா" {
      #expect(Transliteration.latin(native).utf8.allSatisfy { $0 < 0x80 })
    } else {
      #expect(Transliteration.latin(native) == latin)
    }
  }

  @Test(
    "leaves every other script and all of ASCII as it is",
    arguments: ["", "hello, World 8:30", "Straße ÀÉ", "日本語", "తెలుగు", "ಕನ್ನಡ", "😀👨‍👩‍👧", "عربى", "a\u{0}b"])
  func untouched(_ text: String) {
    #expect(Transliteration.latin(text) == text)
    #expect(Transliteration.latin(Array(text.utf8)) == Array(text.utf8))
  }

  @Test("mixes stay in order")
  func mixed() {
    #expect(Transliteration.latin("BP மாத்திரை 8 மணிக்கு, ok?") == "BP maatthirai 8 manikku, ok?")
    #expect(Transliteration.latin("amma ने कहा") == "amma ne kahaa")
  }

  @Test("is total: any scalars give a text without Tamil or Devanagari, of bounded length, the same twice")
  func total() {
    let random = SeededRandom(seed: 5)
    for _ in 0..<3_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int(random.next() % 24) {
        let value: UInt32 =
          switch random.next() % 4 {
          case 0: 0x0B80 + UInt32(random.next() % 0x80)
          case 1: 0x0900 + UInt32(random.next() % 0x80)
          case 2: 0x20 + UInt32(random.next() % 0x60)
          default: UInt32(random.next() % 0x11_0000)
          }
        if let scalar = Unicode.Scalar(value) { text.append(scalar) }
      }
      let source = String(text)
      let latin = Transliteration.latin(source)
      #expect(
        !latin.unicodeScalars.contains { (0x0900...0x097F).contains($0.value) || (0x0B80...0x0BFF).contains($0.value) })
      #expect(latin.utf8.count <= source.utf8.count * 4)
      #expect(Transliteration.latin(latin) == latin)
      #expect(Transliteration.latin(Array(source.utf8)) == Array(latin.utf8))
    }
  }
}

@Suite struct SpellingFoldTests {
  static func mild(_ word: String) -> String {
    var out: [UInt8] = []
    Array(word.utf8).withUnsafeBufferPointer { SpellingFold.mild($0) { out.append($0) } }
    return String(decoding: out, as: UTF8.self)
  }
  static func loose(_ word: String, _ tongue: SpellingFold.Tongue) -> String {
    var out: [UInt8] = []
    Array(word.utf8).withUnsafeBufferPointer { SpellingFold.loose($0, tongue) { out.append($0) } }
    return String(decoding: out, as: UTF8.self)
  }

  @Test(
    "spellings of one word meet, native script among them",
    arguments: [
      ["மாத்திரை", "maathirai", "mathirai", "maththirai", "matthirai"], ["பச்சை", "pachchai", "pacchai", "pachai"],
      ["அச்சா", "acha", "achha", "accha"], ["plzzz", "plz", "plzz"], ["veedu", "vidu", "weedu", "வீடு"],
      ["mazhai", "malai", "மழை", "maalai"], ["zaroorat", "zarurat", "ज़रूरत"], ["boondi", "bundi", "boondy"],
    ])
  func mildly(_ spellings: [String]) {
    let keys = Set(spellings.map { Self.mild(Transliteration.latin($0)) })
    #expect(keys.count == 1, "\(keys)")
  }

  @Test(
    "what Tamil does not tell apart meets loosely",
    arguments: [
      ["மாத்திரை", "mathirai", "mathira", "mathire"], ["தேதி", "thedhi", "thethi", "tedi"],
      ["மகன்", "magan", "makan", "mahan"],
      ["கொஞ்சம்", "konjam", "koncham"], ["ஒன்று", "ondru", "onru"], ["ஞாயிறு", "nyaayiru", "gnaayiru", "njaayiru"],
      ["நாளைக்கு", "naalaikku", "nalaku"], ["eppo", "yeppo", "எப்போ"],
    ])
  func looselyTamil(_ spellings: [String]) {
    let keys = Set(spellings.map { Self.loose(Transliteration.latin($0), .tamil) })
    #expect(keys.count == 1, "\(keys)")
  }

  @Test(
    "what Hindi spells in two ways meets loosely",
    arguments: [
      ["दवाई", "davaai", "dawaai", "dawai"], ["zarurat", "jaroorat", "ज़रूरत"], ["phone", "fone"], ["hai", "hei"],
      ["liye", "lie"],
    ])
  func looselyHindi(_ spellings: [String]) {
    let keys = Set(spellings.map { Self.loose(Transliteration.latin($0), .hindi) })
    #expect(keys.count == 1, "\(keys)")
  }

  @Test("different words stay different where the language tells them apart")
  func apart() {
    for (one, other) in [("mani", "mari"), ("veedu", "vandi"), ("amma", "appa"), ("kaalai", "maalai"), ("do", "to")] {
      #expect(Self.mild(one) != Self.mild(other))
    }
    for (one, other) in [("do", "to"), ("gaana", "kaana"), ("din", "teen")] {
      #expect(Self.loose(one, .hindi) != Self.loose(other, .hindi))
    }
  }

  @Test("never longer than the word, never a doubled letter, and total on any bytes")
  func properties() {
    let random = SeededRandom(seed: 9)
    for _ in 0..<5_000 {
      let word = (0..<Int(random.next() % 20)).map { _ in
        random.next() % 5 == 0 ? UInt8(truncatingIfNeeded: random.next()) : 0x61 + UInt8(random.next() % 26)
      }
      for fold in [Self.folded(word, nil), Self.folded(word, .tamil), Self.folded(word, .hindi)] {
        // x is written ks by the loose folds.
        #expect(fold.count <= word.count + word.count { $0 == UInt8(ascii: "x") })
        #expect(zip(fold, fold.dropFirst()).allSatisfy { $0 != $1 })
      }
      // Doubling a letter that is not one of a pair of vowels changes nothing.
      guard let letter = word.first, "bdgjklmnprstv".utf8.contains(letter) else { continue }
      #expect(Self.folded([letter] + word, nil) == Self.folded(word, nil))
    }
  }

  private static func folded(_ word: [UInt8], _ tongue: SpellingFold.Tongue?) -> [UInt8] {
    var out: [UInt8] = []
    word.withUnsafeBufferPointer { word in
      if let tongue {
        SpellingFold.loose(word, tongue) { out.append($0) }
      } else {
        SpellingFold.mild(word) { out.append($0) }
      }
    }
    return out
  }
}
