import Actions
import Base
import Delivery
import Formats
import Messages
import Store

/// Pictures that were sent at once come as a message each. They are answered together.
extension Conversation {
  /// For how long the rest of an album is waited for.
  static let albumPause: Duration = .seconds(1)

  /// Gathers an album into its first message, which then says what all of them say.
  ///
  /// - Returns: the first message, and the places of the others, to be settled with it. What comes later still is known by
  ///   the dialogue to belong to it.
  func gatherAlbum(_ item: InboxItem, _ dialogue: Dialogue) async throws -> (item: InboxItem, others: [Int64]) {
    guard case .media(var media) = item.message.content, let album = media.album, item.message.edits == nil,
      dialogue.received?.album != album
    else { return (item, []) }
    try? await parts.clock.sleep(for: Self.albumPause)
    let (first, place) = (item.seq, item.message.conversation)
    let waiting = try await parts.store.read { house in
      try house.query(
        """
        SELECT seq, payload FROM inbox WHERE state = 'waiting' AND seq > ? AND door = ? AND account = ? AND chat = ?
        ORDER BY seq LIMIT 30
        """, first, place.door, place.account, place.chat
      ) { row in (seq: row.int(0), message: InboundMessage(stored: row.text(1))) }
    }
    var whole = item
    var others: [Int64] = []
    for (seq, message) in waiting {
      guard let message, message.from == item.message.from, message.edits == nil, !isEmergency(message),
        case .media(let other) = message.content, other.album == album
      else { continue }
      others.append(seq)
      guard let words = other.caption, !words.trimmed.isEmpty else { continue }
      if media.caption?.trimmed.isEmpty ?? true {
        media.caption = words
        // an edit of the words names the picture that they stood under
        whole.message.messageID = message.messageID
      } else {
        media.caption? += "\n" + words
      }
    }
    whole.message.content = .media(media)
    return (whole, others)
  }
}
