import Base
package import Delivery
package import Messages
import Synchronization

/// One queue a conversation: strictly in order within, side by side between.
///
/// A message takes its place synchronously, in commit order; a fixed number of workers handles whole conversations.
package final class Lanes: Sendable {
  private struct State {
    var queues: [ConversationKey: Fifo<InboxItem>] = [:]
    /// Lanes whose first message waits for something else than a worker.
    var parked: Set<ConversationKey> = []
    var depth = 0
  }
  private let state = Mutex(State())
  private let ready = WorkQueue<ConversationKey>()
  private let closed = Atomic<Bool>(false)
  private let limit: Int
  private let workers: Int
  private let surge: Surge?

  package init(limit: Int = 100_000, workers: Int = 64, surge: Surge? = nil) {
    self.limit = limit
    self.workers = workers
    self.surge = surge
  }

  package var depth: Int { state.withLock { $0.depth } }
  /// More waits than may be held: doors answer 503 until it is less.
  package var isFull: Bool { depth >= limit }

  /// Nothing waits but what cannot be handled yet.
  package var isIdle: Bool { state.withLock { $0.queues.count == $0.parked.count } }

  package func enqueue(_ item: InboxItem) {
    let key = item.message.conversation
    let (isFirst, depth) = state.withLock { state in
      state.depth += 1
      // a present key means that a worker has the lane or it is queued
      let isFirst = state.queues[key] == nil
      state.queues[key, default: Fifo()].append(item)
      return (isFirst, state.depth)
    }
    surge?.arrived(waiting: depth)
    if isFirst { ready.push(key) }
  }

  /// What the first message of a lane waited for has come.
  package func wake(_ key: ConversationKey) {
    if state.withLock({ $0.parked.remove(key) != nil }) { ready.push(key) }
  }

  /// Handles until closed; what was enqueued before `close` is finished.
  ///
  /// - Parameter isReady: a message that is not stays the first of its lane, without a worker, until `wake`. It must have
  ///   become so before `wake` is called.
  package func run(
    isReady: @escaping @Sendable (InboxItem) -> Bool = { _ in true },
    _ handle: @escaping @Sendable (InboxItem) async -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<workers {
        group.addTask {
          while let key = await self.ready.next() {
            await self.surge?.hold { self.isClosed }
            guard let item = self.state.withLock({ $0.queues[key]?.first }) else { continue }
            if !isReady(item) {
              self.state.withLock { _ = $0.parked.insert(key) }
              // it may have become ready between the two
              if isReady(item) { self.wake(key) }
              continue
            }
            await handle(item)
            let (goesOn, depth) = self.state.withLock { state in
              state.depth -= 1
              state.queues[key]?.popFirst()
              if state.queues[key]?.isEmpty == false { return (true, state.depth) }
              state.queues[key] = nil
              return (false, state.depth)
            }
            if depth == 0 { self.surge?.caughtUp() }
            // back of the line: a chatty conversation delays no other
            if goesOn, !self.ready.push(key) { self.state.withLock { $0.queues[key] = nil } }
          }
        }
      }
    }
  }

  package func close() {
    closed.store(true, ordering: .releasing)
    ready.close()
  }
  package var isClosed: Bool { closed.load(ordering: .acquiring) }
}
