package import Base
package import Messages

/// A committed message on its way out.
package struct OutboxItem: Sendable {
  package let tenant: TenantID
  package let id: String
  /// Which state of a message that is shown anew; 0 for one that is said once.
  package var version = 0
  /// The platform's id of the state before, which this one takes the place of.
  package var replaces: String?
  package let person: PersonID
  package let address: Address
  package let chat: String
  package var message: OutboundMessage
  package let urgency: Urgency
  /// The hour that it waits for; the epoch for what may leave at once, so that a clock put back holds it up in no chat.
  package let dueAt: Instant
  package var createdAt: Instant = .epoch
  package var attempts = 0
  /// It may have been sent before a crash or a lost answer.
  package var isUncertain = false
  /// Pieces of a long text that the platform has already accepted.
  package var piecesSent = 0
  /// Not before this, after a try that failed; nothing later of its chat overtakes it.
  package var retryAt: Instant?
  /// The same by the clock that nobody can step: what counts while we run.
  var readyAt: Duration?
  /// When it began to fail, and until when it is tried.
  var failingSince: Duration?
  var triedUntil: Duration?
  /// Its row says `sending`: after a crash it counts as perhaps sent.
  package var isMarkedSending = false

  /// Tells one state of a message from another.
  var key: String { version == 0 ? id : "\(id)/\(version)" }

  package var lane: ConversationKey { ConversationKey(door: address.door, account: address.account, chat: chat) }
}

/// How often a door may send.
package struct Pace: Sendable, Hashable {
  /// Messages a second to one chat; 0 lifts the limit.
  package var perChat: Double
  package var chatBurst: Int
  /// Messages a second in all; 0 lifts the limit.
  package var total: Double
  package init(perChat: Double = 0, chatBurst: Int = 1, total: Double = 0) {
    self.perChat = perChat
    self.chatBurst = chatBurst
    self.total = total
  }
}

package enum SendOutcome: Sendable {
  case sent(externalID: String?)
  /// Not accepted; worth another try (429, 5xx, no connection).
  case retry(after: Duration?, reason: String, piecesSent: Int)
  /// Nobody knows whether it was accepted; tried again and marked.
  case unknown(reason: String, piecesSent: Int)
  /// The platform refuses this message for good.
  case refused(reason: String)
  /// Nobody is at that chat now: its messages wait on disk for the next start.
  case nobodyThere
  /// The platform refuses this chat for good (blocked, deactivated).
  case unreachable(reason: String)
}

/// A way out. A door turns a rendered message into the platform's bytes, and nothing else.
package protocol OutboundDoor: Sendable {
  var name: String { get }
  var pace: Pace { get }
  /// Whether a message that was sent can be changed afterwards: an item that `replaces` one does.
  var canEdit: Bool { get }
  /// - Parameter picture: the bytes of the message's picture, if it has one.
  func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome
  /// Whether words that wait for the pace of a chat may leave as one message. Its item then has all their ids, with
  /// commas between.
  func mayMerge(_ chat: String) -> Bool
}

extension OutboundDoor {
  package func mayMerge(_ chat: String) -> Bool { false }
  package var canEdit: Bool { false }
}
