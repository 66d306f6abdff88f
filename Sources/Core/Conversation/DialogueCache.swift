import Base
import People
import Store
import Synchronization

/// The state of the running conversations as last committed, so that a turn need not read it back.
///
/// The lane of a conversation is its only writer but for emergencies, and every write passes through `keep` after its commit.
final class DialogueCache: Sendable {
  struct Key: Hashable, Sendable {
    let person: PersonID
    let conversation: String
  }
  private static let capacity = 4_096
  private let known = Mutex<[Key: Dialogue]>([:])

  func dialogue(_ key: Key, in store: TenantStore) async throws -> Dialogue {
    if let dialogue = known.withLock({ $0[key] }) { return dialogue }
    return try await store.dialogue(conversation: key.conversation, person: key.person)
  }

  /// Called on the writer's thread, in the order of the commits.
  func keep(_ dialogue: Dialogue, _ key: Key) {
    known.withLock { known in
      if known.count >= Self.capacity, known[key] == nil, let other = known.keys.first { known[other] = nil }
      known[key] = dialogue
    }
  }

  /// Another hand changed the rows (a person was forgotten).
  func clear() { known.withLock { $0 = [:] } }
}
