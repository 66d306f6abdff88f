import Testing

@testable import Understanding

/// What people say all day of other things calls nobody.
@Suite struct EverydayCallTests {
  /// What teaches other intents and mentions what may well be a call; each is one of the past or a complaint of its own.
  static let doubtful: Set<String> = [
    "i fell down last night", "i had a fall this week", "i fell two days ago and my knee is swollen",
    "i had chest pain last night", "last night i could not breathe properly", "BP tablet potadhum mayakkama iruku",
  ]

  private static let library = Result { try IntentLibrary(folder: Engine.folder) }

  @Test("no sentence that teaches another intent, or what is out of scope, has a phrase of one")
  func taught() throws {
    let library = try Self.library.get()
    let texts =
      library.examples.filter { $0.intent?.hasPrefix("emergency.") != true }.map(\.text)
      + library.evaluation.filter { $0.intent?.hasPrefix("emergency.") != true }.map(\.text)
    #expect(texts.count > 20_000)
    let calls = Set(texts.filter { library.emergencies.match($0) != nil })
    #expect(calls.subtracting(Self.doubtful) == [])
  }

  @Test(
    "an English word is no loose spelling of another language's",
    arguments: [
      "tell me to take out the trash", "tell taxi to come at 4", "who is the boss", "the boss called",
      "have you heard any good jokes lately", "current status of the take out order",
    ])
  func english(_ text: String) async throws {
    let engine = try await Engine.shared()
    #expect(engine.emergencies.match(text) == nil)
  }

  @Test(
    "as a phrase writes it, it is one; and any other spelling is read loosely",
    arguments: [
      "thel kadichiduchu", "thelu kotiduchu", "papa behos ho gaye", "papa bihosh ho gye", "heart la vali",
      "current adichiduchu", "mujhe current lag gaya", "bathroom mein phasal gayi aur gir gayi",
    ])
  func loose(_ text: String) async throws {
    let engine = try await Engine.shared()
    #expect(engine.emergencies.match(text) != nil)
  }

  @Test(
    "what excuses other things holds no call back",
    arguments: [
      "tripped on the chair leg and i fell", "why does my chest pain so much", "i hate myself i want to die",
      "dad collapsed on the sofa", "dad collapsed after lunch", "alone in the house and bleeding",
      "innaiku tablet ellam muzhungiten", "raja kaapathunga", "over ah nenju valikudhu",
      "எழுந்து நிக்க முடியல கீழே விழுந்துட்டேன்", "kursi ka pair phisla aur main gir gayi",
      "kapde sukhate hue main gir gayi", "meri neend ki saari goliyan kha li", "raste mein mera accident ho gaya hai",
    ])
  func excused(_ text: String) throws {
    #expect(try Self.library.get().emergencies.match(text) != nil)
  }

  @Test(
    "without a phrase, only who is looked after is heard",
    arguments: ["help me find where i am", "please come quickly something is very wrong with papa"])
  func unlooked(_ text: String) async throws {
    let engine = try await Engine.shared()
    var request = Engine.request(text)
    request.isLookedAfter = false
    #expect(engine.understandNow(request).intent != "emergency.alert")
  }
}
