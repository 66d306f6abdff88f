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
    /// Of whom it is known which actions mean little to them.
    var quiet: [PersonID: Set<String>] = [:]
  }
  private static let capacity = 1_024

  private let lists: [(kind: String, list: EntityList)]
  private let kinds: [String]
  private let state = Mutex(State())

  private let glossary: any Glossary
  /// Lists with the actions that are hardly meant while they are empty.
  private let waking: [(list: EntityList, actions: Set<String>)]

  /// - Parameter actions: the names of all there are.
  init(_ lists: [EntityList], actions: some Sequence<String>, glossary: any Glossary) {
    self.lists = lists.map { (Self.kind($0), $0) }
    kinds = lists.map(Self.kind)
    self.glossary = glossary
    waking = lists.compactMap { list in
      guard !list.wakes.isEmpty else { return nil }
      let asleep = actions.filter { name in
        list.wakes.contains(where: name.hasPrefix) && !Self.adding.contains(where: name.hasSuffix)
      }
      return (list, Set(asleep))
    }
  }

  private static let adding = [".add", ".note", ".set", ".taken"]

  var tables: Set<String> { lists.reduce(into: ["family_links"]) { $0.formUnion($1.list.tables) } }

  /// The actions of rooms that hold nothing for a person, nor for those whom the person looks after.
  func quiet(for person: PersonID, family: [PersonID], in store: TenantStore) async -> Set<String> {
    let (known, generation) = state.withLock { ($0.quiet[person], $0.generation) }
    if let known { return known }
    let waking = waking
    let read = try? await store.read { reader in
      try waking.reduce(into: Set<String>()) { quiet, room in
        let isEmpty = try ([person] + family).allSatisfy { try room.list.read($0, reader).isEmpty }
        if isEmpty { quiet.formUnion(room.actions) }
      }
    }
    guard let read else { return [] }
    state.withLock { state in
      guard state.generation == generation else { return }
      if state.quiet.count >= Self.capacity { state.quiet = [:] }
      state.quiet[person] = read
    }
    return read
  }

  func tablesChanged(_ tables: Set<String>) {
    let stale = lists.filter { !$0.list.tables.isDisjoint(with: tables) }.map(\.kind)
    state.withLock { state in
      state.generation += 1
      for id in state.known.keys { for kind in stale { state.known[id]?[kind] = nil } }
      let wakes = tables.contains("family_links") || waking.contains { !$0.list.tables.isDisjoint(with: tables) }
      if wakes { state.quiet = [:] }
    }
  }

  /// What is known without reading, and the names of the lists that would have to be read.
  func known(for person: Person) -> (entries: [String: NameList], unread: [String]) {
    let known = state.withLock { $0.known[person.id] ?? [:] }
    guard known.count < lists.count else { return (known, []) }
    return (known, kinds.filter { known[$0] == nil })
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
