import Base
import Care
import Conversation
import Delivery
import Messages
import RoomTesting
import Store
import Testing
import Text

struct VoiceTests {
  private func talk(
    languages: Set<Language> = Set(Language.all), _ body: @escaping @Sendable (Talk) throws -> Void
  ) async throws {
    try await OwnThread.run {
      try body(
        Talk([AssistantRoom.room, VoiceRoom.room, Care.room, Ledger.room]) {
          ScriptedEar(clock: $0, languages: languages)
        })
    }
  }

  private func note(
    _ words: String, _ talk: Talk, from member: Int = 3, isGroup: Bool = false, isForwarded: Bool = false,
    bytes: Int64? = nil
  ) -> InboundMessage {
    var message = talk.message(
      .media(.init(kind: .voice, handle: words, type: "audio/ogg", name: nil, bytes: bytes, caption: nil)),
      from: member,
      isGroup: isGroup)
    message.isForwarded = isForwarded
    return message
  }

  private func kept(_ talk: Talk) throws -> Int {
    try talk.rows("SELECT count(*) FROM kept_files") { $0.integer(0) }.first ?? 0
  }

  @Test("what was heard is done as if it had been written, quoted, remembered, and the note is kept")
  func heard() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(note("note.add token=A", talk))
      talk.advance(by: .seconds(2))
      #expect(talk.read() == ["I heard: “note.add token=A”\nnoted A ."])
      #expect(try talk.ledger() == ["A"])
      #expect(try kept(talk) == 1)
      #expect(try talk.rows("SELECT said FROM episodes") { $0.text(0) } == ["🎤 note.add token=A"])
    }
  }

  @Test("a note keeps its place in the chat, however long it is listened to, and holds up no other chat")
  func order() async throws {
    try await talk { (talk: Talk) throws in
      for index in 0..<20 {
        talk.deliver(note("~60 note.add token=V\(index)", talk))
        talk.settle()
      }
      talk.deliver(talk.message(.text("note.add token=AFTER")))
      #expect(talk.say("note.add token=OTHER", from: 4) == ["noted OTHER ."])
      #expect(talk.read().isEmpty)
      talk.advance(by: .minutes(30))
      let tokens = try talk.ledger()
      #expect(tokens == ["OTHER"] + (0..<20).map { "V\($0)" } + ["AFTER"])
    }
  }

  @Test("a note that was accepted is heard after a restart, in its order")
  func restart() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(note("~60 note.add token=FIRST", talk), talk.message(.text("note.add token=SECOND")))
      talk.advance(by: .seconds(30))
      talk.crash()
      try talk.reopen()
      talk.advance(by: .seconds(70))
      #expect(try talk.ledger() == ["FIRST", "SECOND"])
      #expect(talk.read() == ["I heard: “note.add token=FIRST”\nnoted FIRST .", "noted SECOND ."])
      #expect(try kept(talk) == 1)
    }
  }

  @Test("badly heard words change nothing before a yes")
  func doubt() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(note("?note.add token=MAYBE", talk))
      talk.advance(by: .seconds(2))
      #expect(talk.read() == ["I heard: “note.add token=MAYBE”. Is that right?"])
      #expect(try talk.ledger().isEmpty)
      _ = talk.press(try #require(talk.button("Yes")))
      #expect(try talk.ledger() == ["MAYBE"])
      talk.deliver(note("?note.add token=AGAIN", talk))
      talk.advance(by: .seconds(2))
      talk.deliver(note("?yes", talk))
      talk.advance(by: .seconds(2))
      #expect(try talk.ledger() == ["MAYBE", "AGAIN"], "who read the question may answer it by voice")
    }
  }

  @Test("a call for help acts at once, however badly it was heard and whatever waits before it")
  func emergency() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(talk.message(.text("~90 note.add token=SLOW"), from: Cast.elder))
      talk.settle()
      talk.deliver(note("?HELP I fell", talk, from: Cast.elder))
      talk.advance(by: .seconds(2))
      for relative in Cast.relatives { #expect(talk.read(relative).first?.contains("HELP I fell") == true) }
      talk.advance(by: .seconds(100))
      #expect(try talk.rows("SELECT count(*) FROM alerts") { $0.integer(0) } == [1])
      #expect(talk.read(Cast.elder).count == 2)
    }
  }

  @Test(
    "what cannot be heard gets a kind sentence, and nothing is changed",
    arguments: [
      ("!words", "voice.failed"), ("-words", "voice.failed"), ("=no opus", "voice.unreadable"),
      ("#400", "voice.too_long"), ("", "voice.silence"),
    ])
  func unheard(_ words: String, _ key: String) async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(note(words, talk))
      talk.advance(by: .minutes(2))
      #expect(talk.read() == [try Talk.words(key)])
      let count = try kept(talk)
      #expect(count == (words.hasPrefix("-") ? 0 : 1))
      #expect(talk.say("note.add token=NEXT") == ["noted NEXT ."])
    }
  }

  @Test(
    "of a note with more bytes than are kept nobody says that it is kept", arguments: [nil, 999_999_999] as [Int64?])
  func tooLarge(_ bytes: Int64?) async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(note("+words", talk, bytes: bytes))
      talk.advance(by: .seconds(5))
      #expect(talk.read() == [try Talk.words("voice.too_large")])
      #expect(try kept(talk) == 0)
      #expect(talk.say("note.add token=NEXT") == ["noted NEXT ."])
    }
  }

  @Test("of a document or a film with more bytes than are kept nobody says that it is there")
  func tooLargeToKeep() async throws {
    try await talk { (talk: Talk) throws in
      for kind in [InboundMessage.Media.Kind.document, .video] {
        let media = InboundMessage.Media(
          kind: kind, handle: "huge", type: nil, name: "a", bytes: 99_000_000, caption: nil)
        talk.deliver(talk.message(.media(media)))
        talk.advance(by: .seconds(20))
        #expect(talk.read() == [try Talk.words("dialogue.media.too_large")])
      }
      #expect(try kept(talk) == 0)
    }
  }

  @Test("each of several notes is answered, however quickly they come")
  func quickly() async throws {
    try await talk { (talk: Talk) throws in
      for _ in 0..<3 {
        talk.deliver(note("+words", talk, bytes: 999_999_999))
        talk.advance(by: .seconds(2))
      }
      #expect(talk.read() == Array(repeating: try Talk.words("voice.too_large"), count: 3))
    }
  }

  @Test("an engine hears so much of one person in a day and no more; others are heard, and they again later")
  func tooMuch() async throws {
    try await talk { (talk: Talk) throws in
      for _ in 0..<13 {
        talk.deliver(note("#290", talk))
        talk.advance(by: .seconds(10))
      }
      let (words, tooMuch) = (talk.read(), try Talk.words("voice.too_much"))
      #expect(words.count == 13 && words.count { $0 == tooMuch } == 1 && words.last == tooMuch)
      talk.deliver(note("note.add token=OTHER", talk, from: 4))
      talk.advance(by: .seconds(10))
      // it drains over a day
      talk.advance(by: .hours(3))
      talk.deliver(note("note.add token=LATER", talk))
      talk.advance(by: .seconds(10))
      #expect(try talk.ledger() == ["OTHER", "LATER"])
    }
  }

  @Test("who speaks a language that no engine understands is told so, and the family gets the note where wished")
  func notYet() async throws {
    try await talk(languages: [.tamil]) { (talk: Talk) throws in
      talk.deliver(note("note.add token=A", talk, from: Cast.elder))
      talk.advance(by: .seconds(2))
      #expect(talk.read(Cast.elder) == [try Talk.words("dialogue.media.voice")])
      _ = talk.say("voice.share", from: Cast.elder)
      talk.advance(by: .minutes(1))
      talk.deliver(note("note.add token=B", talk, from: Cast.elder))
      talk.advance(by: .seconds(2))
      let answer = try Talk.words("dialogue.media.voice") + "\n" + Talk.words("voice.passed_on")
      #expect(talk.read(Cast.elder).last == answer)
      for relative in Cast.relatives {
        let letter = try #require(talk.letters(relative).last)
        #expect(letter.text == "A voice note from Lakshmi.")
        #expect(letter.item.message.picture != nil)
      }
      #expect(try talk.ledger().isEmpty)
    }
  }

  @Test("somebody else's voice never acts by itself, and a group's is not listened to")
  func others() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(note("note.add token=A", talk, isForwarded: true))
      talk.advance(by: .seconds(2))
      #expect(talk.read().count == 1)
      talk.deliver(note("HELP there", talk, from: Cast.elder, isForwarded: true))
      talk.deliver(note("note.add token=G", talk, isGroup: true))
      talk.advance(by: .seconds(2))
      #expect(try talk.ledger().isEmpty)
      #expect(try talk.rows("SELECT count(*) FROM alerts") { $0.integer(0) } == [0])
    }
  }

  @Test("each wish about voice can be taken back")
  func wishes() async throws {
    try await talk { (talk: Talk) throws in
      func wishes() throws -> [String] {
        try talk.rows("SELECT is_spoken_to, go_to_family FROM voice_wishes") { "\($0.integer(0))\($0.integer(1))" }
      }
      _ = talk.say("voice.speak")
      _ = talk.say("voice.share")
      #expect(try wishes() == ["11"])
      _ = talk.say("voice.write")
      #expect(try wishes() == ["01"])
      _ = talk.say("undo")
      #expect(try wishes() == ["11"])
      _ = talk.say("voice.keep")
      #expect(try wishes() == ["10"])
    }
  }
}
