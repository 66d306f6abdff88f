import Base
import Formats
import Messages

/// What a message says, out of the one member (of some ninety) that carries it.
enum TelegramContent {
  typealias Content = InboundMessage.Content

  /// `nil` for service messages and empty ones: nobody said anything.
  ///
  /// - Parameter username: our bot's name, without the at sign; `nil` while Telegram has not told it.
  static func read(_ json: JSON, isEdit: Bool, username: String? = nil) -> Content? {
    if let text = json["text"].string { return .text(command(text, json["entities"], username)) }
    // Before `location`: only that says whether it moves. An edited location is a live one, also when it just ended.
    if let place = location(json["location"], isEdit: isEdit) { return place }
    if let contact = contact(json["contact"]) { return contact }
    func media(_ media: InboundMessage.Media) -> Content {
      var media = media
      media.caption = json["caption"].string
      media.album = TelegramUpdate.identifier(json["media_group_id"])
      return .media(media)
    }
    if let photo = photo(json["photo"]) { return media(photo) }
    // An animation comes with a document of the same file, so it is looked for first.
    let kinds: [(String, InboundMessage.Media.Kind)] = [
      ("voice", .voice), ("audio", .audio), ("video", .video), ("animation", .video), ("video_note", .video),
      ("sticker", .sticker), ("document", .document),
    ]
    for (key, kind) in kinds {
      if let file = file(json[key], kind) { return media(file) }
    }
    return unsupported(json).map { .unsupported($0) }
  }

  /// Why a message without content is passed over.
  static func reason(_ json: JSON) -> String {
    if let service = json.object?.keys.first(where: services.contains) { return "service message \(service)" }
    return "an empty message"
  }

  // MARK: Members

  /// In groups and menus a command is written `/start@the_bot`; the name is taken out.
  private static func command(_ text: String, _ entities: JSON, _ username: String?) -> String {
    guard text.hasPrefix("/"),
      let entity = entities.array?.first(where: { $0["type"].string == "bot_command" && $0["offset"].int == 0 }),
      let length = entity["length"].int, length > 1, length <= text.utf16.count
    else { return unmarked(text, username) }
    let end = text.utf16.index(text.startIndex, offsetBy: length)
    guard let at = text[..<end].firstIndex(of: "@") else { return text }
    return String(text[..<at]) + String(text[end...])
  }

  /// The same of a command that no entity marks, where the name is ours.
  private static func unmarked(_ text: String, _ username: String?) -> String {
    guard text.hasPrefix("/"), let username else { return text }
    let command = text.prefix { !$0.isWhitespace }
    guard let at = command.firstIndex(of: "@"),
      command[at...].dropFirst().lowercased() == username.lowercased()
    else { return text }
    return String(text[..<at]) + String(text[command.endIndex...])
  }

  private static func location(_ json: JSON, isEdit: Bool) -> Content? {
    guard let latitude = json["latitude"].double, let longitude = json["longitude"].double,
      let coordinate = Coordinate(latitude: latitude, longitude: longitude)
    else { return nil }
    let accuracy = json["horizontal_accuracy"].double.flatMap { $0 >= 0 && $0 <= 100_000 ? $0 : nil }
    return .location(coordinate, accuracyMetres: accuracy, isLive: isEdit || !json["live_period"].isNull)
  }

  private static func contact(_ json: JSON) -> Content? {
    guard let phone = json["phone_number"].string, !phone.isEmpty else { return nil }
    return .contact(name: TelegramUpdate.name(of: json), phone: String(phone.unicodeScalars.prefix(64)))
  }

  /// The largest size that can be fetched; sizes are compared by pixels, because small files may be large pictures.
  private static func photo(_ json: JSON) -> InboundMessage.Media? {
    let sizes = (json.array ?? []).filter { size in
      handle(size) != nil && (size["file_size"].int64 ?? 0) <= Int64(TelegramAPI.fileLimit)
    }
    func pixels(_ size: JSON) -> Double { (size["width"].double ?? 0) * (size["height"].double ?? 0) }
    guard let best = sizes.max(by: { pixels($0) < pixels($1) }), let handle = handle(best) else { return nil }
    return .init(
      kind: .photo, handle: handle, type: "image/jpeg", name: nil, bytes: best["file_size"].int64, caption: nil)
  }

  private static func file(_ json: JSON, _ kind: InboundMessage.Media.Kind) -> InboundMessage.Media? {
    guard let handle = handle(json) else { return nil }
    return .init(
      kind: kind, handle: handle, type: json["mime_type"].string.map { String($0.unicodeScalars.prefix(128)) },
      name: json["file_name"].string.map { String($0.unicodeScalars.prefix(256)) }, bytes: json["file_size"].int64,
      caption: nil)
  }

  private static func handle(_ json: JSON) -> String? {
    json["file_id"].string.flatMap { !$0.isEmpty && $0.utf8.count <= 256 ? $0 : nil }
  }

  // MARK: The rest

  /// The name of the member that we cannot read, also of one that came after this was written.
  private static func unsupported(_ json: JSON) -> String? {
    guard let keys = json.object?.keys, !keys.contains(where: services.contains) else { return nil }
    let name = keys.first { !envelope.contains($0) }.map { TelegramUpdate.name($0) }
    return name.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static let envelope: Set<String> = [
    "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count",
    "sender_business_bot", "date", "business_connection_id", "chat", "forward_origin", "forward_from",
    "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name", "forward_date",
    "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
    "reply_to_checklist_task_id", "via_bot", "edit_date", "has_protected_content", "is_from_offline", "is_paid_post",
    "media_group_id", "author_signature", "paid_star_count", "entities", "link_preview_options",
    "suggested_post_info", "effect_id", "caption", "caption_entities", "show_caption_above_media",
    "has_media_spoiler", "reply_markup", "sender_tag",
  ]

  private static let services: Set<String> = [
    "new_chat_members", "new_chat_member", "new_chat_participant", "left_chat_member", "left_chat_participant",
    "chat_owner_left", "chat_owner_changed", "new_chat_title", "new_chat_photo", "delete_chat_photo",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed",
    "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message", "successful_payment", "refunded_payment",
    "users_shared", "user_shared", "chat_shared", "gift", "unique_gift", "gift_upgrade_sent", "connected_website",
    "write_access_allowed", "passport_data", "proximity_alert_triggered", "boost_added", "chat_background_set",
    "checklist_tasks_done", "checklist_tasks_added", "direct_message_price_changed", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
    "general_forum_topic_unhidden", "giveaway_created", "giveaway_completed", "paid_message_price_changed",
    "suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid",
    "suggested_post_refunded", "video_chat_scheduled", "video_chat_started", "video_chat_ended",
    "video_chat_participants_invited", "voice_chat_scheduled", "voice_chat_started", "voice_chat_ended",
    "voice_chat_participants_invited", "web_app_data",
  ]
}
