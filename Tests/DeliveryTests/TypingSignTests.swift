import Base
import Synchronization
import Testing

@testable import Delivery

@Suite("Signs that an answer is being made", .timeLimit(.minutes(5))) struct TypingSignTests {
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
      let hasEnded = Atomic<Bool>(false)
      group.addTask {
        await signs.run { chat, _ in shown.add(chat) }
        hasEnded.store(true, ordering: .relaxed)
      }
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
      // two messages wait there: the answer to one of them ends nothing
      signs.begin("slow")
      #expect(!signs.end("slow") && signs.isWaiting("slow"))
      await tick(12)
      #expect(shown.chats.count == 3)
      #expect(signs.end("slow") && !signs.isWaiting("slow"))
      await tick()
      #expect(shown.chats.count == 3 && signs.isIdle)
      // of what is never handled there is an end as well
      signs.begin("lost")
      await tick(3)
      clock.advance(by: TypingSigns.longest)
      await tick()
      #expect(signs.isIdle)
      // asleep until somebody waits again
      while clock.sleepers > 0 {
        clock.advance(by: .milliseconds(350))
        await Task.yield()
      }
      signs.begin("late")
      await tick(3)
      #expect(shown.chats.last == "late")
      signs.end("late")
      await tick()
      signs.close()
      while !hasEnded.load(ordering: .relaxed) {
        clock.advance(by: .milliseconds(350))
        await Task.yield()
      }
    }
  }
}
