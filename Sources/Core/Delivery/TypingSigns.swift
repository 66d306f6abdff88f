package import Base
import Synchronization

/// Which chats wait for an answer long enough that the app should show one being made.
///
/// A quick answer needs no sign: one that comes with it only costs a call. So nothing is shown before a moment has
/// passed, nothing more once everything that was said is handled, and nothing forever.
package final class TypingSigns: Sendable {
  private struct Chat {
    let since: Instant
    /// Messages that are not handled yet.
    var waiting = 1
    var shownAt: Instant?
  }
  static let patience: Duration = .milliseconds(700)
  /// Platforms take the sign away by themselves after five seconds.
  static let renewal: Duration = .seconds(4)
  static let longest: Duration = .minutes(5)
  /// Shown at a time; under a flood of messages the answers need the line more.
  static let atOnce = 10

  private let clock: any WallClock
  private let chats = Mutex<[String: Chat]>([:])
  private let wake = WorkQueue<Void>(limit: 1)

  package init(clock: any WallClock) { self.clock = clock }

  /// Whether nobody waits.
  var isIdle: Bool { chats.withLock { $0.isEmpty } }

  package func isWaiting(_ chat: String) -> Bool { chats.withLock { $0[chat] != nil } }

  package func begin(_ chat: String) {
    let now = clock.now
    let isFirst = chats.withLock { chats in
      let isFirst = chats.isEmpty
      if chats[chat] == nil, chats.count < 10_000 {
        chats[chat] = Chat(since: now)
      } else {
        chats[chat]?.waiting += 1
      }
      return isFirst
    }
    if isFirst { wake.push(()) }
  }

  /// One of the messages of a chat is handled. - Returns: whether it was the last.
  @discardableResult
  package func end(_ chat: String) -> Bool {
    chats.withLock { chats in
      chats[chat]?.waiting -= 1
      guard let left = chats[chat]?.waiting, left <= 0 else { return chats[chat] == nil }
      chats[chat] = nil
      return true
    }
  }

  package func close() { wake.close() }

  /// Shows signs until closed; sleeps while nobody waits.
  ///
  /// - Parameter show: told the chat and for how long it has waited; one chat at a time is shown once.
  package func run(_ show: @escaping @Sendable (String, Duration) async -> Void) async {
    while await wake.next() != nil {
      repeat {
        do { try await clock.sleep(for: .milliseconds(350)) } catch { return }
        let due = due()
        await withDiscardingTaskGroup { group in
          for (chat, waited) in due { group.addTask { await show(chat, waited) } }
        }
      } while !isIdle
    }
  }

  private func due() -> [(chat: String, waited: Duration)] {
    let now = clock.now
    return chats.withLock { chats in
      chats = chats.filter { now - $0.value.since < Self.longest }
      let due = chats.filter { _, chat in
        now - chat.since >= Self.patience && chat.shownAt.map { now - $0 >= Self.renewal } ?? true
      }.prefix(Self.atOnce).map { (chat: $0.key, waited: now - $0.value.since) }
      for one in due { chats[one.chat]?.shownAt = now }
      return due
    }
  }
}
