import Synchronization

/// Tells open pages that the work they show has moved on; how it stands they ask themselves, so that nothing is told to
/// anybody who may not know it, and a page that was slow misses nothing.
package final class WorkFeed: Sendable {
  private struct Page {
    let session: String
    let changes: AsyncStream<Void>.Continuation
  }
  private struct State {
    var pages: [Int: Page] = [:]
    var next = 0
    var isClosed = false
  }
  /// More pages of one session: the oldest goes.
  static let perSession = 6
  private let state = Mutex(State())

  package init() {}

  /// - Returns: a number to close it by, and a sign for one or more changes since the last sign.
  func open(session: String) -> (Int, AsyncStream<Void>) {
    let (stream, changes) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (number, leaving) = state.withLock { state -> (Int, Page?) in
      state.next += 1
      guard !state.isClosed else { return (state.next, Page(session: session, changes: changes)) }
      let own = state.pages.filter { $0.value.session == session }.keys.sorted()
      let leaving = own.count >= Self.perSession ? state.pages.removeValue(forKey: own[0]) : nil
      state.pages[state.next] = Page(session: session, changes: changes)
      return (state.next, leaving)
    }
    leaving?.changes.finish()
    return (number, stream)
  }

  func remove(_ number: Int) { state.withLock { $0.pages.removeValue(forKey: number) }?.changes.finish() }

  /// Something has changed. Cheap, and waits for nobody: called after each commit.
  package func changed() {
    state.withLock { state in for page in state.pages.values { page.changes.yield() } }
  }

  /// For one page alone.
  func changed(_ number: Int) { _ = state.withLock { $0.pages[number]?.changes.yield() } }

  func close(session: String) {
    let ending = state.withLock { $0.pages.values.filter { $0.session == session } }
    for page in ending { page.changes.finish() }
  }

  func closeAll() {
    let all = state.withLock { state in
      state.isClosed = true
      defer { state.pages = [:] }
      return state.pages.values.map(\.changes)
    }
    for changes in all { changes.finish() }
  }
}
