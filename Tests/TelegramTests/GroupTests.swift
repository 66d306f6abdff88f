import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Synchronization
import Testing

@testable import Delivery
@testable import Telegram

@Suite("Groups, topics and moves") struct GroupTests {
  private func said(_ members: String, chat: String = #"{"id":-100,"type":"supergroup"}"#) throws -> InboundMessage? {
    let json = try JSON.parse(
      #"{"update_id":9,"message":{"message_id":5,"from":{"id":7,"first_name":"L"},"chat":\#(chat),\#(members)}}"#)
    return TelegramUpdate(json, account: "123456", username: "Thinnai_Bot").messages.first
  }

  struct Called: CustomTestStringConvertible {
    let testDescription: String
    let members: String
    /// The words that are left, or `nil` when it is not said to us.
    let text: String?
    init(_ name: String, _ members: String, _ text: String?) {
      (testDescription, self.members, self.text) = (name, members, text)
    }
  }

  @Test(
    "only who names the bot or answers it talks to it",
    arguments: [
      Called("nobody", #""text":"what is next""#, nil),
      Called(
        "named", #""text":"@thinnai_bot, what is next","entities":[{"type":"mention","offset":0,"length":12}]"#,
        "what is next"),
      Called(
        "named at the end", #""text":"அம்மா 😀 @Thinnai_bot","entities":[{"type":"mention","offset":9,"length":12}]"#,
        "அம்மா 😀"),
      Called("another", #""text":"@other_bot hi","entities":[{"type":"mention","offset":0,"length":10}]"#, nil),
      Called("longer name", #""text":"@thinnai_bott hi","entities":[{"type":"mention","offset":0,"length":13}]"#, nil),
      Called("name without entity", #""text":"@thinnai_bot hi""#, nil),
      Called(
        "linked", #""text":"Bot hi","entities":[{"type":"text_mention","offset":0,"length":3,"user":{"id":123456}}]"#,
        "hi"),
      Called(
        "another linked",
        #""text":"Bot hi","entities":[{"type":"text_mention","offset":0,"length":3,"user":{"id":5}}]"#, nil),
      Called(
        "command", #""text":"/today@thinnai_bot now","entities":[{"type":"bot_command","offset":0,"length":18}]"#,
        "/today now"),
      Called("command to all", #""text":"/today","entities":[{"type":"bot_command","offset":0,"length":6}]"#, nil),
      Called("answer", #""text":"done","reply_to_message":{"message_id":3,"from":{"id":123456}}"#, "done"),
      Called("answer to another", #""text":"done","reply_to_message":{"message_id":3,"from":{"id":8}}"#, nil),
      Called("broken entity", #""text":"@thinnai_bot","entities":[{"type":"mention","offset":3,"length":90}]"#, nil),
      Called("negative entity", #""text":"@thinnai_bot","entities":[{"type":"mention","offset":-1,"length":12}]"#, nil),
    ])
  func calls(_ row: Called) throws {
    let message = try #require(try said(row.members))
    guard let text = row.text else {
      #expect(message.isGroup && message.askedIn == nil && message.chat == "-100")
      return
    }
    #expect(!message.isGroup && message.askedIn == "-100" && message.chat == "7" && message.text == text)
    #expect(InboundMessage(stored: message.stored)?.askedIn == "-100")
  }

  @Test("a picture's words call as well; before Telegram told the name, nothing does")
  func captions() throws {
    let photo =
      #""photo":[{"file_id":"p","width":1,"height":1}],"caption":"@thinnai_bot keep it","caption_entities":[{"type":"mention","offset":0,"length":12}]"#
    let message = try #require(try said(photo))
    #expect(message.askedIn == "-100" && message.text == "keep it")
    let json = try JSON.parse(
      #"{"update_id":9,"message":{"from":{"id":7},"chat":{"id":-100},"text":"@thinnai_bot","entities":[{"type":"mention","offset":0,"length":12}]}}"#
    )
    #expect(TelegramUpdate(json, account: "123456").messages.first?.isGroup == true)
  }

  @Test("a topic is kept, the general one is the chat itself")
  func topics() throws {
    let topic = #""is_topic_message":true,"message_thread_id":44,"#
    let call = #""text":"@thinnai_bot hi","entities":[{"type":"mention","offset":0,"length":12}]"#
    #expect(try said(topic + call)?.askedIn == "-100/44")
    #expect(try said(topic + #""text":"hi""#)?.chat == "-100/44")
    #expect(try said(#""is_topic_message":true,"message_thread_id":1,"text":"hi""#)?.chat == "-100")
    #expect(try said(#""message_thread_id":44,"text":"hi""#)?.chat == "-100", "a thread of answers is no topic")
    #expect(try said(topic + #""text":"hi""#, chat: #"{"id":7,"type":"private"}"#)?.chat == "7/44")
  }

  @Test("answers go to the topic")
  func sendsToTheTopic() async throws {
    let network = MemoryTransport { _ in .json(["ok": true, "result": ["message_id": 1]]) }
    let door = try doorOfTests(try await InboxBench(), network)
    _ = await door.send(item(OutboundMessage(text: StyledText("hi")), chat: "-100/44"), picture: nil)
    _ = await door.send(item(OutboundMessage(text: StyledText("hi")), chat: "-100"), picture: nil)
    await door.showTyping(chat: "-100/44")
    #expect(network.bodies.map { $0["chat_id"] } == [-100, -100, -100])
    #expect(network.bodies.map { $0["message_thread_id"] } == [44, .null, 44])
  }

  @Test("a group that moved is written to at its new id: told in an answer or in an update")
  func moves() async throws {
    let moved: JSON = [
      "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
      "parameters": ["migrate_to_chat_id": -1009],
    ]
    let network = MemoryTransport([.json(moved, status: 400)]) { _ in .json(["ok": true, "result": ["message_id": 1]]) }
    let bench = try await InboxBench()
    let door = try doorOfTests(bench, network)
    func send(_ chat: String) async {
      guard case .sent = await door.send(item(OutboundMessage(text: StyledText("hi")), chat: chat), picture: nil) else {
        Issue.record("not sent")
        return
      }
    }
    await send("-9")
    await send("-9/4")
    let update: JSON = [
      "update_id": 1, "message": ["from": ["id": 7], "chat": ["id": -8], "migrate_to_chat_id": -1008],
    ]
    #expect(await door.handle(post(update.bytes())).status == 200)
    await send("-8")
    #expect(network.bodies.map { $0["chat_id"] } == [-9, -1009, -1009, -1008])
    #expect(network.bodies[2]["message_thread_id"] == 4)
  }

  @Test("one that is moved in a circle is given up")
  func circle() async throws {
    let network = MemoryTransport { _ in
      .json(
        ["ok": false, "error_code": 400, "description": "moved", "parameters": ["migrate_to_chat_id": -9]], status: 400)
    }
    let door = try doorOfTests(try await InboxBench(), network)
    guard case .refused = await door.send(item(OutboundMessage(text: StyledText("hi")), chat: "-9"), picture: nil)
    else {
      Issue.record("not refused")
      return
    }
    #expect(network.requests.count <= 2)
  }
}
