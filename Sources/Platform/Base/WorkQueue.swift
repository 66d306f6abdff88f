import Synchronization

/// A bounded queue between synchronous producers and any number of awaiting workers, first in, first out.
package final class WorkQueue<Element: Sendable>: Sendable {
  private struct State {
    var items: [Element?] = []
    var head = 0
    var waiters: [CheckedContinuation<Element?, Never>] = []
    var isClosed = false
    var count: Int { items.count - head }

    mutating func pop() -> Element? {
      guard head < items.count, let item = items[head] else { return nil }
      items[head] = nil
      head += 1
      if head > 1_024, head * 2 > items.count {
        items.removeFirst(head)
        head = 0
      }
      return item
    }
  }
  private let state = Mutex(State())
  private let limit: Int

  package init(limit: Int = .max) { self.limit = limit }

  package var count: Int { state.withLock { $0.count } }

  /// - Returns: false when full or closed; the element was not taken.
  @discardableResult
  package func push(_ element: Element) -> Bool {
    let (accepted, waiter): (Bool, CheckedContinuation<Element?, Never>?) = state.withLock { state in
      guard !state.isClosed, state.count < limit else { return (false, nil) }
      if let waiter = state.waiters.popLast() { return (true, waiter) }
      state.items.append(element)
      return (true, nil)
    }
    waiter?.resume(returning: element)
    return accepted
  }

  /// The next element; `nil` once closed and empty. Close the queue to end waiting workers.
  package func next() async -> Element? {
    await withCheckedContinuation { continuation in
      let (item, isDone): (Element?, Bool) = state.withLock { state in
        if let item = state.pop() { return (item, true) }
        if state.isClosed { return (nil, true) }
        state.waiters.append(continuation)
        return (nil, false)
      }
      if isDone { continuation.resume(returning: item) }
    }
  }

  /// Takes nothing more; what is queued is still handed out.
  package func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume(returning: nil) }
  }
}
