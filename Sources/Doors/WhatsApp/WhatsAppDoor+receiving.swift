import Base
import Delivery
import Formats
package import Messages
import Synchronization

/// The newest message of each chat that is still to be marked as read; a mark counts for those before it, too.
final class ReadMarks: Sendable {
  private let newest = Mutex<[String: String]>([:])
  private let chats = WorkQueue<String>(limit: 1_024)

  func push(_ message: String, in chat: String) {
    let isNew = newest.withLock { $0.updateValue(message, forKey: chat) == nil }
    if isNew, !chats.push(chat) { _ = newest.withLock { $0.removeValue(forKey: chat) } }
  }

  func next() async -> String? {
    while let chat = await chats.next() {
      if let message = newest.withLock({ $0.removeValue(forKey: chat) }) { return message }
    }
    return nil
  }

  func close() { chats.close() }
}

extension WhatsAppDoor: ReceivingDoor {
  package func heard(_ message: InboundMessage) {
    if let id = message.messageID { marks.push(id, in: message.chat) }
  }

  /// Sends read marks until cancelled.
  package func run() async {
    let marks = marks
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            while let message = await marks.next(), !Task.isCancelled { await self.markRead(message, typing: true) }
          }
        }
      }
    } onCancel: {
      marks.close()
    }
  }

  /// Marks a message and those before it as read; with `typing` the app shows that an answer is made. Best effort.
  package func markRead(_ messageID: String, typing: Bool = false) async {
    var json: JSON = ["messaging_product": "whatsapp", "status": "read", "message_id": .string(messageID)]
    if typing { json["typing_indicator"] = ["type": "text"] }
    _ = await api.post("\(account)/messages", json, timeout: .seconds(10))
  }

  /// The bytes of something a person sent.
  ///
  /// - Throws: `WhatsAppError`, `HTTPClientError`; no sentence holds an address of the file.
  package func fetch(_ media: InboundMessage.Media, limit: Int = WhatsAppDoor.fileLimit) async throws -> [UInt8] {
    guard WhatsAppDelivery.user(.string(media.handle)) != nil else {
      throw WhatsAppError(.refused, "The file's id is not understood.")
    }
    let limit = min(limit, Self.fileLimit)
    switch await api.get(media.handle) {
    case .done(let file):
      if let size = file["file_size"].int64, size > Int64(limit) {
        throw WhatsAppError(.tooLarge, "The file is larger than \(limit >> 20) MB, which is the most that is kept.")
      }
      guard let url = file["url"].string else {
        throw WhatsAppError(.refused, "WhatsApp does not have the file any more.")
      }
      return try await api.download(url, limit: limit)
    case .failed(let failure):
      throw WhatsAppError(.refused, failure.fault.sentence)
    case .notSent(let reason), .lost(let reason):
      throw WhatsAppError(.unanswered, reason)
    }
  }
}
