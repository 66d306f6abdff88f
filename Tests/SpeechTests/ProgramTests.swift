import Base
import Foundation
import Testing
import Text

@testable import Speech

@Suite("Programs beside us", .timeLimit(.minutes(5))) struct ProgramTests {
  private func run(
    _ name: String, _ arguments: [String], _ input: String = "", _ change: (inout BoundedProgram) -> Void = { _ in }
  ) async throws -> String {
    var program = BoundedProgram(name, arguments)
    change(&program)
    return String(decoding: try await program.run(Array(input.utf8)), as: UTF8.self)
  }

  @Test("bytes go in and come out, however many")
  func bytes() async throws {
    #expect(try await run("cat", [], "வணக்கம்") == "வணக்கம்")
    let long = String(repeating: "x", count: 3 << 20)
    #expect(try await run("cat", [], long) == long)
  }

  @Test("one that takes too long is ended, and so is one whose task is cancelled")
  func late() async throws {
    let started = ContinuousClock.now
    await #expect(throws: SpeechError.self) { try await run("sleep", ["3000"]) { $0.seconds = 1 } }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { _ = try? await run("sleep", ["3000"]) { $0.seconds = 3_000 } }
      group.addTask {
        // looked for now and then: looking without a pause would starve the tests beside this one
        while !Self.isSleeping, !Task.isCancelled {
          try? await Task.sleep(for: .milliseconds(20))
        }
      }
      await group.next()
      group.cancelAll()
    }
    #expect(ContinuousClock.now - started < .seconds(3_000), "neither was waited for")
  }

  private static var isSleeping: Bool {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return tasks.contains { task in
      let name = FileManager.default.contents(atPath: "/proc/self/task/\(task)/comm") ?? Data()
      return String(decoding: name, as: UTF8.self) == "speech\n"
    }
  }

  @Test("it gets none of our files and none of our environment, and may not write more than it should")
  func bounds() async throws {
    #expect(try await run("env", []).split(separator: "\n").sorted() == ["LANG=C.UTF-8", "PATH=/usr/bin:/bin"])
    #expect(try await run("ls", ["/proc/self/fd"]).split(separator: "\n") == ["0", "1", "2", "3"])
    await #expect(throws: SpeechError.self) { try await run("cat", ["/dev/zero"]) { $0.output = 1 << 16 } }
    await #expect(throws: SpeechError.self) { try await run("false", []) }
    await #expect(throws: SpeechError.self) { try await run("no-such-program", []) }
  }

  private static let canSpeak = EspeakVoice().missing.isEmpty

  @Test(
    "each language is read aloud into a whole voice note", .enabled(if: canSpeak),
    arguments: [
      (Language.english, "Okay, I will remind you at 9."), (.tamil, "சரி, ஒன்பது மணிக்கு நினைவூட்டுகிறேன்."),
      (.hindi, "ठीक है, नौ बजे याद दिलाऊँगा।"),
    ])
  func speaks(_ language: Language, _ text: String) async throws {
    let note = try OpusNote(try await EspeakVoice().speak(text, in: language))
    #expect((1.0...12.0).contains(note.duration.seconds), "\(note.duration)")
  }

  @Test(
    "what can be read aloud, and in which language",
    arguments: [
      ("Okay, at 9 pm.", Language.english, Language.english), ("சரி, Crocin 9 மணிக்கு", .tamil, .tamil),
      ("சரி, Crocin", .english, .english), ("ठीक है", .hindi, .hindi), ("Sari, kandippa", .tamilLatin, nil),
      ("👍 12:30", .english, nil), ("", .tamil, nil), ("Okay", .tamil, nil), ("வணக்கம்", .tamilLatin, .tamil),
    ] as [(String, Language, Language?)])
  func language(_ text: String, _ reader: Language, _ language: Language?) {
    #expect(SpokenText.language(of: text, for: reader) == language)
  }

  @Test("pictures and marks are not read, lists become pauses, and what is long ends with a sentence")
  func plain() {
    #expect(SpokenText.plain("Today:\n• 8:00 am — *tea* 🙂\n• walk") == "Today: 8:00 am tea, walk")
    #expect(SpokenText.plain("மாத்திரை எடுத்தீர்களா?") == "மாத்திரை எடுத்தீர்களா?")
    let long = SpokenText.plain(String(repeating: "This is a sentence. ", count: 100))
    #expect(long.count <= 600 && long.hasSuffix("sentence."))
  }
}
