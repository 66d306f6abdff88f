import Base
package import Delivery
import Formats
import HTTP
import Messages
import Synchronization
import Telemetry

/// One call of the Bot API that is part of a message.
struct TelegramPiece {
  var method: String
  var parameters: JSON
  var photo: KeptFile?

  /// The same without bold and the like; `nil` where it has none.
  var plain: TelegramPiece? {
    guard var all = parameters.object, all["entities"] ?? all["caption_entities"] != nil else { return nil }
    all["entities"] = nil
    all["caption_entities"] = nil
    return TelegramPiece(method: method, parameters: .object(all), photo: photo)
  }

  static let textLimit = 4_096
  static let captionLimit = 1_024
  static let photoLimit = 10 << 20

  /// A message in the order in which it is sent: picture, pin, text; buttons under the last.
  static func all(of message: OutboundMessage, chat: String, picture: KeptFile?) -> [TelegramPiece] {
    let place = TelegramGroup.parameters(of: chat)
    var texts = message.text.pieces(utf16Limit: textLimit)
    var pieces: [TelegramPiece] = []
    if let picture {
      var parameters = place
      // With a pin in between, the caption would stand apart from the buttons.
      if texts.count == 1, texts[0].text.utf16.count <= captionLimit, message.location == nil {
        put(texts.removeFirst(), as: "caption", entities: "caption_entities", into: &parameters)
      }
      pieces.append(TelegramPiece(method: method(for: picture), parameters: parameters, photo: picture))
    }
    if let location = message.location {
      var parameters = place
      parameters["latitude"] = .number(location.latitude)
      parameters["longitude"] = .number(location.longitude)
      pieces.append(TelegramPiece(method: "sendLocation", parameters: parameters))
    }
    for text in texts {
      var parameters = place
      parameters["link_preview_options"] = ["is_disabled": true]
      put(text, as: "text", entities: "entities", into: &parameters)
      pieces.append(TelegramPiece(method: "sendMessage", parameters: parameters))
    }
    if let markup = TelegramKeyboard.markup(message.buttons), let last = pieces.indices.last {
      pieces[last].parameters["reply_markup"] = markup
    }
    return pieces
  }

  /// Opus in OGG is what it plays as a voice note.
  private static func method(for file: KeptFile) -> String {
    if file.type.hasPrefix("image/"), file.bytes.count <= photoLimit { return "sendPhoto" }
    return file.type.hasPrefix("audio/ogg") ? "sendVoice" : "sendDocument"
  }

  /// What the file is called in a method's form.
  static let fields = ["sendPhoto": "photo", "sendVoice": "voice", "sendDocument": "document"]

  private static func put(_ text: StyledText, as key: String, entities: String, into parameters: inout JSON) {
    parameters[key] = .string(text.text)
    guard !text.runs.isEmpty else { return }
    parameters[entities] = JSON(
      text.runs.map { run -> JSON in
        [
          "type": .string(run.style.rawValue), "offset": .integer(Int64(run.start)),
          "length": .integer(Int64(run.length)),
        ]
      })
  }
}

extension TelegramDoor {
  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
    var place = item.chat
    let group = String(place.prefix { $0 != "/" })
    if let new = moved.withLock({ $0[group] }) { place = TelegramGroup.place(place, movedTo: new) }
    var pieces = TelegramPiece.all(of: item.message, chat: place, picture: picture)
    guard !pieces.isEmpty else { return .refused(reason: "There is nothing in the message.") }
    if let message = item.replaces, let outcome = await edit(message, pieces) { return outcome }
    // a state that is shown makes no sound
    if item.message.purpose == OutboundMessage.progress {
      for index in pieces.indices { pieces[index].parameters["disable_notification"] = true }
    }
    var externalID: String?
    for index in pieces.indices.dropFirst(max(0, item.piecesSent)) {
      var answer = await deliver(pieces[index])
      if case .failed(let failure) = answer, let new = failure.migrateTo, place.prefix(while: { $0 != "/" }) != new {
        note(TelegramUpdate.Move(from: group, to: new))
        place = TelegramGroup.place(place, movedTo: new)
        pieces = TelegramPiece.all(of: item.message, chat: place, picture: picture)
        answer = await deliver(pieces[index])
      }
      switch answer {
      case .done(let result):
        externalID = TelegramUpdate.identifier(result["message_id"]) ?? externalID
      case .notSent(let reason):
        return .retry(after: nil, reason: reason, piecesSent: index)
      case .lost(let reason):
        return .unknown(reason: reason, piecesSent: index)
      case .failed(let failure):
        if let outcome = outcome(of: failure, at: index) { return outcome }
      }
    }
    return .sent(externalID: externalID)
  }

  /// Changes the message that is there. Twice is as good as once, so no outcome of it is in doubt.
  ///
  /// - Returns: `nil` where it cannot be changed (deleted, too old, no words): then it is said anew.
  private func edit(_ message: String, _ pieces: [TelegramPiece]) async -> SendOutcome? {
    guard pieces.count == 1, pieces[0].method == "sendMessage" else { return nil }
    var parameters = pieces[0].parameters
    parameters["message_id"] = Int64(message).map(JSON.integer) ?? .string(message)
    switch await api.call("editMessageText", parameters) {
    case .done: return .sent(externalID: message)
    case .notSent(let reason), .lost(let reason): return .retry(after: nil, reason: reason, piecesSent: 0)
    case .failed(let failure):
      guard let outcome = outcome(of: failure, at: 0) else { return .sent(externalID: message) }
      if case .refused = outcome { return nil }
      return outcome
    }
  }

  private func deliver(_ piece: TelegramPiece) async -> TelegramAPI.Answer {
    let answer = await call(piece)
    guard case .failed(let failure) = answer, failure.code == 400, let plain = piece.plain,
      failure.description.lowercased().contains("entit")
    else { return answer }
    // words matter more than how they look
    return await call(plain)
  }

  private func call(_ piece: TelegramPiece) async -> TelegramAPI.Answer {
    guard let photo = piece.photo else { return await api.call(piece.method, piece.parameters, onlyOnce: true) }
    let answer = await api.upload(
      piece.method, form(piece, photo, field: TelegramPiece.fields[piece.method] ?? "document"))
    // A picture of a shape that Telegram does not show, or a voice note to somebody who wants none, goes as a file.
    if case .failed(let failure) = answer, failure.code == 400,
      ["PHOTO_", "IMAGE_PROCESS_FAILED", "VOICE_MESSAGES_FORBIDDEN"].contains(where: failure.description.contains)
    {
      return await api.upload("sendDocument", form(piece, photo, field: "document"))
    }
    return answer
  }

  private func form(_ piece: TelegramPiece, _ photo: KeptFile, field: String) -> MultipartForm {
    var form = MultipartForm(boundary: "thinnai-" + random.code(24))
    for member in piece.parameters.object ?? [:] {
      form.add(member.key, member.value.string ?? member.value.text())
    }
    form.add(field, file: photo.name ?? "picture.png", type: photo.type, photo.bytes)
    return form
  }

  /// `nil`: as good as sent, go on.
  private func outcome(of failure: TelegramAPI.Failure, at index: Int) -> SendOutcome? {
    let reason = "Telegram \(failure.code): \(failure.description)"
    switch failure.code {
    case 429:
      return .retry(after: failure.retryAfter ?? .seconds(1), reason: reason, piecesSent: index)
    case 500...:
      return .retry(after: failure.retryAfter, reason: reason, piecesSent: index)
    case 401, 404:
      // Our fault, not the message's: it waits for a token that works.
      complain(failure)
      return .retry(after: .minutes(5), reason: reason, piecesSent: index)
    case 403:
      return .unreachable(reason: reason)
    case 400:
      if failure.description.contains("message is not modified") { return nil }
      for gone in ["chat not found", "user not found", "PEER_ID_INVALID", "chat was deactivated"]
      where failure.description.contains(gone) {
        return .unreachable(reason: reason)
      }
      return .refused(reason: reason)
    case 402...499:
      return .refused(reason: reason)
    default:
      // A redirect or a page of a captive portal: not the API.
      return .retry(after: nil, reason: reason, piecesSent: index)
    }
  }
}
