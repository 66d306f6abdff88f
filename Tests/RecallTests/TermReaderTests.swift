import Testing

@testable import Recall

@Suite("Terms of a text")
struct TermReaderTests {
  @Test(
    "English endings are taken off as Porter's published samples say",
    arguments: [
      ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("feed", "feed"), ("agreed", "agre"),
      ("plastered", "plaster"), ("motoring", "motor"), ("sing", "sing"), ("conflated", "conflat"), ("sized", "size"),
      ("hopping", "hop"), ("falling", "fall"), ("filing", "file"), ("happy", "happi"), ("sky", "sky"),
      ("relational", "relat"), ("digitizer", "digit"), ("hopefulness", "hope"), ("triplicate", "triplic"),
      ("electrical", "electr"), ("goodness", "good"), ("revival", "reviv"), ("adoption", "adopt"),
      ("replacement", "replac"), ("probate", "probat"), ("rate", "rate"), ("controlling", "control"), ("roll", "roll"),
    ])
  func stems(_ word: String, _ stem: String) {
    var stemmer = PorterStemmer(ArraySlice(word.utf8))
    #expect(String(decoding: stemmer.stem(), as: UTF8.self) == stem)
  }

  @Test("stop words do not count, the speaker's own words are counted, marks belong to their word")
  func reads() throws {
    let words = try Sample.words()
    let reader = TermReader("I walked to my garden, மாத்திரை மாத்திரை!", words)
    #expect(reader.words == 7)
    #expect(reader.ownWords == 2)
    #expect(reader.length == 6)
    #expect(reader.terms.count == 5)
    #expect(reader.terms[TermReader.hash("மாத்திரை".utf8)] == 2)
    #expect(TermReader("hikes 8th", words).terms == TermReader("hiking 8", words).terms)
  }
}
