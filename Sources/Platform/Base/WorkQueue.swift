public import Synchronization

/// A bounded queue between synchronous producers and any number of awaiting workers, first in, first out. Inlinable, as every
/// message passes several of them.
@usableFromInline package final class WorkQueue<Element: Sendable>: Sendable {
  @usableFromInline struct State {
    @usableFromInline var items = Fifo<Element>()
    @usableFromInline var waiters: [CheckedContinuation<Element?, Never>] = []
    @usableFromInline var isClosed = false

    @inlinable init() {}
  }
  @usableFromInline let state = Mutex(State())
  @usableFromInline let limit: Int

  @inlinable package init(limit: Int = .max) { self.limit = limit }

  @inlinable package var count: Int { state.withLock { $0.items.count } }

  /// - Returns: false when full or closed; the element was not taken.
  @discardableResult @inlinable
  package func push(_ element: Element) -> Bool {
    let (accepted, waiter): (Bool, CheckedContinuation<Element?, Never>?) = state.withLock { state in
      guard !state.isClosed, state.items.count < limit else { return (false, nil) }
      if let waiter = state.waiters.popLast() { return (true, waiter) }
      state.items.append(element)
      return (true, nil)
    }
    waiter?.resume(returning: element)
    return accepted
  }

  @inlinable package var isClosed: Bool { state.withLock { $0.isClosed } }

  /// The first that waits, if any.
  @inlinable package func popFirst() -> Element? { state.withLock { $0.items.popFirst() } }

  /// The next element; `nil` once closed and empty. Close the queue to end waiting workers.
  @inlinable package func next() async -> Element? {
    await withCheckedContinuation { continuation in
      let (item, isDone): (Element?, Bool) = state.withLock { state in
        if let item = state.items.popFirst() { return (item, true) }
        if state.isClosed { return (nil, true) }
        state.waiters.append(continuation)
        return (nil, false)
      }
      if isDone { continuation.resume(returning: item) }
    }
  }

  /// Takes nothing more; what is queued is still handed out.
  @inlinable package func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume(returning: nil) }
  }
}
