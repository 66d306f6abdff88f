import Base
import Synchronization
import Testing

@testable import Delivery

@Suite("Signs that an answer is being made", .timeLimit(.minutes(1))) struct TypingSignTests {
  @Test("none for a quick answer; one after a moment, renewed, ended by the answer or by time")
  func signs() async throws {
    let clock = VirtualClock()
    let signs = TypingSigns(clock: clock)
    let shown = Mutex<[String]>([])
    await withDiscardingTaskGroup { group in
      group.addTask { await signs.run { chat in shown.withLock { $0.append(chat) } } }
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
      #expect(shown.withLock { $0 } == [])
      await tick(2)
      #expect(shown.withLock { $0 } == ["slow"])
      await tick(12)
      #expect(shown.withLock { $0 } == ["slow", "slow"])
      await tick(30)
      let count = shown.withLock { $0.count }
      #expect(count == 3 && signs.isIdle)
      // asleep until somebody waits again
      #expect(clock.sleepers == 0)
      signs.begin("late")
      await tick(3)
      #expect(shown.withLock { $0.last } == "late")
      signs.end("late")
      await tick()
      signs.close()
    }
  }
}
