import Base
import Benchmarking
import Formats
import Foundation
import HTTP
import RoomTesting
import Synchronization
import Testing

extension AcceptanceTests {
  /// Words that occur nowhere else, in every place where something is confidential, all at once, through every door, with
  /// every call outside failing for a while; then everything that the program wrote is searched for them.
  @Suite(
    "Canaries", .enabled(if: MailStandIn.isThere, "apt-get install python3-aiosmtpd"), .timeLimit(.minutes(3)))
  struct CanaryTests {
    /// A setting that is secret, and its canary.
    private static let settings: [String: String] = [
      "telegram.token": "4242424242:CANARYtelegramTOKEN0123456789abcdef", "telegram.secret": "CANARY-webhook-secret-01",
      "whatsapp.token": "CANARY-whatsapp-token-0123456789", "whatsapp.app_secret": "CANARY-app-secret-0123456789",
      "whatsapp.verify_token": "CANARY-verify-0123", "voice.transcribe.key": "CANARY-ear-key-0123456789",
      "email.password": "CANARY-mail-password-01", "model.key": "CANARY-model-key-0123456789",
      // nobody listens there: events wait in the store
      "events.redis": "redis://:CANARY-redis-password-01@127.0.0.1:1",
    ]
    /// Where the watcher outside is called: such addresses are secrets by themselves.
    private static let watcher = "CANARY-watcher-0123"
    /// What people say, take, keep and where they are; it may lie in the store, and nowhere else.
    private static let said = [
      "CANARYsaid", "CANARYpill", "CANARYnote", "CANARYvoice", "CANARYappointment", "CANARYexpense", "CANARYfile",
      "CANARYlive", "CANARYinvoked", "CANARYtyped", "CANARYsilent", "13.045678", "80.234567", "12.912345", "77.612345",
    ]
    /// Names, numbers and addresses of people: in the store and on the screen of who runs the house; masked in logs.
    private static let people = ["Zzyvalakshmi", "919900112233", "canary.person@example.org", "5550007777"]

    private static func environment(_ mail: MailStandIn, _ ear: EarStandIn, _ more: [String: String]) -> [String:
      String?]
    {
      var all: [String: String?] = mail.environment("starttls", password: settings["email.password"] ?? "")
      all["THINNAI_VOICE_TRANSCRIBE_URL"] = ear.url
      all["THINNAI_LOG_LEVEL"] = "debug"
      all["THINNAI_WEBHOOK_OPEN"] = "yes"
      all["THINNAI_WEBHOOK_NETWORKS"] = "127.0.0.1"
      for (name, value) in settings where !["telegram.token", "whatsapp.token"].contains(name) {
        all["THINNAI_" + name.uppercased().replacing(".", with: "_")] = value
      }
      for (name, value) in more { all[name] = value }
      return all
    }

    /// Answers 500 while told to, and takes what it is sent.
    private final class Elsewhere: HTTPHandler {
      let isBroken = Mutex(true)
      let calls = Mutex(0)
      func admit(_ head: HTTPRequestHead) -> Admission { .accept(bodyLimit: 1 << 20) }
      func handle(_ request: HTTPRequest) async -> HTTPResponse {
        calls.withLock { $0 += 1 }
        return isBroken.withLock { $0 } ? .text("no", status: 500) : .empty(200)
      }
    }

    @Test("every secret setting of the program has a canary")
    func complete() throws {
      let source = try String(contentsOfFile: Porch.share + "/Sources/App/Thinnai/Configuration.swift", encoding: .utf8)
      let keys = source.split(separator: "Key(").dropFirst().filter { $0.contains("kind: .secret,") }
      let names = keys.compactMap { key in key.split(separator: "name: \"").last?.prefix { $0 != "\"" } }
      #expect(names.count >= 7 && Set(names.map(String.init)) == Set(Self.settings.keys))
    }

    @Test("planted everywhere at once, none is where it does not belong")
    func everywhere() async throws {
      let telegram = try TelegramStandIn(token: Self.settings["telegram.token"] ?? "")
      let whatsApp = try WhatsAppStandIn(token: Self.settings["whatsapp.token"] ?? "")
      let (mail, ear, elsewhere) = (try await MailStandIn(mode: "starttls"), try EarStandIn(), Elsewhere())
      let server = try HTTPServer(handler: elsewhere)
      let outside = "http://127.0.0.1:\(try server.start())"
      let temporary = try TestFolder("canary-tmp")
      let porch = try Porch(
        telegram: telegram, whatsApp: whatsApp,
        environment: Self.environment(
          mail, ear,
          [
            "THINNAI_DEADMAN_URL": "\(outside)/\(Self.watcher)", "THINNAI_DEADMAN_EVERY_S": "1",
            "THINNAI_MODEL_URL": "\(outside)/v1",
            "TMPDIR": temporary.path,
          ]))
      for arguments in [
        [
          "add", Self.people[0], "--persona", "elder", "--language", "en", "--telegram", "5550007777", "--whatsapp",
          Self.people[1], "--email", Self.people[2],
        ],
        ["add", "Ravi", "--persona", "founder", "--telegram", "43"], ["link", Self.people[0], "Ravi"],
      ] {
        let ran = try await porch.run(["people"] + arguments)
        #expect(ran.code == 0, "\(ran)")
      }
      let bound = try await porch.run("people", "bind", "Ravi", "--webhook", outside + "/hook", "--json")
      var secrets = Array(Self.settings.values) + [Self.watcher]
      secrets += bound.out.split { $0 == "\"" || $0.isWhitespace }.filter { $0.hasPrefix("whsec_") }.map(String.init)
      try await porch.start()
      let bearer = try await porch.token(for: Self.people[0], scope: "read,write")
      let admin = try await porch.token(for: NSUserName(), scope: "read,write,money,admin")
      secrets += [bearer, admin]

      // everything outside is broken at first
      telegram.fates.set { $0.serverErrors = 100 }
      whatsApp.fates.set { $0.serverErrors = 100 }
      ear.answers(500)
      var seen: [String: String] = [:]
      secrets += try await speak(porch, telegram, whatsApp, ear, bearer, &seen)
      let link = try await porch.post("/users/signin-link", ["person": .string(Self.people[0])], token: admin)
      let code = String(link.text.split(separator: "code=").last?.prefix { $0 != "\"" } ?? "")
      let cookie = try await page(porch, code, &seen)
      secrets += [code, String(cookie.dropFirst("thinnai=".count))]
      #expect(await eventually(10) { telegram.calls.contains { $0.status == 502 } && ear.calls.count > 0 })
      telegram.fates.set { $0.serverErrors = 0 }
      whatsApp.fates.set { $0.serverErrors = 0 }
      ear.answers(200)
      elsewhere.isBroken.withLock { $0 = false }
      #expect(await eventually(60) { telegram.sent(to: 5_550_007_777).count >= 3 })
      #expect(
        await eventually(20) { !whatsApp.sent(to: Self.people[1]).isEmpty && elsewhere.calls.withLock { $0 } > 1 })

      for path in ["/metrics", "/openapi.json", "/healthz", "/readyz", "/", "/signin", "/family", "/settings"] {
        seen[path] = try await porch.get(path).text
      }
      seen["status"] = try await porch.get("/assistant/status", headers: ["Authorization": "Bearer " + admin]).text
      seen["health"] = try await porch.post("/api/v1/actions/doors.health", [:], token: admin).text
      let doctor = try await porch.run("doctor")
      seen["doctor"] = doctor.out + doctor.err
      let backup = porch.folder + "/copy.db"
      #expect(try await porch.run("backup", backup, "--with-key", input: "a long passphrase\n").code == 0)
      let key = FileManager.default.contents(atPath: porch.home + "/master.key") ?? Data()
      #expect(await porch.stop() == 0)
      seen["log"] = porch.log
      #expect(porch.log.contains("\"level\":\"debug\"") && porch.log.contains("\"level\":\"info\""))

      for (place, text) in seen {
        for canary in secrets + Self.said where text.contains(canary) {
          Issue.record("\(canary.prefix(22))… is in \(place): \(Self.around(canary, text))")
        }
        guard place == "log" || place.hasPrefix("/") else { continue }
        for canary in Self.people where text.contains(canary) {
          Issue.record("\(canary) is in \(place): \(Self.around(canary, text))")
        }
      }
      // at rest: what people say lies in the store alone; secrets are nowhere, but as hashes or sealed
      secrets.append(String(decoding: key, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
      for file in Self.files(below: [porch.folder, temporary.path]) {
        let bytes = FileManager.default.contents(atPath: file) ?? Data()
        let name = file.replacing(porch.folder, with: "")
        let isStore = name.contains("thinnai.db") || name.hasSuffix("copy.db")
        let isMine = name.hasSuffix("serve.out") || name.contains("/run-") || name.hasSuffix("master.key")
        for canary in secrets where bytes.range(of: Data(canary.utf8)) != nil && !isMine {
          Issue.record("\(canary.prefix(22))… is in the file \(name)")
        }
        for canary in Self.said where bytes.range(of: Data(canary.utf8)) != nil && !isStore {
          Issue.record("\(canary) is in the file \(name)")
        }
      }
      for path in [porch.home, backup, backup + ".key", porch.home + "/master.key"] {
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
        #expect(mode & 0o077 == 0, "\(path) may be read by others: \(String(mode, radix: 8))")
      }
      let stored = Self.said.filter { canary in
        (FileManager.default.contents(atPath: backup) ?? Data()).range(of: Data(canary.utf8)) != nil
      }
      #expect(stored.count >= 8, "the canaries were not planted: \(stored)")
    }

    /// Everything confidential that a person says, through the chats and over REST. - Returns: secrets that came of it.
    private func speak(
      _ porch: Porch, _ telegram: TelegramStandIn, _ whatsApp: WhatsAppStandIn, _ ear: EarStandIn, _ bearer: String,
      _ seen: inout [String: String]
    ) async throws -> [String] {
      let proof: HTTPHeaders = ["X-Telegram-Bot-Api-Secret-Token": Self.settings["telegram.secret"] ?? ""]
      func deliver(_ update: JSON) async throws {
        #expect(try await porch.post("/telegram/webhook", update.bytes(), headers: proof).status == 200)
      }
      let chat = 5_550_007_777
      for (index, text) in [
        "my password is CANARYsaid", "add medicine CANARYpill 5 mg every day at 8 am",
        "remind me to CANARYsaid at 9 pm",
        "add expense 120 rupees for CANARYexpense", "I have chest pain CANARYsaid",
      ].enumerated() { try await deliver(Telegram.text(text, from: chat, update: 10 + index, name: Self.people[0])) }
      var place = Telegram.text("", from: chat, update: 20)
      place["message"]["text"] = .null
      place["message"]["location"] = ["latitude": 13.045678, "longitude": 80.234567, "horizontal_accuracy": 10]
      try await deliver(place)
      let voice = try #require(FileManager.default.contents(atPath: Porch.share + "/Fixtures/voice/en-remind.ogg"))
      telegram.add(file: "CANARYfile", bytes: Array(voice))
      ear.knows(Array(voice), as: "remind me to CANARYvoice tomorrow at nine am")
      var note = Telegram.text("", from: chat, update: 21)
      note["message"]["text"] = .null
      note["message"]["voice"] = [
        "file_id": "CANARYfile", "file_unique_id": "u", "duration": 2, "mime_type": "audio/ogg",
      ]
      try await deliver(note)
      // broken deliveries, wrong proofs, strangers
      seen["broken"] = try await porch.post("/telegram/webhook", Array("{\"CANARYsaid\":".utf8), headers: proof).text
      seen["unproven"] = try await porch.post("/telegram/webhook", Array("CANARYsaid".utf8)).text
      try await deliver(Telegram.text("CANARYsaid let me in", from: 999_111, update: 30, name: "Stranger"))
      let number = whatsApp.phoneNumberID
      let body = WhatsApp.envelope(
        [WhatsApp.message("remind me to CANARYsaid at 7 pm", from: Self.people[1], id: "wamid.c1", number: number)],
        number: number
      ).bytes()
      let signature = WhatsApp.signature(body, secret: Self.settings["whatsapp.app_secret"] ?? "")
      #expect(
        try await porch.post("/whatsapp/webhook", body, headers: ["X-Hub-Signature-256": signature]).status == 200)
      seen["signed wrong"] = try await porch.post("/whatsapp/webhook", body, headers: ["X-Hub-Signature-256": "x"]).text
      seen["verify"] =
        try await porch.get("/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=CANARY-verify-0123x&hub.challenge=1")
        .text
      #expect(try await porch.post("/assistant/invoke", ["text": "hello CANARYinvoked"], token: bearer).status == 200)
      let calls: [(String, JSON)] = [
        ("appointment.add", ["title": "CANARYappointment", "starts": "2030-01-02T10:00"]),
        ("care.note", ["text": "CANARYnote", "person": "me"]),
        ("emergency.silent_phrase", ["phrase": "CANARYsilent two words"]),
        ("care.track", ["type": "location", "data": ["lat": 12.912345, "lon": 77.612345, "accuracy_m": 9]]),
        ("reminder.create", ["text": "CANARYsaid", "schedule": "in 2 seconds"]),
      ]
      for (name, arguments) in calls {
        let answer = try await porch.post("/api/v1/actions/" + name, arguments, token: bearer)
        if answer.status == 404 { Issue.record("there is no \(name)") }
      }
      // refusals that could repeat what they were given
      let refused: [JSON] = [
        ["text": ["CANARYsaid": "CANARYsaid"]], ["text": "x", "person": "nobody", "conversation": 7],
        ["text": .string(String(repeating: "CANARYsaid ", count: 2_000))],
      ]
      for (index, bad) in refused.enumerated() {
        seen["refusal \(index)"] = try await porch.post("/assistant/invoke", bad, token: bearer).text
      }
      seen["wrong token"] = try await porch.post("/assistant/invoke", ["text": "x"], token: bearer + "0").text
      let approved = telegram.sent(to: 999_111).map(\.text).flatMap { $0.split { !$0.isLetter && !$0.isNumber } }
      return approved.filter { $0.count == 8 && $0 == $0.uppercased() }.map(String.init)
    }

    /// Signs a page in, writes on it, and lets its device be pushed to. - Returns: its cookie.
    private func page(_ porch: Porch, _ code: String, _ seen: inout [String: String]) async throws -> String {
      let signedIn = try await porch.post("/signin", ["code": .string(code)])
      let cookie = String((signedIn.headers["Set-Cookie"] ?? "").prefix { $0 != ";" })
      #expect(cookie.hasPrefix("thinnai="), "\(signedIn.status) \(signedIn.text)")
      let headers: HTTPHeaders = ["Cookie": cookie, "Origin": porch.url]
      let line: JSON = ["type": "message", "id": "canary-0001", "text": "remind me to CANARYtyped at 6 pm"]
      #expect(try await porch.post("/live/messages", line.bytes(), headers: headers).status == 200)
      let place: JSON = [
        "type": "location", "id": "canary-0002", "location": ["lat": 13.045678, "lon": 80.234567, "accuracy_m": 5],
      ]
      #expect(try await porch.post("/live/messages", place.bytes(), headers: headers).status == 200)
      seen["used code"] = try await porch.post("/signin", ["code": .string(code)]).text
      seen["bad frame"] = try await porch.post(
        "/live/messages", (["type": "CANARYlive", "id": "CANARYlive"] as JSON).bytes(), headers: headers
      ).text
      seen["bad push"] = try await porch.post(
        "/push/subscription",
        (["endpoint": "http://CANARYlive/x", "key": "CANARYlive", "secret": "CANARYlive"] as JSON).bytes(),
        headers: headers
      ).text
      return cookie
    }

    private static func around(_ word: String, _ text: String) -> String {
      guard let range = text.range(of: word) else { return "" }
      let start = text.index(range.lowerBound, offsetBy: -120, limitedBy: text.startIndex) ?? text.startIndex
      let end = text.index(range.upperBound, offsetBy: 40, limitedBy: text.endIndex) ?? text.endIndex
      return String(text[start..<end])
    }

    private static func files(below folders: [String]) -> [String] {
      folders.flatMap { folder -> [String] in
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.map { folder + "/" + $0 }.filter { path in
          (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeRegular
        }
      }
    }
  }
}
