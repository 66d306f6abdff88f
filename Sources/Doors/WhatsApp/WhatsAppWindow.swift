import Base
import Messages
import Synchronization

/// Who wrote within the last day: they may be told anything, all others only in words that the platform has approved.
final class WhatsAppWindow: Sendable {
  /// A little less than the day that the platform counts, for what is under way when it ends.
  static let length: Duration = .hours(24) - .minutes(2)

  private let lastWrote = Mutex<[String: Instant]>([:])

  /// What is kept of earlier runs.
  func restore(_ heard: [String: Instant]) {
    lastWrote.withLock { $0.merge(heard) { max($0, $1) } }
  }

  /// - Returns: what was known before, to put back where the message turns out to be a repeat.
  @discardableResult
  func heard(_ message: InboundMessage, at now: Instant) -> [String: Instant?] {
    let chats = [message.chat, message.alias?.user].compactMap { $0 }
    return lastWrote.withLock { last in
      if last.count > 20_000 { last = last.filter { now - $0.value < Self.length } }
      var before: [String: Instant?] = [:]
      for chat in chats { before[chat] = .some(last.updateValue(now, forKey: chat)) }
      return before
    }
  }

  func putBack(_ before: [String: Instant?]) {
    lastWrote.withLock { last in for (chat, instant) in before { last[chat] = instant } }
  }

  /// The platform says that the day is over.
  func close(_ chat: String) { _ = lastWrote.withLock { $0.removeValue(forKey: chat) } }

  func isOpen(_ chat: String, at now: Instant) -> Bool {
    lastWrote.withLock { last in last[chat].map { now - $0 < Self.length } ?? false }
  }
}
