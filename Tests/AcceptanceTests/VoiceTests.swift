import Formats
import Foundation
import Store
import Testing

extension AcceptanceTests {
  /// Voice notes through the real program: a stand-in for Telegram, and one for an engine that hears.
  @Suite("Voice", .timeLimit(.minutes(3)))
  struct VoiceTests {
    private static func fixture(_ name: String) throws -> [UInt8] {
      Array(try #require(FileManager.default.contents(atPath: Porch.share + "/Fixtures/voice/" + name)))
    }

    private static func note(_ file: String, from user: Int, update: Int) -> JSON {
      var json = Telegram.text("", from: user, update: update)
      json["message"]["text"] = .null
      json["message"]["voice"] = [
        "file_id": .string(file), "file_unique_id": "u", "duration": 2, "mime_type": "audio/ogg",
      ]
      return json
    }

    /// An elder who speaks a language, and her son.
    private func porch(
      _ telegram: TelegramStandIn, _ ear: EarStandIn?, language: String = "ta"
    ) async throws -> Porch {
      for name in ["ta-fell.ogg", "en-remind.ogg", "hi-water.ogg"] {
        telegram.add(file: name, bytes: try Self.fixture(name))
      }
      let porch = try Porch(
        telegram: telegram,
        environment: [
          "THINNAI_VOICE_TRANSCRIBE_URL": ear?.url, "THINNAI_VOICE_TRANSCRIBE_KEY": ear.map { _ in "ear-key-1" },
        ])
      for arguments in [
        [
          "people", "add", "Lakshmi", "--persona", "elder", "--telegram", "42", "--language", language, "--zone",
          "Asia/Kolkata",
        ],
        ["people", "add", "Ravi", "--persona", "founder", "--telegram", "43"], ["people", "link", "Lakshmi", "Ravi"],
      ] {
        let ran = try await porch.run(arguments)
        #expect(ran.code == 0, "\(ran)")
      }
      return porch
    }

    private func said(_ telegram: TelegramStandIn, to chat: Int, _ count: Int, seconds: Double = 20) async -> [String] {
      await eventually(seconds) { telegram.sent(to: chat).count >= count }
      return telegram.sent(to: chat).map(\.text)
    }

    @Test("a Tamil voice note “I fell” raises the alarm")
    func fell() async throws {
      let (telegram, ear) = (try TelegramStandIn(), try EarStandIn())
      ear.knows(try Self.fixture("ta-fell.ogg"), as: "நான் கீழே விழுந்துட்டேன்")
      let porch = try await porch(telegram, ear)
      try await porch.start()
      #expect(try await porch.deliver(Self.note("ta-fell.ogg", from: 42, update: 1)) == 200)
      let words = await said(telegram, to: 43, 1)
      #expect(words.first?.contains("Lakshmi") == true, "\(words)")
      let alerts = try await porch.rows("SELECT count(*) FROM alerts") { $0.integer(0) }
      #expect(alerts == [1])
      let call = try #require(ear.calls.first)
      #expect(call.path == "/v1/audio/transcriptions" && call.key == "Bearer ear-key-1")
      #expect(call.form.contains("name=\"language\"\r\n\r\nta\r\n"))
      await porch.stop()
      #expect(!porch.log.contains("ear-key-1"))
    }

    @Test("killed while a note is listened to, it is heard after the restart, before what was written later")
    func killed() async throws {
      let (telegram, ear) = (try TelegramStandIn(), try EarStandIn())
      ear.knows(try Self.fixture("en-remind.ogg"), as: "remind me to take my medicine tomorrow at nine am")
      ear.hangs(true)
      let porch = try await porch(telegram, ear, language: "en")
      try await porch.start()
      #expect(try await porch.deliver(Self.note("en-remind.ogg", from: 42, update: 1)) == 200)
      #expect(try await porch.deliver(Telegram.text("list reminders", from: 42, update: 2)) == 200)
      #expect(try await porch.deliver(Telegram.text("list reminders", from: 43, update: 3)) == 200)
      #expect(await said(telegram, to: 43, 1).count == 1, "another chat is answered meanwhile")
      #expect(await eventually(20) { !ear.calls.isEmpty })
      await porch.kill()
      #expect(telegram.sent(to: 42).isEmpty)
      ear.hangs(false)
      try await porch.start()
      let words = await said(telegram, to: 42, 2)
      #expect(words.count == 2 && words[0].contains("I heard: “remind me to take my medicine tomorrow at nine am”"))
      #expect(words.last?.contains("take my medicine") == true, "\(words)")
      await porch.stop()
    }

    @Test("a voice note in WhatsApp is fetched, heard, done and answered, and kept")
    func whatsApp() async throws {
      let (whatsApp, ear) = (try WhatsAppStandIn(), try EarStandIn())
      let bytes = try Self.fixture("en-remind.ogg")
      whatsApp.add(media: "7001", bytes: bytes)
      ear.knows(bytes, as: "remind me to take my medicine tomorrow at nine am")
      let porch = try Porch(
        whatsApp: whatsApp,
        environment: ["THINNAI_VOICE_TRANSCRIBE_URL": ear.url, "THINNAI_VOICE_TRANSCRIBE_KEY": "ear-key-1"])
      let added = try await porch.run("people", "add", "Meena", "--persona", "founder", "--whatsapp", "919900")
      #expect(added.code == 0, "\(added)")
      try await porch.start()
      var note = WhatsApp.message("", from: "919900", id: "wamid.voice1", number: whatsApp.phoneNumberID)
      note["type"] = "audio"
      note["text"] = .null
      note["audio"] = ["id": "7001", "mime_type": "audio/ogg; codecs=opus", "voice": true]
      let delivery = WhatsApp.envelope([note], number: whatsApp.phoneNumberID)
      // the platform delivers it twice
      for _ in 0..<2 { #expect(try await porch.deliverWhatsApp(delivery) == 200) }
      #expect(await eventually(20) { !whatsApp.sent(to: "919900").isEmpty })
      let words = whatsApp.sent(to: "919900").map(\.text)
      #expect(words.first?.contains("I heard: “remind me to take my medicine tomorrow at nine am”") == true, "\(words)")
      let call = try #require(ear.calls.first)
      #expect(ear.calls.count == 1 && call.key == "Bearer ear-key-1" && call.form.contains("whisper-1"))
      #expect(await porch.stop() == 0)
      #expect(try await porch.rows("SELECT text FROM reminders") { $0.text(0) } == ["take my medicine"])
      #expect(try await porch.rows("SELECT length(bytes) FROM kept_files") { $0.integer(0) } == [bytes.count])
      #expect(whatsApp.sent(to: "919900").count == 1)
      #expect(!porch.log.contains("ear-key-1") && !porch.log.contains(whatsApp.token))
    }

    @Test("an engine that is broken gets a kind answer, keeps the note and is named by doctor")
    func broken() async throws {
      let (telegram, ear) = (try TelegramStandIn(), try EarStandIn())
      ear.answers(401)
      let porch = try await porch(telegram, ear)
      try await porch.start()
      _ = try await porch.deliver(Self.note("ta-fell.ogg", from: 42, update: 1))
      let words = await said(telegram, to: 42, 1)
      #expect(words.first?.contains("குரல் பதிவை இப்போது கேட்க முடியவில்லை") == true, "\(words)")
      let kept = try await porch.rows("SELECT length(bytes) FROM kept_files") { $0.integer(0) }
      #expect(kept == [try Self.fixture("ta-fell.ogg").count])
      #expect(
        try await porch.run("doctor").out.contains("the voice engine answers; voice notes are heard with whisper-1"))
      await porch.stop()
      await ear.stop()
      let doctor = try await porch.run("doctor")
      #expect(doctor.out.contains("The voice engine cannot be reached"), "\(doctor)")
    }

    @Test("without an engine a Tamil note is kept, answered kindly, and given to the family where wished")
    func noEngine() async throws {
      let telegram = try TelegramStandIn()
      let porch = try await porch(telegram, nil)
      try await porch.start()
      _ = try await porch.deliver(
        Telegram.text("என் குரல் பதிவை குடும்பத்துக்கு அனுப்பு", from: 42, update: 1))
      #expect(await said(telegram, to: 42, 1).last?.contains("குடும்பத்துக்கும்") == true)
      _ = try await porch.deliver(Self.note("ta-fell.ogg", from: 42, update: 2))
      #expect(await said(telegram, to: 42, 2).last?.contains("இன்னும் எனக்குக் கேட்கத் தெரியாது") == true)
      #expect(await said(telegram, to: 43, 1).last == "A voice note from Lakshmi.")
      await porch.stop()
    }

    @Test("who wishes it hears the answer behind the text, in Tamil", .enabled(if: canSpeak))
    func spoken() async throws {
      let telegram = try TelegramStandIn()
      let porch = try await porch(telegram, nil)
      try await porch.start()
      _ = try await porch.deliver(Telegram.text("குரலில் பதில் சொல்லு", from: 42, update: 1))
      await eventually(20) { telegram.sent(to: 42).count >= 2 }
      let sent = telegram.sent(to: 42)
      #expect(sent.first?.text.contains("குரலிலும்") == true)
      #expect(sent.last?.method == "sendVoice", "\(sent.map(\.method))")
      #expect(sent.last?.parameters["voice"]["starts"].string?.hasPrefix("OggS") == true)
      await porch.stop()
    }

    @Test(
      "without any server American English is heard, and asked about before anything changes", .enabled(if: canHear))
    func embedded() async throws {
      let telegram = try TelegramStandIn()
      let porch = try await porch(telegram, nil, language: "en")
      try await porch.start()
      _ = try await porch.deliver(Self.note("en-remind.ogg", from: 42, update: 1))
      let words = await said(telegram, to: 42, 1, seconds: 60)
      #expect(words.first == "I heard: “remind me to take my medicine at nine”. Is that right?", "\(words)")
      let none = try await porch.rows("SELECT count(*) FROM reminders") { $0.integer(0) }
      #expect(none == [0])
      _ = try await porch.deliver(Telegram.text("yes", from: 42, update: 2))
      #expect(await said(telegram, to: 42, 2).last?.contains("take my medicine") == true)
      let one = try await porch.rows("SELECT count(*) FROM reminders") { $0.integer(0) }
      #expect(one == [1])
      await porch.stop()
    }

    private static let canSpeak = ["espeak-ng", "opusenc"].allSatisfy { access("/usr/bin/" + $0, X_OK) == 0 }
    private static let canHear = ["opusdec", "pocketsphinx_continuous"].allSatisfy {
      access("/usr/bin/" + $0, X_OK) == 0
    }
  }
}
