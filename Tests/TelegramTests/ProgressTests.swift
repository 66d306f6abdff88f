import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Testing

@testable import Delivery
@testable import Telegram

@Suite("An answer that takes long") struct ProgressTests {
  private func methods(_ network: MemoryTransport) -> [String] {
    network.requests.map { String($0.url.split(separator: "/").last ?? "") }
  }

  @Test("is told of by one quiet message, edited while it takes longer, and gone when the answer is there")
  func progress() async throws {
    let network = MemoryTransport { _ in .json(["ok": true, "result": ["message_id": 9]]) }
    let door = try doorOfTests(try await InboxBench(), network)
    let message = InboundMessage(
      from: Address(door: "telegram", account: "123456", user: "77"), kind: "update", externalID: "1", chat: "77",
      content: .text("hello"))
    door.heard(message)
    for seconds in [3, 16, 80] { await door.showWaiting("77", .seconds(seconds)) }
    #expect(
      methods(network) == ["sendChatAction", "sendChatAction", "sendMessage", "sendChatAction", "editMessageText"])
    let (sent, edited) = (network.bodies[2], network.bodies[4])
    #expect(sent["text"] == "⏳ 0:16" && sent["disable_notification"] == true && sent["chat_id"] == 77)
    #expect(edited["text"] == "⏳ 1:20" && edited["message_id"] == 9)
    // the other of two messages still waits
    door.heard(message)
    door.handled(message)
    #expect(door.typing.isWaiting("77"))
    door.handled(message)
    let chat = try #require(await door.finished.next())
    await door.endProgress(chat)
    await door.endProgress(chat)
    #expect(methods(network).count == 6 && methods(network).last == "deleteMessage")
    #expect(network.bodies.last?["message_id"] == 9)
  }

  @Test("and is not left behind when the answer comes while it is sent")
  func late() async throws {
    let network = MemoryTransport { _ in .json(["ok": true, "result": ["message_id": 9]]) }
    let door = try doorOfTests(try await InboxBench(), network)
    await door.showWaiting("77/4", .seconds(20))
    #expect(methods(network) == ["sendChatAction", "sendMessage", "deleteMessage"])
    #expect(network.bodies.last?["chat_id"] == 77)
  }
}
