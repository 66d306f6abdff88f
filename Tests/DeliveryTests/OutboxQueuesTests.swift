import Base
import Messages
import People
import Testing

@testable import Delivery

@Suite("Which message may leave")
struct OutboxQueuesTests {
  static let start = Instant(microseconds: 1_764_000_000_000_000)

  private func item(
    _ id: String, chat: String = "c", urgency: Urgency = .normal, due: Duration = .zero, retry: Duration? = nil
  ) -> OutboxItem {
    var item = OutboxItem(
      tenant: TenantID("home"), id: id, person: PersonID("p"), address: Address(door: "telegram", user: "u"), chat: chat,
      message: OutboundMessage(text: StyledText(id)), urgency: urgency, dueAt: Self.start + due)
    item.retryAt = retry.map { Self.start + $0 }
    return item
  }

  private func lane(_ chat: String = "c") -> ConversationKey {
    ConversationKey(door: "telegram", account: "", chat: chat)
  }

  /// Sends everything that may go at an instant.
  private func drain(_ queues: inout OutboxQueues, _ after: Duration = .zero, pace: Pace = Pace()) -> [String] {
    var sent: [String] = []
    while let item = queues.next(lane(), pace: pace, now: Self.start + after) {
      sent.append(item.id)
      queues.remove(item)
    }
    return sent
  }

  @Test("first in, first out; only the first wakes a worker")
  func order() {
    var queues = OutboxQueues()
    #expect(queues.add(item("1")))
    #expect(!queues.add(item("2")))
    #expect(drain(&queues) == ["1", "2"])
    #expect(queues.add(item("3")), "a worker has let go of the chat")
  }

  @Test("what is here already is not taken twice")
  func twice() {
    var queues = OutboxQueues()
    _ = queues.add(item("1"))
    _ = queues.add(item("1"))
    #expect(queues.count == 1)
    #expect(drain(&queues) == ["1"])
  }

  @Test("emergencies go first, in their own order")
  func emergencies() {
    var queues = OutboxQueues()
    for (id, urgency) in [("1", Urgency.normal), ("e1", .emergency), ("2", .normal), ("e2", .emergency)] {
      _ = queues.add(item(id, urgency: urgency))
    }
    #expect(drain(&queues) == ["e1", "e2", "1", "2"])
  }

  @Test("a retry holds the chat, the morning does not")
  func waiting() {
    var queues = OutboxQueues()
    _ = queues.add(item("morning", urgency: .low, due: .hours(8)))
    _ = queues.add(item("again", retry: .seconds(30)))
    _ = queues.add(item("later"))
    #expect(drain(&queues).isEmpty)
    #expect(queues.wake(Self.start + .seconds(29)).isEmpty)
    #expect(queues.wake(Self.start + .seconds(30)) == [lane()])
    #expect(drain(&queues, .seconds(30)) == ["again", "later"])
    #expect(queues.wake(Self.start + .hours(8)) == [lane()])
    #expect(drain(&queues, .hours(8)) == ["morning"])
    #expect(queues.count == 0)
  }

  @Test("an emergency waits neither for the pace nor behind a retry")
  func emergencyPace() {
    var queues = OutboxQueues()
    let pace = Pace(perChat: 1, chatBurst: 1, total: 1)
    _ = queues.add(item("1"))
    _ = queues.add(item("2", retry: .minutes(5)))
    #expect(drain(&queues, pace: pace) == ["1"])
    #expect(queues.add(item("e", urgency: .emergency)))
    #expect(drain(&queues, pace: pace) == ["e"])
  }

  @Test("one a second to a chat after the burst")
  func pace() {
    var queues = OutboxQueues()
    let pace = Pace(perChat: 1, chatBurst: 3)
    for id in 1...6 { _ = queues.add(item("\(id)")) }
    #expect(drain(&queues, pace: pace) == ["1", "2", "3"])
    for second in 1...3 {
      #expect(queues.wake(Self.start + .seconds(second)) == [lane()])
      #expect(drain(&queues, .seconds(second), pace: pace) == ["\(second + 3)"])
    }
  }

  @Test("dropped chats are forgotten until the next start")
  func dropped() {
    var queues = OutboxQueues()
    _ = queues.add(item("1"))
    queues.drop(lane())
    #expect(queues.count == 0)
    #expect(queues.next(lane(), pace: Pace(), now: Self.start) == nil)
    #expect(queues.add(item("1")))
  }
}
