import Actions
import RoomTesting
import Testing
import Text
import Time

@testable import Understanding

/// Words that point back at what was said before. It is Saturday 21 November 2026, 10:00 in Kolkata.
@Suite struct BackReaderTests {
  private func read(
    _ text: String, current: String? = "reminder.create", person: String? = nil, languages: [Language] = [.english]
  ) async throws -> Understood {
    var request = Engine.request(text, languages: languages)
    request.currentIntent = current
    request.person = person
    return try await Engine.shared().understandNow(request)
  }

  private func correction(_ understood: Understood) -> Understood.Correction? {
    if case .correction(let correction) = understood.kind { correction } else { nil }
  }

  private func hour(_ understood: Understood?) -> Int? {
    guard case .when(let when)? = understood.flatMap({ correction($0) })?.slots["schedule"] else { return nil }
    return when.start.time.hour
  }

  @Test("what follows “instead of”, or stands before “ki jagah”, no longer holds")
  func instead() async throws {
    #expect(hour(try await read("7 pm instead of 6 pm")) == 19)
    #expect(hour(try await read("8 pm instead")) == 20)
    #expect(hour(try await read("6 baje ki jagah shaam 7 baje", languages: [.hindiLatin])) == 19)
    // with nothing to be put right it is a sentence like any other
    #expect(correction(try await read("7 pm instead of 6 pm", current: nil)) == nil)
  }

  @Test("the same for somebody else is wanted besides")
  func also() async throws {
    let same = try await read("same for Appa")
    #expect(correction(same)?.isAddition == true)
    #expect(correction(same)?.slots["person"] == .person("Appa"))
    #expect(correction(try await read("not Amma, Appa"))?.isAddition == false)
  }

  @Test(
    "the same time is said in every language",
    arguments: [
      ("remind me to feed the dog same time tomorrow", Language.english), ("naalaikum adhe neram", .tamilLatin),
      ("நாளைக்கும் அதே நேரம்", .tamil), ("kal bhi usi time", .hindiLatin), ("कल भी उसी समय", .hindi),
    ])
  func sameTime(_ text: String, _ language: Language) async throws {
    #expect(try await read(text, languages: [language]).hasSameTime)
  }

  @Test("“her” is whom it was about; what is hers is not")
  func person() async throws {
    let asked = try await read("remind her to check the gas at 9 pm", person: "Amma")
    #expect(asked.slots["person"] == .person("Amma"))
    let hers = try await read("remind me to bring her tablets at 9 pm", person: "Amma")
    #expect(hers.slots["text"] == .text("bring her tablets"))
    // and where nobody was spoken of, it is a word like any other
    #expect(try await read("remind her to check the gas at 9 pm").slots["person"] != .person("Amma"))
  }

  @Test(
    "places in a list",
    arguments: [
      ("cancel the second one", Pointer.place(2), Language.english), ("the last one", .last, .english),
      ("move it to 5 pm", .it, .english), ("rendavadhu", .place(2), .tamilLatin), ("இரண்டாவது", .place(2), .tamil),
      ("doosra wala", .place(2), .hindiLatin), ("दूसरा वाला", .place(2), .hindi),
    ])
  func pointers(_ text: String, _ pointer: Pointer, _ language: Language) async throws {
    #expect(try await read(text, current: nil, languages: [language]).pointer == pointer)
  }

  @Test("once more")
  func again() async throws {
    #expect(try await read("do it again").kind == .again)
    #expect(try await read("phir se karo", languages: [.hindiLatin]).kind == .again)
  }

  @Test("a call for help is read as it was written")
  func help() async throws {
    #expect(try await read("she fell down, help her", person: "Amma").intent == "emergency.alert")
  }
}
