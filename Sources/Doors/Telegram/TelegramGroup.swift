import Formats
import Messages

/// What concerns groups: whether a message there is meant for us, and the topic that it stands in.
enum TelegramGroup {
  /// A message of a group that is meant for the bot.
  struct Call {
    /// Without the bot's name.
    let text: String?
  }

  /// `nil` when the members talk among themselves: only who names the bot, or answers it, talks to it.
  ///
  /// - Parameters:
  ///   - account: the bot's id.
  ///   - username: without the at sign; `nil` while Telegram has not told it.
  static func call(_ json: JSON, account: String, username: String?) -> Call? {
    let key = json["text"].string == nil ? "caption" : "text"
    guard let text = json[key].string else { return isAnswer(json, to: account) ? Call(text: nil) : nil }
    let entities = json[key == "text" ? "entities" : "caption_entities"].array ?? []
    for entity in entities {
      guard let range = range(of: entity, in: text) else { continue }
      switch entity["type"].string {
      case "mention":
        guard isName(text[range].dropFirst(), username) else { continue }
        return Call(text: without(range, text))
      case "text_mention":
        guard TelegramUpdate.identifier(entity["user"]["id"]) == account else { continue }
        return Call(text: without(range, text))
      case "bot_command":
        // who needs help does not type our name
        if text[range].lowercased() == "/sos" { return Call(text: nil) }
        // the content drops the name
        guard let at = text[range].firstIndex(of: "@"), isName(text[at..<range.upperBound].dropFirst(), username) else {
          continue
        }
        return Call(text: nil)
      default: continue
      }
    }
    return isAnswer(json, to: account) ? Call(text: nil) : nil
  }

  private static func isAnswer(_ json: JSON, to account: String) -> Bool {
    TelegramUpdate.identifier(json["reply_to_message"]["from"]["id"]) == account
  }

  private static func isName(_ name: Substring, _ username: String?) -> Bool {
    username.map { name.lowercased() == $0.lowercased() } ?? false
  }

  /// Entities count UTF-16 units; one that does not end between characters is none.
  private static func range(of entity: JSON, in text: String) -> Range<String.Index>? {
    guard let offset = entity["offset"].int, let length = entity["length"].int, offset >= 0, length > 0,
      offset <= text.utf16.count, length <= text.utf16.count - offset
    else { return nil }
    let start = text.utf16.index(text.startIndex, offsetBy: offset)
    let end = text.utf16.index(start, offsetBy: length)
    guard let start = String.Index(start, within: text), let end = String.Index(end, within: text) else { return nil }
    return start..<end
  }

  /// "@the_bot, what is next" asks "what is next".
  private static func without(_ range: Range<String.Index>, _ text: String) -> String {
    let before = text[..<range.lowerBound].split(whereSeparator: \.isWhitespace)
    let after = text[range.upperBound...].drop { $0.isWhitespace || ",:;-–".contains($0) }
    return [before.joined(separator: " "), String(after)].filter { !$0.isEmpty }.joined(separator: " ")
  }

  // MARK: Topics

  /// A chat with the topic that a message stands in, so that answers stay there.
  static func place(_ json: JSON, chat: String) -> String {
    guard json["is_topic_message"].bool == true, let topic = TelegramUpdate.identifier(json["message_thread_id"]) else {
      return chat
    }
    // the general topic is the chat itself: its number is refused
    return topic == "1" ? chat : "\(chat)/\(topic)"
  }

  /// The parameters that lead to a place.
  static func parameters(of place: String) -> JSON {
    let parts = place.split(separator: "/", maxSplits: 1)
    var parameters: JSON = ["chat_id": TelegramDoor.chatID(parts.first.map(String.init) ?? place)]
    if parts.count == 2, let topic = Int64(parts[1]) { parameters["message_thread_id"] = .integer(topic) }
    return parameters
  }

  /// The same place after its group got a new id.
  static func place(_ place: String, movedTo chat: String) -> String {
    let topic = place.split(separator: "/", maxSplits: 1).dropFirst().first
    return topic.map { "\(chat)/\($0)" } ?? chat
  }
}
