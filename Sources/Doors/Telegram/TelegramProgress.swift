import Base
import Delivery
import Formats
import Synchronization

/// The one message that tells in a chat how long an answer has taken so far. It is edited while the answer takes longer,
/// makes no sound, and goes when the answer is there. It needs no words, as a door knows no language.
///
/// Held in memory only: where the program ends meanwhile, the message stays behind.
final class TelegramProgress: Sendable {
  /// A typing sign says enough before.
  static let patience: Duration = .seconds(15)

  private let messages = Mutex<[String: String]>([:])

  func message(in chat: String) -> String? { messages.withLock { $0[chat] } }
  func keep(_ message: String, in chat: String) { messages.withLock { $0[chat] = message } }
  /// What is to be deleted; each is given once.
  func take(from chat: String) -> String? { messages.withLock { $0.removeValue(forKey: chat) } }

  static func text(_ waited: Duration) -> String {
    let seconds = Int(waited.seconds)
    return "⏳ \(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
  }
}

extension TelegramDoor {
  /// Shows that an answer is being made, and after a while for how long.
  func showWaiting(_ chat: String, _ waited: Duration) async {
    await showTyping(chat: chat)
    guard waited >= TelegramProgress.patience else { return }
    var parameters = TelegramGroup.parameters(of: chat)
    parameters["text"] = .string(TelegramProgress.text(waited))
    if let message = progress.message(in: chat) {
      parameters["message_id"] = Int64(message).map(JSON.integer) ?? .string(message)
      _ = await api.call("editMessageText", parameters, timeout: .seconds(5))
    } else {
      parameters["disable_notification"] = true
      guard case .done(let sent) = await api.call("sendMessage", parameters, timeout: .seconds(5), onlyOnce: true),
        let message = TelegramUpdate.identifier(sent["message_id"])
      else { return }
      progress.keep(message, in: chat)
    }
    // the answer may have come meanwhile
    if !typing.isWaiting(chat) { await endProgress(chat) }
  }

  func endProgress(_ chat: String) async {
    guard let message = progress.take(from: chat) else { return }
    let parameters: JSON = [
      "chat_id": TelegramGroup.parameters(of: chat)["chat_id"],
      "message_id": Int64(message).map(JSON.integer) ?? .string(message),
    ]
    _ = await api.call("deleteMessage", parameters, timeout: .seconds(10))
  }
}
