import Synchronization

/// What rooms above add to every transaction of a database, found by type: who delivers, who reacts to events.
///
/// Filled once while the house is built; reading takes an uncontended lock.
package final class TransactionServices: Sendable {
  private let table = Mutex<[ObjectIdentifier: any Sendable]>([:])

  package init() {}

  package func register<T: Sendable>(_ service: T, as type: T.Type = T.self) {
    table.withLock { $0[ObjectIdentifier(type)] = service }
  }

  package func find<T: Sendable>(_ type: T.Type) -> T? {
    table.withLock { $0[ObjectIdentifier(type)] as? T }
  }
}
