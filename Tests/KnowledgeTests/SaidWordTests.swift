import Base
import Testing

@testable import Knowledge

@Suite("Words of a message")
struct SaidWordTests {
  @Test("plain texts are cut byte by byte as any text is")
  func plain() throws {
    let random = SeededRandom(seed: 11)
    let letters = Array("abS s'.,!?\"(): \t-'s`5")
    for _ in 0..<2_000 {
      let text = String((0..<random.below(24)).map { _ in letters[random.below(letters.count)] })
      #expect(SaidWord.cutASCII(text) == SaidWord.cutAny(text), "\(text.debugDescription)")
    }
  }

  @Test("marks, owners and other letters")
  func words() {
    #expect(
      SaidWord.cut("Amma's doctor (Dr. Rao), my parents' house!").map(\.folded) == [
        "amma", "'s", "doctor", "dr", "rao", "my", "parents", "'s", "house",
      ])
    #expect(SaidWord.cutASCII("அம்மா") == nil)
  }
}
