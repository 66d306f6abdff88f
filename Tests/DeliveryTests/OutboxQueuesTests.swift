import Base
import Messages
import People
import Testing

@testable import Delivery

@Suite("Which message may leave")
struct OutboxQueuesTests {
  static let start = Instant(microseconds: 1_764_000_000_000_000)

  static let lane = ConversationKey(door: "telegram", account: "", chat: "c")

  /// One chat's queue, as a worker and the timer use it.
  private final class Line {
    private var queues = OutboxQueues()
    var count: Int { queues.count }

    func add(_ item: OutboxItem) -> Bool { queues.add(item) }
    func drop() { queues.drop(lane) }
    func wake(_ after: Duration) -> [ConversationKey] { queues.wake(start + after) }

    /// Sends everything that may go at an instant.
    func drain(_ after: Duration = .zero, pace: Pace = Pace()) -> [String] {
      var sent: [String] = []
      while let item = queues.next(lane, pace: pace, now: start + after, uptime: after) {
        sent.append(item.id)
        queues.remove(item)
      }
      return sent
    }
  }

  private func item(
    _ id: String, chat: String = "c", urgency: Urgency = .normal, due: Duration = .zero, retry: Duration? = nil
  ) -> OutboxItem {
    var item = OutboxItem(
      tenant: TenantID("home"), id: id, person: PersonID("p"), address: Address(door: "telegram", user: "u"),
      chat: chat,
      message: OutboundMessage(text: StyledText(id)), urgency: urgency, dueAt: Self.start + due)
    item.readyAt = retry
    return item
  }

  @Test("first in, first out; only the first wakes a worker")
  func order() {
    let queues = Line()
    #expect(queues.add(item("1")))
    #expect(!queues.add(item("2")))
    #expect(queues.drain() == ["1", "2"])
    #expect(queues.add(item("3")), "a worker has let go of the chat")
  }

  @Test("what is here already is not taken twice")
  func twice() {
    let queues = Line()
    _ = queues.add(item("1"))
    _ = queues.add(item("1"))
    #expect(queues.count == 1)
    #expect(queues.drain() == ["1"])
  }

  @Test("emergencies go first, in their own order")
  func emergencies() {
    let queues = Line()
    for (id, urgency) in [("1", Urgency.normal), ("e1", .emergency), ("2", .normal), ("e2", .emergency)] {
      _ = queues.add(item(id, urgency: urgency))
    }
    #expect(queues.drain() == ["e1", "e2", "1", "2"])
  }

  @Test("a retry holds the chat, the morning does not")
  func waiting() {
    let queues = Line()
    _ = queues.add(item("morning", urgency: .low, due: .hours(8)))
    _ = queues.add(item("again", retry: .seconds(30)))
    _ = queues.add(item("later"))
    #expect(queues.drain().isEmpty)
    #expect(queues.wake(.seconds(29)).isEmpty)
    #expect(queues.wake(.seconds(30)) == [Self.lane])
    #expect(queues.drain(.seconds(30)) == ["again", "later"])
    #expect(queues.wake(.hours(8)) == [Self.lane])
    #expect(queues.drain(.hours(8)) == ["morning"])
    #expect(queues.count == 0)
  }

  @Test("an emergency waits neither for the pace nor behind a retry")
  func emergencyPace() {
    let queues = Line()
    let pace = Pace(perChat: 1, chatBurst: 1, total: 1)
    _ = queues.add(item("1"))
    _ = queues.add(item("2", retry: .minutes(5)))
    #expect(queues.drain(pace: pace) == ["1"])
    #expect(queues.add(item("e", urgency: .emergency)))
    #expect(queues.drain(pace: pace) == ["e"])
  }

  @Test("one a second to a chat after the burst")
  func pace() {
    let queues = Line()
    let pace = Pace(perChat: 1, chatBurst: 3)
    for id in 1...6 { _ = queues.add(item("\(id)")) }
    #expect(queues.drain(pace: pace) == ["1", "2", "3"])
    for second in 1...3 {
      #expect(queues.wake(.seconds(second)) == [Self.lane])
      #expect(queues.drain(.seconds(second), pace: pace) == ["\(second + 3)"])
    }
  }

  @Test("dropped chats are forgotten until the next start")
  func dropped() {
    let queues = Line()
    _ = queues.add(item("1"))
    queues.drop()
    #expect(queues.count == 0)
    #expect(queues.drain().isEmpty)
    #expect(queues.add(item("1")))
  }

  @Test("a clock that was put back holds up neither what may leave at once nor a pace")
  func clockPutBack() {
    let queues = Line()
    let pace = Pace(perChat: 1, chatBurst: 1)
    for id in ["1", "2"] { _ = queues.add(item(id, due: .seconds(-1))) }
    #expect(queues.drain(.hours(1), pace: pace) == ["1"])
    #expect(queues.wake(.hours(1)).isEmpty)
    #expect(queues.wake(.zero) == [Self.lane], "every chat looks again")
    #expect(queues.drain(.zero, pace: pace).isEmpty)
    #expect(queues.wake(.seconds(1)) == [Self.lane])
    #expect(queues.drain(.seconds(1), pace: pace) == ["2"])
  }
}
