import Actions
import Base
import People
import Store
import Synchronization
import Text
import Understanding

/// A tenant's own lists (buildings, medicines, reminders …) as the understanding wants them: read once for a person, and
/// again only after a commit that changed the tables behind a list.
final class ListCache: Sendable {
  private struct State {
    var known: [PersonID: [String: NameList]] = [:]
    /// Counts changes, so that a slow read never puts back what a commit has just made old.
    var generation: UInt64 = 0
  }
  private static let capacity = 1_024

  private let lists: [(kind: String, list: EntityList)]
  private let state = Mutex(State())

  private let glossary: any Glossary

  init(_ lists: [EntityList], glossary: any Glossary) {
    self.lists = lists.map { (Self.kind($0), $0) }
    self.glossary = glossary
  }

  var tables: Set<String> { lists.reduce(into: []) { $0.formUnion($1.list.tables) } }

  func tablesChanged(_ tables: Set<String>) {
    let stale = lists.filter { !$0.list.tables.isDisjoint(with: tables) }.map(\.kind)
    state.withLock { state in
      state.generation += 1
      for id in state.known.keys { for kind in stale { state.known[id]?[kind] = nil } }
    }
  }

  /// What is known without reading, and the names of the lists that would have to be read.
  func known(for person: Person) -> (entries: [String: NameList], unread: [String]) {
    let known = state.withLock { $0.known[person.id] ?? [:] }
    guard known.count < lists.count else { return (known, []) }
    return (known, lists.compactMap { known[$0.kind] == nil ? $0.kind : nil })
  }

  /// What is known, with the named lists read where they are not.
  func entries(_ wanted: [String], for person: Person, in store: TenantStore) async -> [String: NameList] {
    let (known, generation) = state.withLock { ($0.known[person.id] ?? [:], $0.generation) }
    let missing = lists.filter { wanted.contains($0.kind) && known[$0.kind] == nil }
    guard !missing.isEmpty else { return known }
    let read = try? await store.read { [glossary] reader in
      var entries = known
      for list in missing {
        entries[list.kind] = NameList(
          try list.list.read(person.id, reader).map { EntityEntry(id: $0.id, name: $0.name, aliases: $0.aliases) },
          glossary: glossary)
      }
      return entries
    }
    guard let read else { return known }
    state.withLock { state in
      guard state.generation == generation else { return }
      if state.known.count >= Self.capacity, let oldest = state.known.keys.first { state.known[oldest] = nil }
      state.known[person.id] = read
    }
    return read
  }

  /// "symbols" is the list, `symbol` the slot's kind in the intents' files.
  private static func kind(_ list: EntityList) -> String {
    list.name.hasSuffix("s") ? String(list.name.dropLast()) : list.name
  }
}
