package import Actions
package import Base
package import Formats
import Messages
package import Store

/// What is in the air in one conversation: what we asked, what waits for a yes, what can be undone.
///
/// One row a conversation, written with each turn's transaction; never read by a domain.
package struct Dialogue: Sendable, Hashable {
  /// A parameter that we asked for.
  package struct Question: Sendable, Hashable {
    package var call: ActionCall
    package var parameter: String
    package var askedAt: Instant
  }
  /// Calls that wait for a yes to exactly their arguments.
  package struct Confirmation: Sendable, Hashable {
    package var calls: [ActionCall]
    package var askedAt: Instant
  }
  /// The last thing done, for "no, 9 pm" and "undo".
  package struct Last: Sendable, Hashable {
    package var call: ActionCall
    package var inverse: ActionCall?
    package var at: Instant
  }

  /// The last words of a person that were handled, for a later edit of them.
  struct Heard: Sendable, Hashable {
    var message: String
    var at: Instant
  }
  /// The last file that was answered: the others of the same album, or of the same breath, are not each answered.
  struct Received: Sendable, Hashable {
    var kind: InboundMessage.Media.Kind
    var album: String?
    var at: Instant
  }

  package var question: Question?
  package var confirmation: Confirmation?
  package var last: Last?
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

extension Dialogue: JSONStored {
  package var json: JSON {
    var object = JSONObject()
    object.put(
      "question",
      question.map {
        ["call": $0.call.json, "parameter": .string($0.parameter), "askedAt": .integer($0.askedAt.microseconds)]
      })
    object.put(
      "confirmation",
      confirmation.map { ["calls": .array($0.calls.map(\.json)), "askedAt": .integer($0.askedAt.microseconds)] })
    object.put(
      "last",
      last.map { last in
        var object: JSONObject = ["call": last.call.json, "at": .integer(last.at.microseconds)]
        object.put("inverse", last.inverse?.json)
        return .object(object)
      })
    object.put("heard", heard.map { ["message": .string($0.message), "at": .integer($0.at.microseconds)] })
    object.put(
      "received",
      received.map { received in
        var object: JSONObject = ["kind": .string(received.kind.rawValue), "at": .integer(received.at.microseconds)]
        object.put("album", received.album)
        return .object(object)
      })
    return .object(object)
  }

  package init?(json: JSON) {
    guard json.object != nil else { return nil }
    self.init()
    if let call = ActionCall(json: json["question"]["call"]), let parameter = json["question"]["parameter"].string,
      let at = json["question"]["askedAt"].int64
    {
      question = Question(call: call, parameter: parameter, askedAt: Instant(microseconds: at))
    }
    if let calls = json["confirmation"]["calls"].array, let at = json["confirmation"]["askedAt"].int64 {
      confirmation = Confirmation(
        calls: calls.compactMap { ActionCall(json: $0) }, askedAt: Instant(microseconds: at))
    }
    if let call = ActionCall(json: json["last"]["call"]), let at = json["last"]["at"].int64 {
      last = Last(
        call: call, inverse: ActionCall(json: json["last"]["inverse"]), at: Instant(microseconds: at))
    }
    if let message = json["heard"]["message"].string, let at = json["heard"]["at"].int64 {
      heard = Heard(message: message, at: Instant(microseconds: at))
    }
    if let kind = json["received"]["kind"].string.flatMap(InboundMessage.Media.Kind.init(rawValue:)),
      let at = json["received"]["at"].int64
    {
      received = Received(kind: kind, album: json["received"]["album"].string, at: Instant(microseconds: at))
    }
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
      """, conversation, person, dialogue.stored, now)
  }
}

extension TenantStore {
  func dialogue(conversation: String, person: PersonID) async throws -> Dialogue {
    try await read { reader in
      let state = try reader.first(
        "SELECT state FROM dialogues WHERE tenant = :tenant AND conversation = ? AND person = ?", conversation, person
      ) { $0.text(0) }
      // a row from an older program that no longer fits is a fresh dialogue, not an error
      return state.flatMap { Dialogue(stored: $0) } ?? Dialogue()
    }
  }
}
