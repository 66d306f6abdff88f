import Actions
import Base
import Foundation
import RoomTesting
import Testing
import Text
import Time

@testable import Understanding

@Suite struct RobustnessTests {
  static let languages: [Spoken] = [
    .init("remind me tomorrow", "en"), .init("what can you do", "en"), .init("show my tasks", "en"),
    .init("thanks a lot for the help", "en"), .init("naalaikku kaalaila nyabagapaduthu", "ta-Latn"),
    .init("mathirai saapten", "ta-Latn"), .init("enna reminder iruku", "ta-Latn"),
    .init("amma epdi irukaanga", "ta-Latn"),
    .init("romba nandri pa", "ta-Latn"), .init("mujhe kal yaad dila dena", "hi-Latn"), .init("dawai le li", "hi-Latn"),
    .init("maa kaisi hain", "hi-Latn"), .init("bahut dhanyavad", "hi-Latn"), .init("tum kya kar sakte ho", "hi-Latn"),
    .init("நாளை காலை 8 மணிக்கு", "ta"), .init("BP மாத்திரை சாப்பிட்டேன்", "ta"), .init("நன்றி", "ta"),
    .init("मुझे कल याद दिलाना", "hi"), .init("BP की दवाई ले ली", "hi"), .init("धन्यवाद", "hi"),
  ]

  @Test("tells the language", arguments: languages)
  func detects(_ spoken: Spoken) async throws {
    let engine = try await Engine.shared()
    #expect(engine.understandNow(Engine.request(spoken.text)).language.code == spoken.wanted)
  }

  @Test("a message without words takes the person's language")
  func preferred() async throws {
    let engine = try await Engine.shared()
    #expect(engine.understandNow(Engine.request("8:30", languages: [.tamil])).language == .tamil)
  }

  @Test("what programs write to each other asks for nothing, also when it breaks off")
  func machines() async throws {
    let engine = try await Engine.shared()
    for text in [#"{"text":"hello"}"#, #"{"text"#, #"{"tex"#, #"[{"a":1},{"text":"remind me"#] {
      #expect(engine.understandNow(Engine.request(text)).kind == .outOfScope, "\(text)")
    }
  }

  @Test("keys that were held down ask for nothing; a word that is drawn out is a word")
  func mashed() async throws {
    let engine = try await Engine.shared()
    for text in ["vvvvvvvvvv", "yyyyyyyyyyyyyy", "uuouuouuouuo", "qqqqrqqqqr", "ddddd ddddd", "oooggoooggo"] {
      #expect(engine.understandNow(Engine.request(text)).kind == .outOfScope, "\(text)")
      #expect(Sentence(text).isMashed, "\(text)")
    }
    for text in [
      "noooooooooo", "yesssssssss", "helppppppp", "no no no no no", "a b c d e f g h", "बचाओ", "ammaaaaaaaaa",
    ] {
      #expect(!Sentence(text).isMashed, "\(text)")
    }
  }

  @Test("an example that is taught may mark its slots; marks that fit nothing are refused")
  func taught() async throws {
    let engine = try await Engine.shared()
    let tenant = TenantID("taught")
    let accuracy = try await engine.add(
      tenant: tenant, language: .english, intent: "reminder.create", examples: ["ping me [about the rent](text)"])
    #expect(accuracy > 0.5)
    for bad in ["ping me [about the rent", "ping me [about](nothing)", "[x] ping me"] {
      await #expect(throws: UnderstandingError.self, "\(bad)") {
        try await engine.add(tenant: tenant, language: .english, intent: "reminder.create", examples: [bad])
      }
    }
  }

  @Test("hostile input is bounded and harmless")
  func hostile() async throws {
    let engine = try await Engine.shared()
    let random = SeededRandom(seed: 9)
    var texts = [
      "", " ", "\u{0}", "\u{200B}\u{200C}\u{FEFF}", "😀😀😀", "👨‍👩‍👧‍👦 🇮🇳", "[text](slot) [", "'''''", "a'", "12:", "1,2,3,,,",
      "5/", "99/99/9999",
      "9999999999999999999999999999", String(repeating: "1,", count: 3_000), String(repeating: "every ", count: 2_000),
      String(repeating: "one hundred ", count: 1_000), String(repeating: "a", count: 1 << 20),
      String(repeating: "நா", count: 5_000), String(repeating: "8:30 and ", count: 800),
      String(repeating: "🆘", count: 5_000),
      "\u{202E}remind me\u{202C}", "e\u{301}\u{301}\u{301}\u{301}", String(repeating: "\u{301}", count: 10_000),
      "every 0 hours", "in 99999999999 days", "on 31st february", "first day of 13/13", "saadhe saadhe saadhe",
      "every 6 hours from 20 to 8", "0 times a day", "₹99999999999999999999",
    ]
    for _ in 0..<60 {
      let bytes = (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      texts.append(String(decoding: bytes, as: UTF8.self))
    }
    for text in texts {
      let understood = engine.understandNow(Engine.request(text))
      #expect(understood.confidence >= 0 && understood.confidence <= 1.0001)
      #expect(understood.entities.allSatisfy { $0.span.upperBound <= Sentence.byteLimit })
      for kind in [SlotKind.when, .date, .duration, .number, .money, .phone] {
        _ = engine.read(text, as: kind, Engine.request(text))
      }
    }
  }

  @Test("zero-width characters and case change nothing")
  func invisible() async throws {
    let engine = try await Engine.shared()
    let understood = engine.understandNow(Engine.request("RE\u{200B}MIND me   to\u{00A0}call Ravi at 8 pm"))
    #expect(understood.intent == "reminder.create")
    #expect(understood.slots["text"] == .text("call Ravi"))
  }

  @Test("what a tenant teaches holds at once, and for that tenant only")
  func teaching() async throws {
    let engine = try await Engine.shared()
    let sentences = ["gimme the lowdown", "gimme the lowdown for today", "lowdown please", "what's the lowdown"]
    let accuracy = try await engine.add(
      tenant: TenantID("brew"), language: .english, intent: "task.list", examples: sentences)
    #expect(accuracy > 0.6)
    var request = Engine.request("gimme the lowdown now")
    request.tenant = TenantID("brew")
    #expect(engine.understandNow(request).intent == "task.list")
    request.tenant = TenantID("other")
    #expect(engine.understandNow(request).intent != "task.list")
    await #expect(throws: UnderstandingError.self) {
      try await engine.add(tenant: TenantID("brew"), language: .english, intent: "no.such", examples: ["hello"])
    }
    await #expect(throws: UnderstandingError.self) {
      try await engine.add(tenant: TenantID("brew"), language: .english, intent: "task.list", examples: ["", "!!"])
    }
  }

  @Test("the trained model is kept, found again, and a damaged one is refused")
  func cache() async throws {
    let fresh = try NativeUnderstanding(folder: Engine.folder, cache: nil)
    #expect(!fresh.isTrained)
    // Before training, shared words answer.
    #expect(fresh.understandNow(Engine.request("show my reminders")).intent == "reminder.list")
    let engine = try await Engine.shared()
    let home = try TestFolder("understanding")
    let folder = home.path + "/cache"
    try FileManager.default.copyItem(atPath: TrainedUnderstanding.cache.get(), toPath: folder)
    let again = try NativeUnderstanding(folder: Engine.folder, cache: folder)
    #expect(again.isTrained)
    let request = Engine.request("remind me to call the plumber tomorrow at 5")
    let (first, second) = (engine.understandNow(request), again.understandNow(request))
    #expect(first.intent == second.intent && first.slots == second.slots && first.confidence == second.confidence)
    // a cache that is kept between runs may hold a model for each state of the sentence encoder
    let models = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".model") }
    #expect(!models.isEmpty)
    for path in models {
      let file = URL(fileURLWithPath: folder).appendingPathComponent(path)
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 2] ^= 0xFF
      try bytes.write(to: file)
    }
    #expect(try !NativeUnderstanding(folder: Engine.folder, cache: folder).isTrained)
  }

  @Test("a changed file is noticed and trained beside the old model")
  func change() async throws {
    let home = try TestFolder("understanding")
    let folder = home.path
    try FileManager.default.createDirectory(atPath: folder + "/en", withIntermediateDirectories: true)
    let file = folder + "/en/a.yaml"
    func write(_ sentence: String) throws {
      try "intents:\n  - intent: a.b\n    examples: |\n      \(sentence)\n      count the sheep\n".write(
        toFile: file, atomically: true, encoding: .utf8)
    }
    try write("ring the bell")
    let engine = try NativeUnderstanding(folder: folder, cache: folder + "/cache")
    await engine.prepare()
    #expect(try await engine.reload() == false)
    let before = engine.library.hash
    try write("light the lamp")
    #expect(try await engine.reload())
    #expect(engine.library.hash != before && engine.isTrained)
    // A start of the same files parses nothing and finds the same.
    let again = try NativeUnderstanding(folder: folder, cache: folder + "/cache")
    #expect(again.isTrained && again.library.hash == engine.library.hash)
    try "intents: [".write(toFile: file, atomically: true, encoding: .utf8)
    await #expect(throws: DataFileError.self) { try await engine.reload() }
    #expect(engine.isTrained)
  }

  @Test("a mistake in a file is told with its line")
  func mistakes() throws {
    let home = try TestFolder("understanding")
    let folder = home.path
    try FileManager.default.createDirectory(atPath: folder + "/en", withIntermediateDirectories: true)
    let text = "intents:\n  - intent: a.b\n    slots: {x: banana}\n"
    try text.write(toFile: folder + "/en/a.yaml", atomically: true, encoding: .utf8)
    let error = #expect(throws: DataFileError.self) { try NativeUnderstanding(folder: folder, cache: nil) }
    #expect(error?.line == 3)
  }
}
