import Base
import Formats
import Messages
import RoomTesting
import Testing

@testable import Telegram

@Suite struct PayloadTests {
  /// What every recorded file is read as: `kind from>chat content`, or why it is passed over.
  static let expected: [String: String] = [
    "bot_added_to_group.json": "ignored: service message new_chat_participant",
    "callback_query.json": "callback 666728699048485871 222222222>222222222 press thedata answers 69587",
    "command_entity.json": "update 144064961 100812320>100812320 text /test",
    "contact.json": "update 123456789 12345>12345 contact 911 911",
    "document.json": "update 1 456>456 document a1b2c34d5e6f7g8h9i application/pdf document.pdf 123456",
    "edited_message.json": "edit 62257549 999999999>999999999 text Editing this message edits 23762 answers 23758",
    "location.json": "update 123456789 12345>12345 location 41.899977,12.501028",
    "message_reaction.json": "ignored: update kind message_reaction",
    "message_topic.json": "update 963407580 123456>-1001234567489/33 group text lòklò",
    "my_chat_member.json": "ignored: membership creator",
    "photo.json": "update 144011148 11111111>11111111 photo SAAS image/jpeg 84913 'asdasdasdasdasdasd'",
    "reply_private.json": "update 639974084 6398893480>6398893480 text This is a reply answers 1271",
    "response_429.json": "ignored: no update_id",
    "text.json": "update 123456789 12345678>12345678 text aaaaaaaaaa",
    "voice.json": "update 123456789 12345>12345 voice dfghjjghdjhgd audio/ogg 6448",
  ]

  static func describe(_ update: TelegramUpdate) -> String {
    (update.messages.map(describe) + update.ignored.map { "ignored: " + $0 }).joined(separator: "; ")
  }

  static func describe(_ message: InboundMessage) -> String {
    var parts = [message.kind, message.externalID, "\(message.from.user)>\(message.chat)"]
    if message.isGroup { parts.append("group") }
    switch message.content {
    case .text(let text): parts += ["text", text]
    case .press(let data): parts += ["press", data]
    case .location(let place, let accuracy, let isLive):
      parts += ["location", "\(place.latitude),\(place.longitude)"]
      if let accuracy { parts.append("±\(accuracy)") }
      if isLive { parts.append("live") }
    case .contact(let name, let phone): parts += ["contact", name, phone]
    case .media(let media):
      parts += [media.kind.rawValue, media.handle]
      defer { parts += media.album.map { ["album", $0] } ?? [] }
      parts += [media.type, media.name, media.bytes.map { "\($0)" }, media.caption.map { "'\($0)'" }].compactMap { $0 }
    case .unsupported(let type): parts += ["unsupported", type]
    }
    if let edits = message.edits { parts += ["edits", edits] }
    if let answers = message.answers { parts += ["answers", answers] }
    return parts.joined(separator: " ")
  }

  @Test("reads every recorded payload", arguments: Payload.names)
  func recorded(_ name: String) throws {
    let json = try Payload.json(name)
    if name == "getupdates_single_group.json" {
      #expect(
        Self.describe(read(json["result"][0])) == "update 525704898 1585844777>-45658 group text a message")
    } else {
      #expect(Self.describe(read(json)) == Self.expected[name])
    }
  }

  @Test(
    "a command with our bot's name is the command, marked by an entity or not",
    arguments: [
      ("/help@Thinnai_bot", "/help"), ("/start@thinnai_bot K7QM", "/start K7QM"), ("/help@other_bot", nil),
      ("/help@thinnai_botany", nil), ("write to /help@thinnai_bot", nil),
    ])
  func named(_ text: String, _ command: String?) throws {
    let json: JSON = [
      "update_id": 9,
      "message": ["message_id": 5, "from": ["id": 7], "chat": ["id": 7, "type": "private"], "text": .string(text)],
    ]
    let update = TelegramUpdate(json, account: "1", username: "thinnai_bot")
    #expect(Self.describe(update) == "update 9 7>7 text \(command ?? text)")
  }

  @Test func keepsWhoAndWhen() throws {
    let message = try #require(read(try Payload.json("text.json")).messages.first)
    #expect(message.from == Address(door: "telegram", account: "123456", user: "12345678"))
    #expect(message.senderName == "Mario Bros" && message.languageHint == "it" && message.messageID == "123456")
    #expect(message.sentAt == Instant(seconds: 1_631_818_904) && !message.isGroup)
    #expect(read(try Payload.json("edited_message.json")).messages.first?.sentAt == Instant(seconds: 1_584_985_245))
    #expect(read(try Payload.json("callback_query.json")).presses == ["666728699048485871"])
  }

  struct Made: CustomTestStringConvertible {
    var says: String
    var json: String
    var testDescription: String { says }
    init(_ json: String, _ says: String) {
      self.json = json
      self.says = says
    }
    /// A private message with these members.
    static func message(_ members: String, _ says: String) -> Made {
      Made(#"{"update_id":9,"message":{"message_id":5,"from":{"id":7},"chat":{"id":7},\#(members)}}"#, says)
    }
  }

  @Test(
    "reads other updates",
    arguments: [
      Made.message(#""text":"/start K7QM2XYZ""#, "update 9 7>7 text /start K7QM2XYZ"),
      Made.message(
        #""text":"/help@the_bot me","entities":[{"type":"bot_command","offset":0,"length":13}]"#,
        "update 9 7>7 text /help me"),
      Made.message(
        #""text":"/help@the_bot","entities":[{"type":"bot_command","offset":0,"length":99}]"#,
        "update 9 7>7 text /help@the_bot"),
      Made.message(
        #""text":"/é👩‍👩‍👧@b x","entities":[{"type":"bot_command","offset":0,"length":8}]"#,
        "update 9 7>7 text /é👩‍👩‍👧@b x"),
      Made.message(
        #""location":{"latitude":13.1,"longitude":80.2,"live_period":900,"horizontal_accuracy":12.5}"#,
        "update 9 7>7 location 13.1,80.2 ±12.5 live"),
      Made.message(#""location":{"latitude":91,"longitude":80.2}"#, "update 9 7>7 unsupported location"),
      Made.message(#""venue":{"title":"A"},"location":{"latitude":1,"longitude":2}"#, "update 9 7>7 location 1.0,2.0"),
      Made(
        #"{"update_id":"9","edited_message":{"message_id":5,"from":{"id":"7"},"chat":{"id":"7","type":"private"},"location":{"latitude":1,"longitude":2}}}"#,
        "edit 9 7>7 location 1.0,2.0 live edits 5"),
      Made.message(#""sticker":{"file_id":"s"}"#, "update 9 7>7 sticker s"),
      Made.message(#""video_note":{"file_id":"v"}"#, "update 9 7>7 video v"),
      Made.message(#""document":{"file_id":"d"},"animation":{"file_id":"a"}"#, "update 9 7>7 video a"),
      Made.message(
        #""audio":{"file_id":"a","file_name":"x.mp3"},"caption":"hear""#, "update 9 7>7 audio a x.mp3 'hear'"),
      Made.message(
        #""photo":[{"file_id":"big","width":9000,"height":9000,"file_size":30000000}]"#,
        "update 9 7>7 unsupported photo"),
      Made.message(
        #""media_group_id":"4","photo":[{"file_id":"p","width":1,"height":1}]"#,
        "update 9 7>7 photo p image/jpeg album 4"),
      Made.message(#""poll":{"id":"1"}"#, "update 9 7>7 unsupported poll"),
      Made.message(#""dice":{"value":1}"#, "update 9 7>7 unsupported dice"),
      Made.message(#""forward_date":1,"hologram":{"x":1}"#, "update 9 7>7 unsupported hologram"),
      Made.message(#""date":1"#, "ignored: an empty message"),
      Made.message(#""pinned_message":{"text":"x"}"#, "ignored: service message pinned_message"),
      Made.message(#""write_access_allowed":{}"#, "ignored: service message write_access_allowed"),
      Made(
        #"{"update_id":9,"message":{"from":{"id":7,"is_bot":true},"chat":{"id":7},"text":"x"}}"#, "ignored: from a bot"),
      Made(#"{"update_id":9,"message":{"chat":{"id":7},"text":"x"}}"#, "ignored: no sender"),
      Made(#"{"update_id":9,"message":{"from":{"id":7},"text":"x"}}"#, "ignored: no chat"),
      Made(
        #"{"update_id":9,"message":{"from":{"id":7},"chat":{"id":-3},"migrate_to_chat_id":-1003}}"#,
        "ignored: group moved"),
      Made(#"{"update_id":9,"channel_post":{"chat":{"id":-100},"text":"x"}}"#, "ignored: update kind channel_post"),
      Made(#"{"update_id":9,"x y\n<b>":{}}"#, "ignored: update kind xyb"),
      Made(#"{"update_id":9}"#, "ignored: update kind nothing"),
      Made(
        #"{"update_id":9,"callback_query":{"id":"1","from":{"id":7},"message":{"date":0,"message_id":4,"chat":{"id":7}},"data":"d"}}"#,
        "callback 1 7>7 press d answers 4"),
      Made(
        #"{"update_id":9,"callback_query":{"id":"4382bfdwdsb323b2d9","from":{"id":7},"message":{"message_id":4,"chat":{"id":7}},"data":"d"}}"#,
        "callback 4382bfdwdsb323b2d9 7>7 press d answers 4"),
      Made(
        #"{"update_id":9,"callback_query":{"id":"1","from":{"id":7},"inline_message_id":"i","data":"d"}}"#,
        "ignored: pressed outside a chat"),
      Made(
        #"{"update_id":9,"callback_query":{"id":"1","from":{"id":7},"game_short_name":"g"}}"#,
        "ignored: a press without data"),
    ])
  func made(_ made: Made) throws {
    #expect(Self.describe(read(try JSON.parse(made.json))) == made.says)
  }

  @Test func knowsWhoLeft() throws {
    func member(_ status: String, chat: String) throws -> TelegramUpdate.Membership? {
      read(
        try JSON.parse(
          #"{"update_id":1,"my_chat_member":{"chat":\#(chat),"from":{"id":7},"new_chat_member":{"status":"\#(status)"}}}"#
        )
      ).memberships.first
    }
    let seven = Address(door: "telegram", account: "123456", user: "7")
    #expect(
      try member("kicked", chat: #"{"id":7,"type":"private"}"#)
        == .init(address: seven, chat: "7", isGroup: false, isReachable: false))
    #expect(try member("member", chat: #"{"id":7,"type":"private"}"#)?.isReachable == true)
    #expect(
      try member("left", chat: #"{"id":-9,"type":"group"}"#)
        == .init(address: seven, chat: "-9", isGroup: true, isReachable: false))
    #expect(try member("sleeping", chat: #"{"id":7}"#) == nil)
  }

  @Test("a field of any other type changes no more than its own message", arguments: Payload.names)
  func mutations(_ name: String) throws {
    for json in HostileBody.variants(of: try Payload.json(name)) {
      let update = read(json)
      #expect(update.messages.count + update.ignored.count == 1)
      for message in update.messages {
        #expect(!message.externalID.isEmpty && !message.chat.isEmpty && !message.from.user.isEmpty)
        // What reaches the inbox can be written and read again.
        #expect(InboundMessage(stored: message.stored)?.stored == message.stored)
      }
    }
  }

  @Test("what is passed on is known as somebody else's", arguments: ["forward_date", "forward_origin", "text"])
  func forwarded(_ field: String) throws {
    let json = #"{"update_id":9,"message":{"message_id":5,"from":{"id":7},"chat":{"id":7},"text":"x","\#(field)":"1"}}"#
    #expect(try read(JSON.parse(json)).messages.first?.isForwarded == (field != "text"))
  }
}
