import Base
import Benchmarking
import Formats
import Foundation
import HTTP
import Testing

extension DoorstepTests {
  /// What strangers, logs and the network may not have.
  @Suite("Secrets and strangers", .timeLimit(.minutes(3)))
  struct SecurityTests {
    @Test("a door without its secret does not start")
    func closed() async throws {
      let telegram = try TelegramStandIn()
      let whatsApp = try WhatsAppStandIn()
      let porch = try Porch(
        telegram: telegram, telegramSecret: nil, whatsApp: whatsApp, environment: ["THINNAI_WHATSAPP_APP_SECRET": nil])
      try await porch.start()
      let text = Telegram.text("hello", from: 1, update: 1).bytes()
      for headers in [[:], ["X-Telegram-Bot-Api-Secret-Token": ""]] as [HTTPHeaders] {
        let answer = try await porch.post("/telegram/webhook", text, headers: headers)
        #expect(answer.status >= 400 && answer.status < 500, "\(answer.status)")
      }
      let body = WhatsApp.envelope([], number: whatsApp.phoneNumberID).bytes()
      let unsigned = try await porch.post(
        "/whatsapp/webhook", body, headers: ["X-Hub-Signature-256": WhatsApp.signature(body, secret: "")])
      #expect(unsigned.status >= 400 && unsigned.status < 500, "\(unsigned.status)")
      // With neither secret nor address the bot is asked for updates, as behind a home router.
      telegram.push(Telegram.text("hello", from: 4_242, update: 5))
      #expect(await eventually { telegram.sent(to: 4_242).count == 1 }, "polling answers a stranger with a code")
      #expect(await porch.stop() == 0)
    }

    @Test("a blank secret is no secret")
    func blank() async throws {
      let telegram = try TelegramStandIn()
      let porch = try Porch(telegram: telegram, telegramSecret: "   ")
      try await porch.start()
      let text = Telegram.text("hello", from: 1, update: 1).bytes()
      let answer = try await porch.post(
        "/telegram/webhook", text, headers: ["X-Telegram-Bot-Api-Secret-Token": "   "])
      #expect(answer.status >= 400, "\(answer.status)")
      await porch.stop()
    }

    @Test("WhatsApp's verification answers only the right token")
    func verification() async throws {
      let porch = try Porch(whatsApp: try WhatsAppStandIn())
      try await porch.start()
      let path = "/whatsapp/webhook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
      let right = try await porch.get(path + "standin-verify")
      #expect(right.status == 200 && right.text == "1158201444")
      for wrong in ["", "x", "standin-verify2"] {
        #expect(try await porch.get(path + wrong).status >= 400)
      }
      await porch.stop()
    }

    @Test("strangers get a code and nothing else; groups get nothing")
    func strangers() async throws {
      let telegram = try TelegramStandIn()
      let porch = try Porch(telegram: telegram)
      try await porch.start()
      for index in 0..<5 {
        #expect(try await porch.deliver(Telegram.text("what are my reminders", from: 777, update: 100 + index)) == 200)
      }
      var group = Telegram.text("hello all", from: 778, update: 300)
      group["message"]["chat"] = ["id": -1_001_234, "title": "Street", "type": "supergroup"]
      #expect(try await porch.deliver(group) == 200)
      try await porch.settles()
      #expect(telegram.sent(to: -1_001_234).isEmpty && telegram.sent(to: 778).isEmpty)
      let texts = telegram.sent(to: 777).map(\.text)
      let words = texts.flatMap { $0.split { !$0.isLetter && !$0.isNumber }.map(String.init) }
      let codes = words.filter { $0.count == 8 && $0 == $0.uppercased() }
      let code = try #require(codes.first, "no code in \(texts)")
      let list = try await porch.run("people", "list", "--json")
      #expect(!list.out.contains(code), "the code is the asker's to show")
      let approved = try await porch.run("people", "approve", code, "--name", "Guest")
      #expect(approved.code == 0, "\(approved)")
      let again = try await porch.run("people", "approve", code)
      #expect(again.code != 0, "a code is good once")
      let before = telegram.sent(to: 777).count
      #expect(try await porch.deliver(Telegram.text("hello", from: 777, update: 400)) == 200)
      #expect(await eventually { telegram.sent(to: 777).count > before })
      await porch.stop()
    }

    @Test("listens on loopback only, and REST wants a token")
    func loopback() async throws {
      let porch = try Porch()
      try await porch.start()
      // All of 127/8 is this machine, so a server that listens everywhere would accept at 127.0.0.2 as well.
      #expect(await Wire.accepts("127.0.0.1", porch.port))
      for address in ["127.0.0.2", "::1"] + Wire.ownAddresses {
        #expect(await !Wire.accepts(address, porch.port), "\(address) is open")
      }
      for path in ["/assistant/invoke", "/api/v1/actions/task.add", "/users/register"] {
        let answer = try await porch.post(path, ["text": "hello"])
        #expect(answer.status == 401 || answer.status == 403, "\(path): \(answer.status)")
        #expect((try? JSON.parse(answer.body))?["error"]["code"].string != nil, "\(path): \(answer.text)")
      }
      let reader = try await porch.token(for: NSUserName(), scope: "read")
      let refused = try await porch.post("/api/v1/actions/task.add", ["title": "x"], token: reader)
      #expect(refused.status == 403, "\(refused.status) \(refused.text)")
      await porch.stop()
    }
  }
}
