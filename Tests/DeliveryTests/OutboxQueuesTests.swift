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
    func drain(_ after: Duration = .zero, pace: Pace = Pace(), meanwhile: () -> Void = {}) -> [String] {
      var sent: [String] = []
      while let item = queues.next(lane, pace: pace, now: start + after, uptime: after) {
        sent.append(item.id)
        if sent.count == 1 { meanwhile() }
        queues.remove(item)
      }
      return sent
    }

    /// The same for a door that merges: what leaves together, with commas between.
    func drainMerging(_ after: Duration = .zero, pace: Pace) -> [String] {
      var sent: [String] = []
      while let item = queues.next(lane, pace: pace, now: start + after, uptime: after) {
        let others = queues.companions(of: item, pace: pace, now: start + after, uptime: after)
        sent.append(item.merged(with: others).id)
        for one in [item] + others { queues.remove(one) }
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

  @Test("of a state that is shown anew only the latest leaves, in the place and at the time of the first")
  func states() {
    func state(_ version: Int, retry: Duration? = nil) -> OutboxItem {
      var state = item("s", retry: retry)
      state.version = version
      return state
    }
    let queues = Line()
    for item in [state(1, retry: .seconds(30)), item("1"), state(2), state(3)] { _ = queues.add(item) }
    #expect(queues.count == 4)
    #expect(queues.drain().isEmpty, "the platform said when it takes the next one")
    #expect(queues.count == 2)
    #expect(queues.wake(.seconds(30)) == [Self.lane])
    #expect(queues.drain(.seconds(30)) == ["s", "1"])
    #expect(queues.count == 0)
    // while one is on its way the next waits behind it
    _ = queues.add(state(4))
    #expect(queues.drain { _ = queues.add(state(5)) } == ["s", "s"])
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

  @Test("words that would wait for the pace leave with those that need not; nothing else does")
  func merging() {
    let pace = Pace(perChat: 1, chatBurst: 2)
    let queues = Line()
    for id in 1...6 { _ = queues.add(item("\(id)")) }
    // the first of the burst goes alone: the next need not wait
    #expect(queues.drainMerging(pace: pace) == ["1", "2,3,4,5,6"])
    let mixed = Line()
    var button = item("b")
    button.message.buttons = [.init(id: "x", label: "Yes")]
    var picture = item("p")
    picture.message.picture = "f"
    var lost = item("u")
    lost.isUncertain = true
    for one in [
      item("1"), item("2"), button, item("3"), picture, lost, item("4"), item("5", retry: .hours(6)), item("6"),
    ] { _ = mixed.add(one) }
    let slow = Pace(perChat: 0.001, chatBurst: 1)
    var sent: [String] = []
    for hour in 0..<9 { sent += mixed.drainMerging(.hours(hour), pace: slow) }
    #expect(sent == ["1,2", "b", "3", "p", "u", "4", "5,6"])
    // not more than is sure to stay one message, and not more than the platform gives back
    let long = Line()
    for id in 1...3 {
      var one = item("\(id)")
      one.message.text = StyledText(String(repeating: "x", count: 1_500))
      _ = long.add(one)
    }
    #expect(long.drainMerging(pace: slow) == ["1,2"])
    let many = Line()
    for id in 1...12 { _ = many.add(item("\(id)")) }
    #expect(many.drainMerging(pace: slow).map { $0.split(separator: ",").count } == [10])
    // without a pace nothing waits, so nothing is merged
    let free = Line()
    for id in 1...3 { _ = free.add(item("\(id)")) }
    #expect(free.drainMerging(pace: Pace()) == ["1", "2", "3"])
  }

  @Test("an emergency is never merged")
  func mergingEmergency() {
    let queues = Line()
    for (id, urgency) in [("1", Urgency.normal), ("e", .emergency), ("2", .normal)] {
      _ = queues.add(item(id, urgency: urgency))
    }
    let pace = Pace(perChat: 0.001, chatBurst: 1)
    #expect(queues.drainMerging(pace: pace) == ["e"])
    #expect(queues.drainMerging(.hours(1), pace: pace) == ["1,2"])
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
