package import Base

/// Where a person can be reached: a door, the account of ours behind it, and the door's own id of the person.
///
/// Ids identify people; names are decoration (a username can be given up and registered by somebody else).
package struct Address: Hashable, Sendable, CustomStringConvertible {
  package var door: String
  /// Our bot or number at that door; empty where a door has only one.
  package var account: String
  package var user: String

  package init(door: String, account: String = "", user: String) {
    self.door = door
    self.account = account
    self.user = user
  }
  package var description: String { "\(door):\(user)" }
}

/// One thing that arrived at a door, after authentication and parsing.
package struct InboundMessage: Sendable {
  package enum Content: Sendable {
    case text(String)
    /// A button of ours: `data` is the short random id that we gave it.
    case press(data: String)
    case location(Coordinate, accuracyMetres: Double?, isLive: Bool)
    case contact(name: String, phone: String)
    case media(Media)
    /// Something we cannot read; the name of its type, for the log and a kind answer.
    case unsupported(String)
  }

  package struct Media: Sendable {
    package enum Kind: String, Sendable { case photo, voice, audio, video, document, sticker }
    package var kind: Kind
    /// The door's own handle for fetching it.
    package var handle: String
    package var type: String?
    package var name: String?
    package var bytes: Int64?
    package var caption: String?
    /// Pictures and films sent at once share it; each comes as a message of its own.
    package var album: String?
    package init(
      kind: Kind, handle: String, type: String?, name: String?, bytes: Int64?, caption: String?, album: String? = nil
    ) {
      self.kind = kind
      self.handle = handle
      self.type = type
      self.name = name
      self.bytes = bytes
      self.caption = caption
      self.album = album
    }
  }

  package var from: Address
  /// Another id of the same sender at the same door (WhatsApp: the user id beside a phone number), so that somebody known
  /// by the one is found later by the other.
  package var alias: Address?
  /// What the door calls the delivery (`update`, `message`, `status`): part of the key that makes a repeat one effect.
  package var kind: String
  /// The door's id of this delivery.
  package var externalID: String
  /// The chat it came in; answers go there.
  package var chat: String
  package var isGroup: Bool
  /// The group in which it was said to us, where `chat` is the sender's own: private matters are not answered there.
  package var askedIn: String?
  package var senderName: String
  /// BCP 47, as the door tells it; a hint only.
  package var languageHint: String?
  package var sentAt: Instant?
  package var content: Content
  /// The door's id of the message that this one edits or answers.
  package var edits: String?
  package var answers: String?
  /// The door's id of the message itself (for read marks).
  package var messageID: String?
  /// Somebody else's words, passed on.
  package var isForwarded: Bool
  /// What the sender may do, where a token narrows it; everything the persona allows when `nil`.
  package var scopes: Set<String>?

  package init(
    from: Address, kind: String, externalID: String, chat: String, isGroup: Bool = false, senderName: String = "",
    languageHint: String? = nil, sentAt: Instant? = nil, content: Content, edits: String? = nil,
    answers: String? = nil, messageID: String? = nil, alias: Address? = nil, isForwarded: Bool = false,
    scopes: Set<String>? = nil, askedIn: String? = nil
  ) {
    self.from = from
    self.alias = alias
    self.kind = kind
    self.externalID = externalID
    self.chat = chat
    self.isGroup = isGroup
    self.senderName = senderName
    self.languageHint = languageHint
    self.sentAt = sentAt
    self.content = content
    self.edits = edits
    self.answers = answers
    self.messageID = messageID
    self.isForwarded = isForwarded
    self.scopes = scopes
    self.askedIn = askedIn
  }

  /// The words in it, if any.
  package var text: String? {
    switch content {
    case .text(let text): text
    case .media(let media): media.caption
    default: nil
    }
  }

  /// Groups of one lane: the same door, account and chat.
  package var conversation: ConversationKey { ConversationKey(door: from.door, account: from.account, chat: chat) }
}

/// A chat at a door. Messages of one are handled strictly in order.
package struct ConversationKey: Hashable, Sendable, CustomStringConvertible {
  package var door: String
  package var account: String
  package var chat: String
  package init(door: String, account: String, chat: String) {
    self.door = door
    self.account = account
    self.chat = chat
  }
  package var description: String { "\(door)/\(account)/\(chat)" }
}
