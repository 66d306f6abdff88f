import Synchronization

/// Tells who keeps copies of rows in memory which tables a commit has changed.
package final class ChangeFeed: Sendable {
  /// A struct, because a bare closure behind a mutex is wrapped anew by every read of it.
  private struct Listener: Sendable {
    let tables: TableSet
    let names: [(name: String, itself: TableSet)]
    let call: @Sendable (Set<String>) -> Void
  }
  private let listeners = Mutex<[Listener]>([])

  package init() {}

  /// - Parameters:
  ///   - tables: lower-case names.
  ///   - call: runs on the writer's thread after the commit and before its callers are told; must not wait.
  package func listen(to tables: Set<String>, _ call: @escaping @Sendable (Set<String>) -> Void) {
    let names = tables.map { ($0, TableSet([$0])) }
    listeners.withLock { $0.append(Listener(tables: TableSet(tables), names: names, call: call)) }
  }

  func announce(_ changed: TableSet) {
    for listener in listeners.withLock({ $0 }) where !listener.tables.isDisjoint(with: changed) {
      listener.call(Set(listener.names.lazy.filter { !$0.itself.isDisjoint(with: changed) }.map(\.name)))
    }
  }
}
