import Base
import Synchronization
import Testing

@testable import Delivery

@Suite("Signs that an answer is being made", .timeLimit(.minutes(1))) struct TypingSignTests {
  /// Chats that were shown a sign, in order.
  private final class Shown: Sendable {
    private let list = Mutex<[String]>([])
    var chats: [String] { list.withLock { $0 } }
    func add(_ chat: String) { list.withLock { $0.append(chat) } }
  }

  @Test("none for a quick answer; one after a moment, renewed, ended by the answer or by time")
  func signs() async throws {
    let clock = VirtualClock()
    let signs = TypingSigns(clock: clock)
    let shown = Shown()
    await withDiscardingTaskGroup { group in
      group.addTask { await signs.run { shown.add($0) } }
      /// One look of the ticker.
      func tick(_ count: Int = 1) async {
        for _ in 0..<count {
          while clock.sleepers == 0, !signs.isIdle { await Task.yield() }
          clock.advance(by: .milliseconds(350))
          while clock.sleepers == 0, !signs.isIdle { await Task.yield() }
        }
      }
      signs.begin("quick")
      signs.begin("slow")
      await tick()
      signs.end("quick")
      #expect(shown.chats == [])
      await tick(2)
      #expect(shown.chats == ["slow"])
      await tick(12)
      #expect(shown.chats == ["slow", "slow"])
      await tick(30)
      let count = shown.chats.count
      #expect(count == 3 && signs.isIdle)
      // asleep until somebody waits again
      #expect(clock.sleepers == 0)
      signs.begin("late")
      await tick(3)
      #expect(shown.chats.last == "late")
      signs.end("late")
      await tick()
      signs.close()
    }
  }
}
