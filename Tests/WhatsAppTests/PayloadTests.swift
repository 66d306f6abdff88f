import Base
import Delivery
import Formats
import Messages
import RoomTesting
import Testing

@testable import WhatsApp

@Suite struct PayloadTests {
  /// What every recorded file is read as.
  static let expected: [String: String] = [
    "button_reply.json": "message wamid.xyzxyz 972987654321 press callback_data answers wamid.xyzxyz",
    "contacts.json":
      "message wamid.HBgNNEMkNETUyNUCDkzNABIYFDNFQjA1zk5NzAzMhQjA5OTFQjNFQkU3AA== 1111111111111 contact Person Ok +55 11 11111-1111",
    "document.json":
      "message wamid.xyzxyz 972987654321 document 1234567890987654321 application/pdf filename.pdf 'caption'",
    "image.json": "message wamid.xyzxyz 972987654321 photo 65463453 image/jpeg",
    "list_reply.json": "message wamid.zyzxyz 972987654321 press callback_data answers wamid.xyzxyz",
    "location_named.json": "message wamid.xyzxyz 972987654321 location 37.4611978,-122.2164385",
    "reaction.json": "ignored: a reaction",
    "status_delivered.json": "status wamid.xyzxyz delivered",
    "status_failed_131053.json": "status wamid.HBgNNTUyNzk5NzAUZBQTI3MzRGRDA3MjgzMDkzNhUCABEYEjNCR2OQA= failed media",
    "status_sent.json": "status wamid.nBgN6TUyN2k5NzAzM5kzNhUCABI8FDNFQjAxQkE5REI4NEUzQ5Y5QTNgAA== sent",
    "system_number_change.json": "move 972987654321>972912345678; ignored: system user_changed_number",
    "template_quick_reply.json": "message wamid.xsidjw 972987654321 press callback_data answers wamid.xyzxyz==",
    "text.json": "message wamid.xyzxyz 972987654321 text Body Text",
    "text_reply.json": "message wamid.xyzxyz 972987654321 text replied text answers wamid.xyzxyz==",
    "unsupported_131051.json":
      "message wamid.nBgN6TUyN2k5NzAzM5kzNhUCABI8FDNFQjAxQkE5REI4NEUzQ5Y5QTNgAA== 1111111111111 unsupported unsupported",
    "voice.json": "message wamid.xyzxyz 972987654321 voice 1234567890987654321 audio/ogg; codecs=opus",
  ]

  static func describe(_ delivery: WhatsAppDelivery) -> String {
    var parts = delivery.messages.map(describe)
    parts += delivery.statuses.map { status in
      (["status", status.externalID, status.state.rawValue] + status.faults.map(\.meaning.rawValue)).joined(
        separator: " ")
    }
    parts += delivery.moves.map { "move \($0.from.user)>\($0.to.user)" }
    return (parts + delivery.ignored.map { "ignored: " + $0 }).joined(separator: "; ")
  }

  static func describe(_ message: InboundMessage) -> String {
    var parts = [message.kind, message.externalID, message.from.user]
    if message.chat != message.from.user { parts.append(">\(message.chat)") }
    if message.isGroup { parts.append("group") }
    switch message.content {
    case .text(let text): parts += ["text", text]
    case .press(let data): parts += ["press", data]
    case .location(let place, _, _): parts += ["location", "\(place.latitude),\(place.longitude)"]
    case .contact(let name, let phone): parts += ["contact", name, phone]
    case .media(let media):
      parts += [media.kind.rawValue, media.handle]
      parts += [media.type, media.name, media.caption.map { "'\($0)'" }].compactMap { $0 }
    case .unsupported(let type): parts += ["unsupported", type]
    }
    if let edits = message.edits { parts += ["edits", edits] }
    if let answers = message.answers { parts += ["answers", answers] }
    return parts.joined(separator: " ")
  }

  /// A delivery of one change with these members.
  static func change(_ members: String, field: String = "messages") throws -> WhatsAppDelivery {
    let text =
      #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"\#(field)","value":{"metadata":{"display_phone_number":"99","phone_number_id":"\#(number)"},\#(members)}}]}]}"#
    return WhatsAppDelivery(try JSON.parse(text), account: number)
  }

  @Test("reads every recorded payload", arguments: Payload.names)
  func recorded(_ name: String) throws {
    let json = try Payload.json(name)
    #expect(Self.describe(WhatsAppDelivery(json, account: Payload.account(json))) == Self.expected[name])
    // The same for another number of the same app.
    #expect(Self.describe(WhatsAppDelivery(json, account: "5")) == "ignored: another number")
  }

  @Test func keepsBothIdsOfThePerson() throws {
    let message = try #require(WhatsAppDelivery(try Payload.json("text.json"), account: number).messages.first)
    #expect(message.from == Address(door: "whatsapp", account: number, user: "972987654321"))
    #expect(message.alias == Address(door: "whatsapp", account: number, user: "US.13491208655302741918"))
    #expect(message.senderName == "Test Name" && message.sentAt == Instant(seconds: 1_697_043_223))
    #expect(message.messageID == "wamid.xyzxyz" && message.chat == "972987654321")
    // The number is withheld: the user id alone.
    let hidden = try Self.change(
      #""contacts":[{"profile":{"name":"N"},"user_id":"IN.77aB"}],"messages":[{"id":"wamid.1","from_user_id":"IN.77aB","type":"text","text":{"body":"x"}}]"#
    )
    #expect(hidden.messages.first?.from.user == "IN.77aB" && hidden.messages.first?.alias == nil)
    #expect(hidden.messages.first?.chat == "IN.77aB" && hidden.messages.first?.senderName == "N")
    // Two contacts: each message gets its own.
    let two = try Self.change(
      #""contacts":[{"profile":{"name":"A"},"wa_id":"1"},{"profile":{"name":"B"},"wa_id":"2","user_id":"IN.2"}],"messages":[{"id":"a","from":"2","type":"text","text":{"body":"x"}},{"id":"b","from":"1","type":"text","text":{"body":"x"}},{"id":"c","from":"3","type":"text","text":{"body":"x"}}]"#
    )
    #expect(two.messages.map(\.senderName) == ["B", "A", ""])
    #expect(two.messages.map(\.alias?.user) == ["IN.2", nil, nil])
  }

  struct Made: CustomTestStringConvertible {
    var says: String
    var json: String
    var testDescription: String { says }
    /// One message with these members.
    init(_ json: String, _ says: String) {
      self.json = #""messages":[{"id":"w","from":"7",\#(json)}]"#
      self.says = says
    }
    init(value json: String, _ says: String) {
      self.json = json
      self.says = says
    }
  }

  @Test(
    "reads other messages",
    arguments: [
      Made(#""type":"video","video":{"id":"5","caption":"see"}"#, "message w 7 video 5 'see'"),
      Made(#""type":"audio","audio":{"id":5,"voice":false}"#, "message w 7 audio 5"),
      Made(#""type":"sticker","sticker":{"id":"5","animated":true}"#, "message w 7 sticker 5"),
      Made(#""type":"image","image":{"caption":"no id"}"#, "message w 7 unsupported image"),
      Made(#""type":"reaction","reaction":{"message_id":"x","emoji":""}"#, "ignored: a reaction removed"),
      Made(#""type":"reaction","reaction":{"message_id":"x"}"#, "ignored: a reaction removed"),
      Made(#""type":"location","location":{"latitude":"1","longitude":2}"#, "message w 7 unsupported location"),
      Made(
        #""type":"contacts","contacts":[{"name":{"first_name":"A"},"phones":[{"wa_id":"1"}]},{"phones":[]},{"phones":[{"phone":"+2"}]}]"#,
        "message w 7 contact A 1; message w#1 7 contact  +2"),
      Made(#""type":"order","order":{"catalog_id":"1"}"#, "message w 7 unsupported order"),
      Made(
        #""type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{}"}}"#,
        "message w 7 unsupported nfm_reply"),
      Made(#""type":"interactive","errors":[{"code":131051}]"#, "message w 7 unsupported interactive"),
      Made(#""type":"button","button":{"text":"Yes","payload":"Yes"}"#, "message w 7 text Yes"),
      Made(#""type":"button","button":{"text":"Yes"}"#, "message w 7 text Yes"),
      Made(#""type":"button","button":{}"#, "message w 7 unsupported button"),
      Made(
        #""type":"edit","edit":{"original_message_id":"o","message":{"type":"text","text":{"body":"new"}}}"#,
        "edit w 7 text new edits o"),
      Made(
        #""type":"edit","edit":{"original_message_id":"o","message":{"type":"image","image":{"id":"5","caption":"c"}}}"#,
        "edit w 7 photo 5 'c' edits o"),
      Made(#""type":"edit","edit":{}"#, "ignored: an edit of nothing"),
      Made(#""type":"revoke","revoke":{"original_message_id":"o"}"#, "ignored: a message taken back"),
      Made(#""type":"request_welcome""#, "message w 7 unsupported request_welcome"),
      Made(#""type":"Holo gram<b>""#, "message w 7 unsupported ologramb"),
      Made(#""text":{"body":"no type"}"#, "message w 7 unsupported unknown"),
      Made(
        #""type":"text","text":{"body":"x"},"group_id":"g1","context":{"forwarded":true}"#,
        "message w 7 >g1 group text x"),
      Made(value: #""messages":[{"from":"7","type":"text"}]"#, "ignored: a message without id"),
      Made(value: #""messages":[{"id":"w","type":"text","text":{"body":"x"}}]"#, "ignored: no sender"),
      Made(value: #""messages":[{"id":"w","from":"99","type":"text","text":{"body":"x"}}]"#, "ignored: from ourselves"),
      Made(
        value:
          #""messages":[{"id":"w","type":"system","system":{"user_id":"MX.2","previous_user_id":"CO.1","type":"user_changed_user_id"}}]"#,
        "move CO.1>MX.2; ignored: system user_changed_user_id"),
      Made(
        value: #""messages":[{"id":"w","from":"7","type":"system","system":{"type":"customer_identity_changed"}}]"#,
        "ignored: system customer_identity_changed"),
      Made(value: #""statuses":[{"id":"w","status":"warming"}]"#, "ignored: a status of unknown kind"),
      Made(value: #""errors":[{"code":130429}]"#, "ignored: error 130429"),
      Made(value: #""x":1"#, "ignored: a change without content"),
    ])
  func made(_ made: Made) throws {
    #expect(Self.describe(try Self.change(made.json)) == made.says)
  }

  @Test func passesOverOtherFields() throws {
    for field in [
      "smb_message_echoes", "calls", "user_preferences", "message_template_status_update", "account_update",
    ] {
      let delivery = try Self.change(
        #""messages":[{"id":"w","from":"7","type":"text","text":{"body":"x"}}]"#, field: field)
      #expect(delivery.messages.isEmpty && delivery.ignored == ["field \(field)"])
    }
    #expect(WhatsAppDelivery(["object": "page"], account: number).ignored == ["another kind of object"])
    #expect(WhatsAppDelivery(["object": "whatsapp_business_account"], account: number).ignored == ["no entry"])
  }

  @Test func readsEveryLevelOfABatch() throws {
    let one = try Payload.json("text.json")
    let status = try Payload.json("status_delivered.json")
    var batch = one
    var change = one["entry"][0]["changes"][0]
    var messages: [JSON] = []
    for index in 0..<3 {
      var message = change["value"]["messages"][0]
      message["id"] = .string("m\(index)")
      messages.append(message)
    }
    change["value"]["messages"] = JSON(messages)
    var entry = one["entry"][0]
    entry["changes"] = JSON([change, status["entry"][0]["changes"][0], change])
    batch["entry"] = JSON([entry, entry])
    let delivery = WhatsAppDelivery(batch, account: number)
    #expect(
      delivery.messages.map(\.externalID) == ["m0", "m1", "m2", "m0", "m1", "m2", "m0", "m1", "m2", "m0", "m1", "m2"])
    #expect(delivery.statuses.count == 2 && delivery.ignored.isEmpty)
  }

  @Test("what is passed on is known as somebody else's", arguments: ["forwarded", "frequently_forwarded", "id"])
  func forwarded(_ field: String) throws {
    let delivery = try Self.change(
      #""messages":[{"id":"w","from":"7","type":"text","text":{"body":"x"},"context":{"\#(field)":true}}]"#)
    #expect(delivery.messages.first?.isForwarded == (field != "id"))
  }

  @Test func statusesOnlyMoveOn() throws {
    typealias State = WhatsAppStatus.State
    #expect(State.delivered.after(.sent) == .delivered && State.sent.after(.read) == .read)
    #expect(State.failed.after(.sent) == .failed && State.failed.after(.delivered) == .delivered)
    #expect(State.delivered.after(.failed) == .delivered && State.sent.after(.failed) == .failed)
    #expect(State.read.after(.played) == .played && State.played.after(.delivered) == .played)
    let failed = try Self.change(
      #""statuses":[{"id":"w","status":"failed","timestamp":"5","recipient_id":"7","biz_opaque_callback_data":"o1","errors":[{"code":131047,"title":"Re-engagement"}]}]"#
    )
    let status = try #require(failed.statuses.first)
    #expect(status.faults.first?.meaning == .windowClosed && status.tracker == "o1" && status.recipient == "7")
    #expect(status.at == Instant(seconds: 5))
  }

  @Test("a field of any other type never harms", arguments: Payload.names)
  func mutations(_ name: String) throws {
    let json = try Payload.json(name)
    for variant in HostileBody.variants(of: json) {
      let delivery = WhatsAppDelivery(variant, account: Payload.account(json))
      #expect(delivery.messages.count + delivery.ignored.count + delivery.statuses.count >= 1)
      for message in delivery.messages {
        #expect(!message.externalID.isEmpty && !message.chat.isEmpty && !message.from.user.isEmpty)
        #expect(InboundMessage(stored: message.stored)?.stored == message.stored)
      }
    }
  }
}
