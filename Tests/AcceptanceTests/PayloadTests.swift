import Base
import Benchmarking
import Foundation
import Formats
import HTTP
import RoomTesting
import Store
import Testing

extension DoorstepTests {
  /// Every recorded payload over the real socket, whole and broken in every way a network or a stranger breaks it.
  @Suite("Payloads", .timeLimit(.minutes(5)))
  struct PayloadTests {
    struct Payload: Sendable, CustomStringConvertible {
      let door: String
      let name: String
      let bytes: [UInt8]
      var description: String { "\(door)/\(name)" }
    }

    static let all: [Payload] = ["telegram", "whatsapp"].flatMap { door -> [Payload] in
      let folder = Porch.share + "/Fixtures/payloads/" + door
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
      return names.filter { $0.hasSuffix(".json") }.compactMap { name in
        FileManager.default.contents(atPath: folder + "/" + name).map {
          Payload(door: door, name: name, bytes: Array($0))
        }
      }
    }

    /// The phone number id that the recordings name, so that they count as ours.
    private static func number(_ payloads: [Payload]) -> [String] {
      payloads.compactMap { payload in
        let value = (try? JSON.parse(payload.bytes))?["entry"][0]["changes"][0]["value"]
        return value?["metadata"]["phone_number_id"].string
      }
    }

    private static func head(_ payload: Payload, _ bytes: [UInt8], signed: String? = nil, extra: String = "") -> [UInt8]
    {
      let credential =
        payload.door == "telegram"
        ? "X-Telegram-Bot-Api-Secret-Token: \(signed ?? Telegram.secret)"
        : "X-Hub-Signature-256: \(signed ?? WhatsApp.signature(bytes))"
      let head = """
        POST /\(payload.door)/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(credential)\r\n\
        \(extra)Content-Length: \(bytes.count)\r\n\r\n
        """
      return Array(head.utf8) + bytes
    }

    @Test("are accepted whole; broken ones get their status, and nothing acts on them")
    func storm() async throws {
      try #require(Self.all.count >= 30)
      let telegram = try TelegramStandIn()
      let whatsApp = try WhatsAppStandIn()
      let porch = try Porch(telegram: telegram, whatsApp: whatsApp)
      try await porch.start()
      let port = porch.port
      for payload in Self.all {
        let bytes = payload.bytes
        let wrong = payload.door == "telegram" ? "wrong" : "sha256=" + String(repeating: "0", count: 64)
        var refused: [(String, [UInt8], ClosedRange<Int>)] = [
          ("wrong signature", Self.head(payload, bytes, signed: wrong), 401...403),
          ("empty signature", Self.head(payload, bytes, signed: ""), 400...403),
          ("truncated", Self.head(payload, Array(bytes.prefix(bytes.count / 2))), 400...400),
          ("empty", Self.head(payload, []), 400...400),
          ("a word", Self.head(payload, Array("hello".utf8)), 400...400),
          ("a list", Self.head(payload, Array("[1,2]".utf8)), 200...400),
          ("wrongly typed", Self.head(payload, Array(#"{"update_id":"x","entry":7,"object":[]}"#.utf8)), 200...400),
          ("deeply nested", Self.head(payload, Array((String(repeating: "[", count: 100_000)).utf8)), 400...413),
          (
            "deeply nested objects", Self.head(payload, Array((String(repeating: #"{"a":"#, count: 20_000)).utf8)),
            400...413
          ),
          (
            "invalid UTF-8",
            Self.head(
              payload, Array(#"{"update_id":1,"message":{"text":""#.utf8) + [0xFF, 0xC3, 0x28] + Array(#""}}"#.utf8)),
            200...400
          ),
          ("oversized", Self.head(payload, [UInt8](repeating: 32, count: 9 << 20)), 413...413),
        ]
        let name = payload.door == "telegram" ? "X-Telegram-Bot-Api-Secret-Token" : "X-Hub-Signature-256"
        let good = payload.door == "telegram" ? Telegram.secret : WhatsApp.signature(bytes)
        refused.append(
          (
            "two signatures, one wrong", Self.head(payload, bytes, signed: wrong, extra: "\(name): \(good)\r\n"),
            400...403
          ))
        let bare = """
          POST /\(payload.door)/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
          Content-Length: \(bytes.count)\r\n\r\n
          """
        refused.append(("no signature", Array(bare.utf8) + bytes, 401...403))
        for (kind, request, statuses) in refused {
          let answer = await Wire.exchange(port, request)
          #expect(statuses.contains(answer.status), "\(payload), \(kind): \(answer.status) \(answer.text.suffix(200))")
        }
      }
      #expect(porch.process?.isRunning == true)
      try await porch.settles()
      #expect(telegram.sent.isEmpty)
      #expect(whatsApp.calls.isEmpty)
      // Refused unread: a stranger's long body costs nothing.
      let started = Stopwatch.now
      let unread = await Wire.exchange(
        port,
        Array(
          "POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: no\r\nContent-Length: 4000000\r\n\r\n{"
            .utf8))
      #expect((401...403).contains(unread.status))
      #expect(Stopwatch.now - started < 5, "the body was waited for")

      for payload in Self.all where !payload.name.hasPrefix("response_") && !payload.name.hasPrefix("getupdates") {
        let answer = await Wire.exchange(port, Self.head(payload, payload.bytes))
        #expect((200..<300).contains(answer.status), "\(payload): \(answer.status) \(answer.text.suffix(200))")
      }
      let peak = (porch.process?.kilobytes("VmHWM") ?? 0) / 1_024
      #expect(peak < 400, "the storm cost \(peak) MB")
      #expect(await porch.stop() == 0)
      let odd = try await porch.rows("SELECT count(*) FROM inbox WHERE state = 'waiting'") { $0.integer(0) }
      #expect(odd == [0])
    }

    /// Every kind of update that is not for us, of both platforms; none may act, even from somebody who is known.
    static let others: [(door: String, json: String)] = {
      let person = #""from":{"id":555,"is_bot":false,"first_name":"A"}"#
      let chat = #""chat":{"id":555,"type":"private"}"#
      let message = #"{"message_id":1,\#(person),\#(chat),"date":1760000000,"text":"add expense 5 for tea"}"#
      let kinds: [(String, String)] = [
        ("channel_post", message), ("edited_channel_post", message), ("business_message", message),
        ("edited_business_message", message), ("guest_message", message),
        ("business_connection", #"{"id":"b","user":{"id":555},"user_chat_id":555,"date":1,"is_enabled":true}"#),
        ("deleted_business_messages", #"{"business_connection_id":"b",\#(chat),"message_ids":[1]}"#),
        (
          "message_reaction",
          #"{\#(chat),"user":{"id":555},"message_id":1,"date":1,"old_reaction":[],"new_reaction":[]}"#
        ),
        ("message_reaction_count", #"{\#(chat),"message_id":1,"date":1,"reactions":[]}"#),
        ("inline_query", #"{"id":"1",\#(person),"query":"add expense 5 for tea","offset":""}"#),
        ("chosen_inline_result", #"{"result_id":"1",\#(person),"query":"add expense 5"}"#),
        ("shipping_query", #"{"id":"1",\#(person),"invoice_payload":"x","shipping_address":{}}"#),
        ("pre_checkout_query", #"{"id":"1",\#(person),"currency":"INR","total_amount":5,"invoice_payload":"x"}"#),
        ("purchased_paid_media", #"{\#(person),"paid_media_payload":"x"}"#),
        ("poll", #"{"id":"1","question":"add expense 5?","options":[],"is_closed":false}"#),
        ("poll_answer", #"{"poll_id":"1","user":{"id":555},"option_ids":[0]}"#),
        ("chat_member", #"{\#(chat),\#(person),"date":1,"new_chat_member":{"status":"member"}}"#),
        ("chat_join_request", #"{"chat":{"id":-5,"type":"group"},\#(person),"user_chat_id":555,"date":1}"#),
        ("chat_boost", #"{\#(chat),"boost":{}}"#), ("removed_chat_boost", #"{\#(chat),"boost_id":"1"}"#),
        ("a_kind_of_next_year", #"{"text":"add expense 5 for tea"}"#),
      ]
      let services = [
        "new_chat_title", "delete_chat_photo", "group_chat_created", "pinned_message", "successful_payment",
        "refunded_payment", "users_shared", "chat_shared", "gift", "unique_gift", "write_access_allowed",
        "boost_added", "forum_topic_created", "giveaway_completed", "video_chat_started", "web_app_data",
        "message_auto_delete_timer_changed", "proximity_alert_triggered", "checklist_tasks_done",
      ]
      let fields = [
        "smb_message_echoes", "calls", "user_preferences", "message_template_status_update", "account_update",
        "phone_number_quality_update", "template_category_update", "history", "flows", "security",
      ]
      let said =
        #""messages":[{"from":"919900","id":"wamid.o","timestamp":"1","type":"text","text":{"body":"add expense 5 for tea"}}]"#
      let members = [
        #""messages":[{"from":"919900","id":"wamid.r","timestamp":"1","type":"reaction","reaction":{"message_id":"x","emoji":"👍"}}]"#,
        #""messages":[{"from":"919900","id":"wamid.t","timestamp":"1","type":"revoke","revoke":{"original_message_id":"x"}}]"#,
        #""messages":[{"from":"919900","id":"wamid.e","timestamp":"1","type":"edit","edit":{}}]"#,
        #""messages":[{"from":"15550100","id":"wamid.s","timestamp":"1","type":"text","text":{"body":"ours"}}]"#,
        #""messages":[{"from":"919900","id":"wamid.i","timestamp":"1","type":"system","system":{"type":"customer_identity_changed"}}]"#,
        #""statuses":[{"id":"wamid.x","status":"warming","recipient_id":"919900"}]"#, #""errors":[{"code":130429}]"#,
        #""contacts":[]"#,
      ]
      func change(_ field: String, _ value: String) -> String {
        #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"\#(field)","value":{"metadata":{"display_phone_number":"15550100","phone_number_id":"106540352242922"},\#(value)}}]}]}"#
      }
      var others: [(door: String, json: String)] = []
      for (index, kind) in kinds.enumerated() {
        others.append(("telegram", #"{"update_id":\#(900 + index),"\#(kind.0)":\#(kind.1)}"#))
      }
      for (index, service) in services.enumerated() {
        let message = #"{"message_id":1,\#(person),\#(chat),"date":1,"\#(service)":{}}"#
        others.append(("telegram", #"{"update_id":\#(950 + index),"message":\#(message)}"#))
      }
      for field in fields { others.append(("whatsapp", change(field, said))) }
      for member in members { others.append(("whatsapp", change("messages", member))) }
      for body in [#"{"object":"page","entry":[]}"#, #"{"object":"whatsapp_business_account"}"#] {
        others.append(("whatsapp", body))
      }
      return others
    }()

    @Test("every other kind of update is passed over with a reason, and nothing acts on it")
    func otherKinds() async throws {
      let telegram = try TelegramStandIn()
      let whatsApp = try WhatsAppStandIn(phoneNumberID: "106540352242922")
      let porch = try Porch(telegram: telegram, whatsApp: whatsApp)
      let added = try await porch.run(
        "people", "add", "Anbu", "--persona", "founder", "--telegram", "555", "--whatsapp", "919900")
      #expect(added.code == 0)
      try await porch.start()
      for (door, json) in Self.others {
        let answer = await Wire.exchange(
          porch.port, Self.head(Payload(door: door, name: "made", bytes: Array(json.utf8)), Array(json.utf8)))
        #expect(answer.status == 200, "\(json.prefix(120)) \(answer.status)")
      }
      #expect(
        await eventually(5) {
          porch.log.split(separator: "\n").count { $0.contains("passed over") } == Self.others.count
        })
      #expect(telegram.calls.allSatisfy { !TelegramStandIn.sends.contains($0.method) } && whatsApp.calls.isEmpty)
      #expect(await porch.stop() == 0)
      #expect(try await porch.rows("SELECT count(*) FROM inbox") { $0.integer(0) } == [0])
    }

    @Test("with any one field of another type, signed by the platform, nothing ends and nothing is left lying")
    func mistyped() async throws {
      let telegram = try TelegramStandIn()
      let whatsApp = try WhatsAppStandIn()
      let porch = try Porch(telegram: telegram, whatsApp: whatsApp)
      try await porch.start()
      let random = SeededRandom(seed: 12)
      for payload in Self.all {
        let variants = HostileBody.variants(of: try JSON.parse(payload.bytes))
        for _ in 0..<12 {
          let bytes = variants[random.below(variants.count)].bytes()
          let answer = await Wire.exchange(porch.port, Self.head(payload, bytes))
          #expect(
            [200, 400].contains(answer.status),
            "\(payload): \(answer.status) \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
      }
      #expect(porch.process?.isRunning == true)
      #expect(await porch.stop() == 0)
      #expect(!porch.log.contains("A turn failed"), "\(porch.log.suffix(2_000))")
      let left = try await porch.rows("SELECT payload FROM inbox WHERE state <> 'done'") { $0.text(0) }
      #expect(left.isEmpty, "\(left)")
      // whoever is not known got a code at most; the owner was told of it
      let acts = try await porch.rows("SELECT count(*) FROM episodes WHERE said <> ''") { $0.integer(0) }
      #expect(acts == [0])
    }

    @Test("replayed, shuffled and batched anew, each has one effect")
    func replays() async throws {
      let telegram = try TelegramStandIn()
      let whatsApp = try WhatsAppStandIn(phoneNumberID: "1122334455667")
      let porch = try Porch(telegram: telegram, whatsApp: whatsApp)
      #expect(try await porch.run("people", "add", "Mario", "--persona", "client", "--telegram", "12345678").code == 0)
      #expect(
        try await porch.run("people", "add", "Test", "--persona", "client", "--whatsapp", "972987654321").code == 0)
      try await porch.start()
      let text = try #require(Self.all.first { $0.door == "telegram" && $0.name == "text.json" })
      await withTaskGroup(of: Int.self) { group in
        for _ in 0..<50 {
          group.addTask { await Wire.exchange(porch.port, Self.head(text, text.bytes)).status }
        }
        for await status in group { #expect(status == 200) }
      }
      // The same messages in several deliveries, in other batches and another order.
      let messages = (0..<12).map {
        WhatsApp.message("hello \($0)", from: "972987654321", id: "wamid.batch\($0)", number: whatsApp.phoneNumberID)
      }
      let random = SeededRandom(seed: 4)
      for round in 0..<6 {
        var shuffled = messages
        if round > 0 {
          for index in shuffled.indices.reversed() { shuffled.swapAt(index, random.below(index + 1)) }
        }
        var rest = shuffled[...]
        while !rest.isEmpty {
          let batch = Array(rest.prefix(1 + random.below(5)))
          rest = rest.dropFirst(batch.count)
          #expect(try await porch.deliverWhatsApp(WhatsApp.envelope(batch, number: whatsApp.phoneNumberID)) == 200)
        }
      }
      #expect(
        await eventually { telegram.sent(to: 12_345_678).count >= 1 && whatsApp.sent(to: "972987654321").count >= 12 })
      try await porch.settles()
      #expect(telegram.sent(to: 12_345_678).count == 1)
      #expect(whatsApp.sent(to: "972987654321").count == 12)
      #expect(await porch.stop() == 0)
    }
  }
}
