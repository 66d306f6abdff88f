import Testing
import Text

@testable import Understanding

struct EndingsTests {
  @Test(
    "what only names a thing takes nothing away",
    arguments: [
      "dolo tablet", "dr ramesh appointment", "rent reminder", "dentist appointment", "call ravi reminder",
      "rating of murugan idli", "the weekly summary",
    ])
  func namesOnly(_ text: String) async throws {
    let engine = try await Engine.shared()
    let understood = engine.understandNow(Engine.request(text))
    let ends = engine.library.endings.intents
    #expect(understood.intent.map { !ends.contains($0) } ?? true)
  }

  @Test(
    "a slip of the finger is no other word",
    arguments: [
      ("cancle the dentist appointment", true), ("delte the rent reminder", true), ("remvoe it", true),
      ("the candle reminder", false), ("dentist appointment", false), ("noon reminder", false), ("no reminder", true),
      ("பால் வாங்கிட்டேன்", true), ("दवाई हटाओ", true),
    ])
  func slips(_ text: String, _ isOne: Bool) async throws {
    let engine = try await Engine.shared()
    #expect(engine.library.endings.occur(in: Sentence(text)) == isOne)
  }
}
