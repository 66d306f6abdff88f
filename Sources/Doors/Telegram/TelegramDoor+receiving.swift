import Base
import Delivery
import Formats
package import Messages

extension TelegramDoor: ReceivingDoor {
  package func heard(_ message: InboundMessage) {
    // an edit, or one picture of many, may be taken without a word
    guard message.edits == nil else { return }
    if case .media(let media) = message.content, media.album != nil { return }
    typing.begin(message.chat)
  }

  package func handled(_ message: InboundMessage) {
    guard message.edits == nil else { return }
    if case .media(let media) = message.content, media.album != nil { return }
    if typing.end(message.chat), progress.message(in: message.chat) != nil { finished.push(message.chat) }
  }

  /// Shows that an answer is being made; goes away by itself. Best effort.
  package func showTyping(chat: String) async {
    var parameters = TelegramGroup.parameters(of: chat)
    parameters["action"] = "typing"
    _ = await api.call("sendChatAction", parameters, timeout: .seconds(5))
  }

  /// The bytes of something a person sent.
  ///
  /// - Parameter limit: at most 20 MB, which is what Telegram gives to bots.
  /// - Throws: `TelegramError`, `HTTPClientError`; no sentence holds an address of the file.
  package func fetch(_ media: InboundMessage.Media, limit: Int = TelegramDoor.fileLimit) async throws -> [UInt8] {
    let limit = min(limit, Self.fileLimit)
    let tooLarge = TelegramError(
      .tooLarge, "The file is larger than \(limit >> 20) MB, which is the most that is kept.")
    if let bytes = media.bytes, bytes > Int64(limit) { throw tooLarge }
    switch await api.call("getFile", ["file_id": .string(media.handle)]) {
    case .done(let file):
      if let size = file["file_size"].int64, size > Int64(limit) { throw tooLarge }
      guard let path = file["file_path"].string else {
        throw TelegramError(.refused, "Telegram does not have the file any more.")
      }
      return try await api.download(path, limit: limit)
    case .failed(let failure):
      throw TelegramError(
        failure.description.contains("too big") ? .tooLarge : .refused,
        "Telegram did not give the file: \(failure.description).")
    case .notSent(let reason), .lost(let reason):
      throw TelegramError(.unanswered, reason)
    }
  }
}
