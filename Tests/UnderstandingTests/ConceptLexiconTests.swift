import Base
import Formats
import Foundation
import RoomTesting
import Testing
import Text

@testable import Understanding

@Suite struct ConceptLexiconTests {
  /// `Intents/lexicon` of this checkout.
  static let shared = Result { try ConceptLexicon(folder: Engine.folder + "/lexicon") }

  @Test("holds at least 2,500 words for each of the two languages")
  func size() throws {
    let lexicon = try Self.shared.get()
    print("lexicon: \(lexicon.count(.tamil)) and \(lexicon.count(.hindi)) forms of \(lexicon.concepts) concepts")
    #expect(lexicon.count(.tamil) >= 2_500)
    #expect(lexicon.count(.hindi) >= 2_500)
    #expect(lexicon.concepts >= 800)
  }

  struct Row: CustomTestStringConvertible {
    var language: Language
    var text: String
    var english: String
    var testDescription: String { text }
  }
  @Test(
    "writes messages in English words",
    arguments: [
      Row(language: .tamil, text: "அடுத்த மாத்திரை எத்தனை மணிக்கு", english: "next tablet what time"),
      Row(language: .tamil, text: "அம்மா இப்போ எங்க இருக்காங்க", english: "mother now where they are"),
      Row(language: .tamil, text: "பிபி மாத்திரையை பட்டியலில் இருந்து நீக்கு", english: "blood pressure tablet in list from remove"),
      Row(
        language: .tamilLatin, text: "naalaikku kaalai 5 manikku ezhuppi vidu",
        english: "tomorrow morning 5 o'clock wake"),
      Row(language: .tamilLatin, text: "maththirai saapten", english: "took the tablet"),
      Row(language: .tamilLatin, text: "doctor kitta eppo poganum", english: "doctor near when go"),
      Row(language: .tamilLatin, text: "marundhukku reminder podu", english: "to medicine reminder put"),
      Row(language: .hindi, text: "मेरा डॉक्टर का अपॉइंटमेंट कब है", english: "my doctor of appointment when there is"),
      Row(language: .hindi, text: "आज दवाई नहीं खाई", english: "today medicine did not take"),
      Row(
        language: .hindiLatin, text: "kal 11 baje dentist ka appointment",
        english: "tomorrow 11 o'clock dentist of appointment"),
      Row(language: .hindiLatin, text: "goli lena bhool gaya", english: "tablet take forgot"),
      // What it does not know stays, in Latin letters; names and numbers too.
      Row(language: .tamil, text: "கார்த்திக் 8:30 மணிக்கு", english: "kaartthik 8:30 o'clock"),
      Row(language: .english, text: "call me at 5, அம்மா", english: "call me at 5, mother"),
      Row(language: .english, text: "", english: ""),
    ])
  func glosses(_ row: Row) throws {
    #expect(try Self.shared.get().gloss(row.text, language: row.language) == row.english)
  }

  @Test("script and romanised form say the same concepts")
  func concepts() throws {
    let lexicon = try Self.shared.get()
    let pairs: [(String, String, Language)] = [
      ("மாத்திரை எப்போ சாப்பிடணும்", "mathirai eppo saapdanum", .tamilLatin),
      ("நாளைக்கு என்ன இருக்கு", "naalaiku enna iruku", .tamilLatin),
      ("दवा कब लेनी है", "dawa kab leni hai", .hindiLatin),
    ]
    for (native, latin, language) in pairs {
      let one = lexicon.read(Sentence(native), language: .tamil),
        other = lexicon.read(Sentence(latin), language: language)
      #expect(one.concepts == other.concepts, "\(one.english) | \(other.english)")
      #expect(!one.concepts.isEmpty && one.known == one.words)
    }
  }

  @Test("a mistake in a file is told with its line")
  func mistakes() throws {
    func problem(_ yaml: String) -> String {
      var lexicon = ConceptLexicon()
      do {
        try lexicon.add(YAML.parse(yaml, file: "words.yaml")) { throw $0 }
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(problem("concepts:\n  milk: பால்; paal; दूध; doodh").contains("none"))
    let twice = problem("concepts:\n  milk: பால்\n  tooth: பல், பால்")
    #expect(twice.contains("words.yaml, line 3") && twice.contains("milk"), "\(twice)")
    #expect(problem("concepts:\n  milk: a; b; c; d; e").contains("words.yaml, line 2"))
    #expect(problem("concepts:\n  milk: 12, 13").contains("words.yaml, line 2"))
    #expect(problem("concept:\n  milk: a").contains("words.yaml, line 1"))
    let folder = try TestFolder("lexicon")
    try "concepts: [a".write(toFile: folder.path + "/a.yaml", atomically: false, encoding: .utf8)
    #expect(throws: DataFileError.self) { try ConceptLexicon(folder: folder.path) }
  }

  @Test("a word that stands for two things costs no other word")
  func lenient() throws {
    let folder = try TestFolder("lexicon")
    try "concepts:\n  milk: பால்\n  tooth: பல், பால்\n  tea: டீ".write(
      toFile: folder.path + "/a.yaml", atomically: false, encoding: .utf8)
    try "concepts: [a".write(toFile: folder.path + "/b.yaml", atomically: false, encoding: .utf8)
    var mistakes: [String] = []
    let lexicon = ConceptLexicon(folder: folder.path) { mistakes.append("\($0)") }
    #expect(mistakes.count == 2 && mistakes[0].contains("a.yaml, line 3") && mistakes[1].contains("b.yaml"))
    #expect(lexicon.gloss("பால் டீ பல்", language: .tamil) == "milk tea tooth")
  }

  @Test("is total: damaged and foreign text give a text")
  func total() throws {
    let lexicon = try Self.shared.get()
    let random = SeededRandom(seed: 6)
    let letters = Array("abcdehiklmnoprstuvzyகசதபமயரலவாிுேைொ்कतमरािी 0.,!😀".unicodeScalars)
    for _ in 0..<60 {
      var text = String.UnicodeScalarView()
      for _ in 0..<random.below(60) { text.append(letters[random.below(letters.count)]) }
      for language in [Language.tamilLatin, .hindiLatin] {
        let reading = lexicon.read(Sentence(String(text)), language: language)
        #expect(reading.known <= reading.words)
        #expect(
          !reading.english.unicodeScalars.contains {
            (0x0900...0x097F).contains($0.value) || (0x0B80...0x0BFF).contains($0.value)
          })
      }
    }
  }
}
