import Base
import Benchmarking
import Crypto
import Formats
import Foundation
import HTTP
import Store
import Synchronization
import Testing

extension DoorstepTests {
  /// E-mail and webhooks: told by them is who cannot be told in a chat.
  @Suite("The doors that only tell", .timeLimit(.minutes(3)))
  struct OneWayTests {
    private func add(_ porch: Porch, _ arguments: String...) async throws -> Porch.Ran {
      let ran = try await porch.run(["people"] + arguments)
      #expect(ran.code == 0, "\(ran)")
      return ran
    }

    /// They ask for it themselves, over REST.
    private func remind(_ porch: Porch, _ name: String, _ text: String) async throws {
      let answer = try await porch.post(
        "/api/v1/actions/reminder.create", ["text": .string(text), "schedule": "in 2 seconds"],
        token: try await porch.token(for: name, scope: "read,write"))
      #expect(answer.status == 200, "\(answer.text)")
    }

    @Test(
      "a reminder is mailed: signed in, secured, in Tamil",
      .enabled(if: MailStandIn.isThere, "apt-get install python3-aiosmtpd"), arguments: ["starttls", "tls", "none"])
    func mails(_ security: String) async throws {
      let server = try await MailStandIn(mode: security)
      let porch = try Porch(environment: server.environment(security))
      _ = try await add(
        porch, "add", "Lakshmi", "--persona", "elder", "--language", "ta", "--email", "amma@example.org")
      let doctor = try await porch.run("doctor")
      #expect(doctor.out.contains("127.0.0.1:\(server.port) takes mail"), "\(doctor.out)")
      try await porch.start()
      try await remind(porch, "Lakshmi", "மாத்திரை சாப்பிடு")
      #expect(await eventually(20) { server.mail.count == 1 })
      let mail = try #require(server.mail.first)
      #expect(mail["from"] == "house@example.org" && mail["to"] == ["amma@example.org"])
      #expect(mail["subject"].string?.contains("மாத்திரை சாப்பிடு") == true, "\(mail)")
      #expect(mail["text"].string?.contains("மாத்திரை சாப்பிடு") == true && mail["language"] == "ta")
      #expect(mail["secure"].bool == (security != "none") && mail["defects"] == [])
      #expect(mail["user"] == (security == "none" ? .null : "house"))
      await porch.stop()
      #expect(!porch.log.contains("standin-mail-password"))
    }

    @Test(
      "what fell due while the house was down is mailed at its start",
      .enabled(if: MailStandIn.isThere, "apt-get install python3-aiosmtpd"))
    func mailsAtStart() async throws {
      let server = try await MailStandIn(mode: "none")
      let porch = try Porch(environment: server.environment("none"))
      _ = try await add(porch, "add", "Lakshmi", "--persona", "founder", "--email", "amma@example.org")
      try await porch.start()
      // many, because the first of them is told before anything else has begun
      for number in 1...12 { try await remind(porch, "Lakshmi", "tea \(number)") }
      await porch.kill()
      let due = Stopwatch.now + 2.1
      await eventually(10) { Stopwatch.now > due }
      try await porch.start()
      try await porch.settles()
      let doors = try await porch.rows("SELECT DISTINCT door FROM outbox WHERE person IS NOT NULL") { $0.text(0) }
      #expect(server.mail.contains { $0["text"].string?.contains("tea") == true } && doors == ["email"], "\(doors)")
      await porch.stop()
    }

    @Test(
      "who is not there, what is not taken now and a server that cannot be trusted: each has its end",
      .enabled(if: MailStandIn.isThere, "apt-get install python3-aiosmtpd"))
    func refusals() async throws {
      let server = try await MailStandIn(mode: "starttls")
      let porch = try Porch(environment: server.environment("starttls"))
      for name in ["nobody", "later", "spam"] {
        _ = try await add(porch, "add", name, "--persona", "founder", "--email", "\(name)@example.org")
      }
      try await porch.start()
      for name in ["nobody", "later", "spam"] { try await remind(porch, name, "x") }
      #expect(await eventually(20) { server.mail.count == 1 })
      #expect(server.mail.first?["to"] == ["later@example.org"])
      func states() async throws -> [String] {
        try await porch.rows("SELECT user, state FROM outbox WHERE door = 'email' ORDER BY user") { row in
          "\(row.text(0).prefix { $0 != "@" }) \(row.text(1))"
        }
      }
      _ = try await eventually(10) { try await states() == ["later sent", "nobody failed", "spam failed"] }
      #expect(try await states() == ["later sent", "nobody failed", "spam failed"])
      let token = try await porch.token(for: NSUserName(), scope: "read")
      let health = try await porch.post("/api/v1/actions/doors.health", [:], token: token)
      #expect(health.text.contains("knows no such recipient (550)") || health.text.contains("(554)"), "\(health.text)")
      await porch.stop()
      #expect(
        try await porch.rows("SELECT user, is_reachable FROM addresses WHERE door = 'email' ORDER BY user") { row in
          row.integer(1)
        } == [1, 0, 1])

      let wrong = try Porch(environment: server.environment("starttls", password: "another-password"))
      #expect(try await wrong.run("doctor").out.contains("does not take the user and password"))
      var untrusted = server.environment("starttls")
      untrusted["THINNAI_EMAIL_AUTHORITY"] = .some(nil)
      #expect(try await Porch(environment: untrusted).run("doctor").out.contains("cannot be trusted"))
      #expect(try await Porch(environment: server.environment("tls")).run("doctor").out.contains("cannot be trusted"))
    }

    @Test(
      "who blocked the bot is mailed", .enabled(if: MailStandIn.isThere, "apt-get install python3-aiosmtpd"))
    func blocked() async throws {
      let server = try await MailStandIn(mode: "none")
      let telegram = try TelegramStandIn()
      telegram.fates.set { $0.blocked = ["555"] }
      let porch = try Porch(telegram: telegram, environment: server.environment("none"))
      _ = try await add(porch, "add", "Meena", "--persona", "founder", "--telegram", "555", "--email", "m@example.org")
      try await porch.start()
      try await remind(porch, "Meena", "call the plumber")
      #expect(await eventually(20) { server.mail.count == 1 })
      #expect(server.mail.first?["text"].string?.contains("call the plumber") == true)
      let states = try await porch.rows("SELECT door, state FROM outbox ORDER BY rowid") {
        "\($0.text(0)) \($0.text(1))"
      }
      #expect(states.first == "telegram failed" && states.last?.hasPrefix("email") == true)
      await porch.stop()
    }

    /// Takes calls and keeps them.
    private final class Receiver: HTTPHandler {
      let calls = Mutex<[(head: HTTPRequestHead, body: [UInt8])]>([])
      func admit(_ head: HTTPRequestHead) -> Admission { .accept(bodyLimit: 1 << 20) }
      func handle(_ request: HTTPRequest) async -> HTTPResponse {
        let isFirst = calls.withLock { calls in
          calls.append((request.head, request.body))
          return calls.count == 1
        }
        return isFirst ? HTTPResponse(status: 503, headers: ["Retry-After": "1"]) : .empty(200)
      }
    }

    @Test("a webhook is called with a signature that its secret checks, again after a 503, and only where it may go")
    func webhook() async throws {
      let receiver = Receiver()
      let server = try HTTPServer(handler: receiver)
      let port = try server.start()
      let url = "http://127.0.0.1:\(port)/told"
      let porch = try Porch(
        environment: ["THINNAI_WEBHOOK_OPEN": "yes", "THINNAI_WEBHOOK_NETWORKS": "127.0.0.1"])
      _ = try await add(porch, "add", "Anbu", "--persona", "founder")
      let bound = try await add(porch, "bind", "Anbu", "--webhook", url, "--json")
      let secret = try #require(
        bound.out.split { $0 == "\"" || $0.isWhitespace }.first { $0.hasPrefix("whsec_") }.map(String.init), "\(bound)")
      try await porch.start()
      try await remind(porch, "Anbu", "call the plumber")
      #expect(await eventually(20) { receiver.calls.withLock { $0.count } >= 2 })
      let calls = receiver.calls.withLock { $0 }
      #expect(Set(calls.map { $0.head.headers["webhook-id"] }).count == 1)
      let key = try #require(Base64.decode(String(secret.dropFirst(6))))
      for call in calls {
        let id = try #require(call.head.headers["webhook-id"])
        let time = try #require(call.head.headers["webhook-timestamp"])
        let signature = HMAC.sha256(key: key, message: Array("\(id).\(time).".utf8) + call.body)
        #expect(call.head.headers["webhook-signature"] == "v1," + Base64.encode(signature))
      }
      let body = try JSON.parse(try #require(calls.last).body)
      #expect(body["data"]["text"].string?.contains("call the plumber") == true)
      await porch.stop()
      // closed to the house's own network, it calls nobody
      let closed = try Porch(environment: ["THINNAI_WEBHOOK_OPEN": "yes"])
      let refused = try await closed.run("people", "add", "Anbu", "--persona", "founder", "--webhook", url)
      #expect(refused.code == 1 && refused.err.contains("needs an https address"), "\(refused)")
      let secure = "https" + url.dropFirst(4)
      let inside = try await closed.run("people", "add", "Anbu", "--persona", "founder", "--webhook", secure)
      #expect(inside.code == 1 && inside.err.contains("not open for addresses from outside"), "\(inside)")
      // taken while that network was open, and called no more when it is closed
      let taken = try await closed.run(
        "people", "add", "Anbu", "--persona", "founder", "--webhook", secure,
        environment: ["THINNAI_WEBHOOK_NETWORKS": "127.0.0.1"])
      #expect(taken.code == 0, "\(taken)")
      try await closed.start()
      try await remind(closed, "Anbu", "x")
      #expect(await eventually(10) { closed.log.contains("could not be delivered") })
      #expect(receiver.calls.withLock { $0.count } == calls.count)
      await closed.stop()
      await server.stop(graceful: .seconds(1))
    }
  }
}
