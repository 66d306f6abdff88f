import Base
package import Formats
package import Messages

/// What one update holds for us, read without trusting a single field: anything may be missing or of another type.
package struct TelegramUpdate: Sendable {
  package static let kinds = ["message", "edited_message", "callback_query", "my_chat_member"]

  /// A person blocked or unblocked the bot, or it was added to or taken out of a group.
  package struct Membership: Sendable, Hashable {
    package let address: Address
    package let chat: String
    package let isGroup: Bool
    package let isReachable: Bool
  }

  package private(set) var messages: [InboundMessage] = []
  /// Why nothing became of an update, in words without any value of a person.
  package private(set) var ignored: [String] = []
  /// Button presses that the app shows as waiting until they are answered.
  package private(set) var presses: [String] = []
  package private(set) var memberships: [Membership] = []
  /// A group that became a supergroup: its old and its new chat id.
  package private(set) var moves: [Move] = []
  private let username: String?

  package struct Move: Sendable, Hashable {
    package let from: String
    package let to: String
  }

  /// - Parameters:
  ///   - json: one update object.
  ///   - account: our bot's id.
  ///   - username: our bot's name, by which it is called in groups.
  package init(_ json: JSON, account: String, username: String? = nil) {
    self.username = username
    read(json, account: account)
  }

  private mutating func read(_ json: JSON, account: String) {
    guard json.object != nil else { return ignore("not an object") }
    guard let id = Self.identifier(json["update_id"]) else { return ignore("no update_id") }
    if json["message"].object != nil {
      message(json["message"], kind: "update", id: id, account: account)
    } else if json["edited_message"].object != nil {
      message(json["edited_message"], kind: "edit", id: id, account: account)
    } else if json["callback_query"].object != nil {
      press(json["callback_query"], account: account)
    } else if json["my_chat_member"].object != nil {
      membership(json["my_chat_member"], account: account)
    } else {
      let kind = json.object?.keys.first { $0 != "update_id" } ?? "nothing"
      ignore("update kind \(Self.name(kind))")
    }
  }

  private mutating func ignore(_ reason: String) { ignored.append(reason) }

  // MARK: Kinds

  private mutating func message(_ json: JSON, kind: String, id: String, account: String) {
    let chat = json["chat"]
    guard let chatID = Self.identifier(chat["id"]) else { return ignore("no chat") }
    if let to = Self.identifier(json["migrate_to_chat_id"]) {
      moves.append(Move(from: chatID, to: to))
      return ignore("group moved")
    }
    let from = json["from"]
    guard let user = Self.identifier(from["id"]) else { return ignore("no sender") }
    guard from["is_bot"].bool != true else { return ignore("from a bot") }
    guard let content = TelegramContent.read(json, isEdit: kind == "edit", username: username) else {
      return ignore(TelegramContent.reason(json))
    }
    let isGroup = Self.isGroup(chat, id: chatID)
    if isGroup, let call = TelegramGroup.call(json, account: account, username: username) {
      // what was handled once is not handled anew because somebody mended a letter before everybody's eyes
      guard kind == "update" else { return ignore("an edit in a group") }
      return append(call, of: json, content, id: id, user: user, account: account)
    }
    let messageID = Self.identifier(json["message_id"])
    messages.append(
      InboundMessage(
        from: Address(door: "telegram", account: account, user: user), kind: kind, externalID: id,
        chat: TelegramGroup.place(json, chat: chatID), isGroup: isGroup, senderName: Self.name(of: from),
        languageHint: Self.language(from), sentAt: Self.instant(json[kind == "edit" ? "edit_date" : "date"]),
        content: content, edits: kind == "edit" ? messageID : nil, answers: Self.answers(json), messageID: messageID,
        isForwarded: Self.isForwarded(json)))
  }

  /// Said to us in a group: handled as if it were said in the sender's own chat, whose id is the sender's.
  private mutating func append(
    _ call: TelegramGroup.Call, of json: JSON, _ content: InboundMessage.Content, id: String, user: String,
    account: String
  ) {
    var content = content
    if let text = call.text {
      switch content {
      case .text: content = .text(text)
      case .media(var media):
        media.caption = text
        content = .media(media)
      default: break
      }
    }
    let chat = Self.identifier(json["chat"]["id"]) ?? ""
    messages.append(
      InboundMessage(
        from: Address(door: "telegram", account: account, user: user), kind: "update", externalID: id, chat: user,
        senderName: Self.name(of: json["from"]), languageHint: Self.language(json["from"]),
        sentAt: Self.instant(json["date"]), content: content, isForwarded: Self.isForwarded(json),
        askedIn: TelegramGroup.place(json, chat: chat)))
  }

  private mutating func press(_ json: JSON, account: String) {
    guard let id = Self.token(json["id"]) else { return ignore("a press without id") }
    presses.append(id)
    let from = json["from"]
    guard let user = Self.identifier(from["id"]) else { return ignore("no sender") }
    guard from["is_bot"].bool != true else { return ignore("from a bot") }
    guard let data = json["data"].string, !data.isEmpty, data.utf8.count <= 64 else {
      return ignore("a press without data")
    }
    // The message may be inaccessible (date 0, only chat and id) or, in inline mode, absent.
    let message = json["message"]
    guard let chatID = Self.identifier(message["chat"]["id"]) else { return ignore("pressed outside a chat") }
    let messageID = Self.identifier(message["message_id"])
    messages.append(
      InboundMessage(
        from: Address(door: "telegram", account: account, user: user), kind: "callback", externalID: id, chat: chatID,
        isGroup: Self.isGroup(message["chat"], id: chatID), senderName: Self.name(of: from),
        languageHint: Self.language(from), content: .press(data: data), answers: messageID, messageID: messageID))
  }

  private mutating func membership(_ json: JSON, account: String) {
    let chat = json["chat"]
    guard let chatID = Self.identifier(chat["id"]) else { return ignore("no chat") }
    guard let status = json["new_chat_member"]["status"].string else { return ignore("membership without status") }
    let isGroup = Self.isGroup(chat, id: chatID)
    // In a private chat its id is the person's.
    guard let user = isGroup ? Self.identifier(json["from"]["id"]) : chatID else { return ignore("no sender") }
    let known = ["creator", "administrator", "member", "restricted", "left", "kicked"]
    guard known.contains(status) else { return ignore("membership unknown") }
    memberships.append(
      Membership(
        address: Address(door: "telegram", account: account, user: user), chat: chatID, isGroup: isGroup,
        isReachable: status != "left" && status != "kicked"))
    ignore("membership \(status)")
  }

  // MARK: Fields

  private static func isForwarded(_ json: JSON) -> Bool {
    !json["forward_origin"].isNull || !json["forward_date"].isNull
  }

  /// An id as text: a whole number, or the digits of one.
  static func identifier(_ json: JSON) -> String? {
    if let number = json.int64 { return String(number) }
    guard let text = json.string, text.utf8.count <= 20 else { return nil }
    let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
    return !digits.isEmpty && digits.utf8.allSatisfy { 48...57 ~= $0 } ? text : nil
  }

  /// An id that need not be a number: any printable text.
  private static func token(_ json: JSON) -> String? {
    guard let text = json.string else { return identifier(json) }
    return !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? text : nil
  }

  static func isGroup(_ chat: JSON, id: String) -> Bool {
    switch chat["type"].string {
    case "private": false
    case "group", "supergroup", "channel": true
    default: id.hasPrefix("-")
    }
  }

  static func name(of person: JSON) -> String {
    let parts = [person["first_name"].string, person["last_name"].string].compactMap { $0 }.filter { !$0.isEmpty }
    return String(parts.joined(separator: " ").unicodeScalars.prefix(128))
  }

  static func language(_ person: JSON) -> String? {
    person["language_code"].string.flatMap { $0.utf8.count <= 35 && !$0.isEmpty ? $0 : nil }
  }

  static func instant(_ json: JSON) -> Instant? {
    json.int64.flatMap { $0 > 0 && $0 < 100_000_000_000 ? Instant(seconds: $0) : nil }
  }

  /// In a topic every message "answers" the one that opened it; that is no answer.
  private static func answers(_ json: JSON) -> String? {
    guard let id = identifier(json["reply_to_message"]["message_id"]) else { return nil }
    return json["is_topic_message"].bool == true && id == identifier(json["message_thread_id"]) ? nil : id
  }

  /// A field's name as it may stand in a log.
  static func name(_ key: String) -> String {
    String(decoding: key.utf8.filter { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 95 }.prefix(40), as: UTF8.self)
  }
}
