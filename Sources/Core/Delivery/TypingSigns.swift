package import Base
import Synchronization

/// Which chats wait for an answer long enough that the app should show one being made.
///
/// A quick answer needs no sign: one that comes with it only costs a call. So nothing is shown before a moment has
/// passed, nothing more once the answer leaves, and nothing forever.
package final class TypingSigns: Sendable {
  private struct Chat {
    let since: Instant
    var shownAt: Instant?
  }
  static let patience: Duration = .milliseconds(700)
  /// Platforms take the sign away by themselves after five seconds.
  static let renewal: Duration = .seconds(4)
  static let longest: Duration = .seconds(12)
  /// Shown at a time; under a flood of messages the answers need the line more.
  static let atOnce = 10

  private let clock: any WallClock
  private let chats = Mutex<[String: Chat]>([:])
  private let wake = WorkQueue<Void>(limit: 1)

  package init(clock: any WallClock) { self.clock = clock }

  /// Whether nobody waits.
  var isIdle: Bool { chats.withLock { $0.isEmpty } }

  package func begin(_ chat: String) {
    let now = clock.now
    let isFirst = chats.withLock { chats in
      let isFirst = chats.isEmpty
      if chats[chat] == nil, chats.count < 10_000 { chats[chat] = Chat(since: now) }
      return isFirst
    }
    if isFirst { wake.push(()) }
  }

  package func end(_ chat: String) { _ = chats.withLock { $0.removeValue(forKey: chat) } }

  package func close() { wake.close() }

  /// Shows signs until closed; sleeps while nobody waits.
  package func run(_ show: @escaping @Sendable (String) async -> Void) async {
    while await wake.next() != nil {
      repeat {
        do { try await clock.sleep(for: .milliseconds(350)) } catch { return }
        let due = due()
        await withDiscardingTaskGroup { group in for chat in due { group.addTask { await show(chat) } } }
      } while !isIdle
    }
  }

  private func due() -> [String] {
    let now = clock.now
    return chats.withLock { chats in
      chats = chats.filter { now - $0.value.since < Self.longest }
      let due = chats.filter { _, chat in
        now - chat.since >= Self.patience && chat.shownAt.map { now - $0 >= Self.renewal } ?? true
      }.keys.prefix(Self.atOnce)
      for chat in due { chats[chat]?.shownAt = now }
      return Array(due)
    }
  }
}
