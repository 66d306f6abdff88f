import Base
package import Formats
package import Messages

/// What one webhook call holds for us: every message of every change of every entry, read without trusting a field.
package struct WhatsAppDelivery: Sendable {
  /// A person has a new number or user id; whoever was known by the old one is known by the new one.
  package struct Move: Sendable, Hashable {
    package let from: Address
    package let to: Address
  }

  package private(set) var messages: [InboundMessage] = []
  package private(set) var statuses: [WhatsAppStatus] = []
  package private(set) var moves: [Move] = []
  /// Why nothing became of a part, in words without any value of a person.
  package private(set) var ignored: [String] = []

  private let account: String

  /// - Parameters:
  ///   - json: the whole body.
  ///   - account: our phone number id; what is meant for another number is passed over.
  package init(_ json: JSON, account: String) {
    self.account = account
    read(json)
  }

  private mutating func read(_ json: JSON) {
    guard json["object"].string == "whatsapp_business_account" else { return ignore("another kind of object") }
    guard let entries = json["entry"].array, !entries.isEmpty else { return ignore("no entry") }
    for entry in entries {
      guard let changes = entry["changes"].array, !changes.isEmpty else {
        ignore("no change")
        continue
      }
      for change in changes { readChange(change) }
    }
  }

  private mutating func ignore(_ reason: String) { ignored.append(reason) }

  private mutating func readChange(_ change: JSON) {
    // Among the others are copies of our own messages (`smb_message_echoes`), calls and template reviews.
    guard change["field"].string == "messages" else {
      return ignore("field \(Self.name(change["field"].string ?? "nothing"))")
    }
    let value = change["value"]
    guard Self.digits(value["metadata"]["phone_number_id"]) == account else { return ignore("another number") }
    let contacts = value["contacts"].array ?? []
    let ours = Self.digits(value["metadata"]["display_phone_number"])
    var isEmpty = true
    for message in value["messages"].array ?? [] {
      isEmpty = false
      read(message, contacts: contacts, ours: ours)
    }
    for status in value["statuses"].array ?? [] {
      isEmpty = false
      if let status = WhatsAppStatus(status) { statuses.append(status) } else { ignore("a status of unknown kind") }
    }
    for error in value["errors"].array ?? [] {
      isEmpty = false
      ignore("error \(WhatsAppFault(error).code)")
    }
    if isEmpty { ignore("a change without content") }
  }

  private mutating func read(_ json: JSON, contacts: [JSON], ours: String?) {
    let type = json["type"].string ?? ""
    guard let id = Self.messageID(json["id"]) else { return ignore("a message without id") }
    if type == "system" { return readSystem(json["system"], from: json) }
    let phone = Self.user(json["from"])
    let contact =
      contacts.first { contact in
        phone != nil && Self.user(contact["wa_id"]) == phone
          || Self.user(contact["user_id"]).map { $0 == Self.user(json["from_user_id"]) } ?? false
      } ?? (contacts.count == 1 ? contacts[0] : .null)
    let userID = Self.user(json["from_user_id"]) ?? Self.user(contact["user_id"])
    guard let user = phone ?? userID else { return ignore("no sender") }
    guard user != ours else { return ignore("from ourselves") }
    let group = Self.user(json["group_id"])
    var content = json
    var edits: String?
    switch type {
    case "reaction":
      return ignore((json["reaction"]["emoji"].string ?? "").isEmpty ? "a reaction removed" : "a reaction")
    case "revoke": return ignore("a message taken back")
    case "edit":
      content = json["edit"]["message"]
      edits = Self.messageID(json["edit"]["original_message_id"])
      guard edits != nil else { return ignore("an edit of nothing") }
    default: break
    }
    let address = Address(door: "whatsapp", account: account, user: user)
    let alias = phone == nil ? nil : userID
    for (index, said) in WhatsAppContent.read(content).enumerated() {
      messages.append(
        InboundMessage(
          from: address, kind: edits == nil ? "message" : "edit",
          // Several contacts come as one message.
          externalID: index == 0 ? id : "\(id)#\(index)", chat: group ?? user, isGroup: !json["group_id"].isNull,
          senderName: Self.text(contact["profile"]["name"], limit: 128) ?? "", sentAt: Self.instant(json["timestamp"]),
          content: said, edits: edits, answers: Self.messageID(json["context"]["id"]), messageID: id,
          alias: alias.flatMap { $0 == user ? nil : Address(door: "whatsapp", account: account, user: $0) },
          isForwarded: json["context"]["forwarded"].bool == true
            || json["context"]["frequently_forwarded"].bool == true))
    }
  }

  private mutating func readSystem(_ system: JSON, from json: JSON) {
    let old = Self.user(system["previous_user_id"]) ?? Self.user(json["from"])
    let new = system["previous_user_id"].isNull ? Self.user(system["wa_id"]) : Self.user(system["user_id"])
    let type = system["type"].string ?? ""
    if ["user_changed_number", "customer_changed_number", "user_changed_user_id"].contains(type), let old, let new,
      old != new
    {
      moves.append(
        Move(
          from: Address(door: "whatsapp", account: account, user: old),
          to: Address(door: "whatsapp", account: account, user: new)))
    }
    ignore("system \(Self.name(type))")
  }

  // MARK: Fields

  /// A phone number without plus, or a business-scoped user id (`IN.12345`).
  static func user(_ json: JSON) -> String? {
    if let number = json.int64 { return number > 0 ? String(number) : nil }
    guard let text = json.string, !text.isEmpty, text.utf8.count <= 160 else { return nil }
    let isPlain = text.utf8.allSatisfy { byte in
      byte | 0x20 >= 97 && byte | 0x20 <= 122 || 48...57 ~= byte || byte == 46 || byte == 45 || byte == 95
    }
    return isPlain ? text : nil
  }

  static func digits(_ json: JSON) -> String? {
    user(json).flatMap { $0.utf8.allSatisfy { 48...57 ~= $0 } ? $0 : nil }
  }

  /// `wamid.…`: any printable text, as its inner form is not promised.
  static func messageID(_ json: JSON) -> String? {
    guard let text = json.string, !text.isEmpty, text.utf8.count <= 512 else { return nil }
    return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? text : nil
  }

  static func instant(_ json: JSON) -> Instant? {
    let seconds = json.int64 ?? json.string.flatMap { $0.utf8.count <= 12 ? Int64($0) : nil }
    return seconds.flatMap { $0 > 0 && $0 < 100_000_000_000 ? Instant(seconds: $0) : nil }
  }

  static func text(_ json: JSON, limit: Int) -> String? {
    json.string.flatMap { $0.isEmpty ? nil : String($0.unicodeScalars.prefix(limit)) }
  }

  /// A type or field name as it may stand in a log.
  static func name(_ key: String) -> String {
    String(decoding: key.utf8.filter { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 95 }.prefix(40), as: UTF8.self)
  }
}
