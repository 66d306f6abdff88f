package import Actions
package import Base
import Formats
import Messages
package import Store

/// What is in the air in one conversation: what we asked, what waits for a yes, what can be undone.
///
/// One row a conversation, written with each turn's transaction; never read by a domain.
package struct Dialogue: Sendable, Codable, Hashable {
  /// A parameter that we asked for.
  package struct Question: Sendable, Codable, Hashable {
    package var call: ActionCall
    package var parameter: String
    package var askedAt: Instant
  }
  /// Calls that wait for a yes to exactly their arguments.
  package struct Confirmation: Sendable, Codable, Hashable {
    package var calls: [ActionCall]
    package var askedAt: Instant
  }
  /// The last thing done, for "no, 9 pm" and "undo".
  package struct Last: Sendable, Codable, Hashable {
    package var call: ActionCall
    package var inverse: ActionCall?
    package var at: Instant
  }

  /// The last words of a person that were handled, for a later edit of them.
  struct Heard: Sendable, Codable, Hashable {
    var message: String
    var at: Instant
  }
  /// The last file that was answered: the others of the same album, or of the same breath, are not each answered.
  struct Received: Sendable, Codable, Hashable {
    var kind: InboundMessage.Media.Kind
    var album: String?
    var at: Instant
  }

  package var question: Question?
  package var confirmation: Confirmation?
  package var last: Last?
  /// What the house said first, most recent last: "done" answers it.
  package var told: [String] = []
  var heard: Heard?
  var received: Received?

  package init() {}

  /// Questions and confirmations are forgotten after this.
  static let patience: Duration = .minutes(30)

  /// Notes a file. - Returns: whether it belongs to the last one, which was answered.
  mutating func receive(_ media: InboundMessage.Media, at now: Instant) -> Bool {
    let last = received
    received = Received(kind: media.kind, album: media.album, at: now)
    guard let last else { return false }
    if media.album != nil || last.album != nil { return media.album == last.album }
    return media.kind == last.kind && now - last.at < .seconds(10)
  }

  mutating func forgetOld(_ now: Instant) {
    if let question, now - question.askedAt > Self.patience { self.question = nil }
    if let confirmation, now - confirmation.askedAt > Self.patience { self.confirmation = nil }
  }
}

package enum ConversationMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "conversation", number: 1,
      sql: [
        """
        CREATE TABLE dialogues (
          tenant TEXT NOT NULL, conversation TEXT NOT NULL, person TEXT NOT NULL, state TEXT NOT NULL,
          updated_at INTEGER NOT NULL, PRIMARY KEY (tenant, conversation, person)) STRICT
        """,
        """
        CREATE TABLE taught (
          tenant TEXT NOT NULL, id TEXT NOT NULL, language TEXT NOT NULL, intent TEXT NOT NULL, example TEXT NOT NULL,
          taught_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX taught_once ON taught (tenant, language, intent, example)",
      ])
  ]
}

extension Transaction {
  func save(_ dialogue: Dialogue, conversation: String, person: PersonID) throws {
    try execute(
      """
      INSERT INTO dialogues (tenant, conversation, person, state, updated_at) VALUES (:tenant, ?, ?, ?, ?)
      ON CONFLICT (tenant, conversation, person) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
      """, conversation, person, try JSON(encoding: dialogue).text(), now)
  }
}

extension TenantStore {
  func dialogue(conversation: String, person: PersonID) async throws -> Dialogue {
    try await read { reader in
      let state = try reader.first(
        "SELECT state FROM dialogues WHERE tenant = :tenant AND conversation = ? AND person = ?", conversation, person
      ) { $0.text(0) }
      // a row from an older program that no longer fits is a fresh dialogue, not an error
      return state.flatMap { try? JSON.parse($0).decode(Dialogue.self) } ?? Dialogue()
    }
  }
}
