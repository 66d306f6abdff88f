import Base
package import Delivery
import Formats
import HTTP
import Messages

extension WhatsAppDoor {
  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
    if !window.isOpen(item.chat, at: clock.now) {
      if let content = template(for: item) { return await send(content, to: item) }
      // an alarm is tried as it is: the platform may know of a call or a reaction that we did not see
      if item.urgency != .emergency { return .refused(reason: Self.noTemplate) }
    }
    let pieces = WhatsAppPiece.all(of: item.message, picture: picture)
    guard !pieces.isEmpty else { return .refused(reason: "There is nothing in the message.") }
    var externalID: String?
    for index in pieces.indices.dropFirst(max(0, item.piecesSent)) {
      var content = pieces[index].content
      if pieces[index].pictureSlot != nil, let picture {
        switch await upload(picture) {
        case .done(let file):
          guard let id = file["id"].string else {
            return .retry(after: nil, reason: "WhatsApp took the picture without naming it.", piecesSent: index)
          }
          content = pieces[index].with(picture: id)
        // An upload that was lost harms nobody: nothing was sent yet.
        case .notSent(let reason), .lost(let reason): return .retry(after: nil, reason: reason, piecesSent: index)
        case .failed(let failure): return await outcome(of: failure, at: index)
        }
      }
      switch await api.post("\(account)/messages", addressed(content, to: item), onlyOnce: true) {
      case .done(let result): externalID = result["messages"][0]["id"].string ?? externalID
      case .notSent(let reason): return .retry(after: nil, reason: reason, piecesSent: index)
      case .lost(let reason): return .unknown(reason: reason, piecesSent: index)
      case .failed(let failure) where failure.fault.cure == .template:
        window.close(item.chat)
        guard let content = template(for: item) else { return .refused(reason: Self.noTemplate) }
        return await send(content, to: item)
      case .failed(let failure): return await outcome(of: failure, at: index)
      }
    }
    return .sent(externalID: externalID)
  }

  /// Not outside the 24-hour window: a template carries one message.
  package func mayMerge(_ chat: String) -> Bool { window.isOpen(chat, at: clock.now) }

  private static let noTemplate =
    WhatsAppFault(code: 131047, title: "").sentence + " No template is set for this kind of message."

  private func template(for item: OutboxItem) -> JSON? {
    guard let template = configuration.template(for: item.message.purpose) else { return nil }
    let reader = reader(item.person)
    return template.content(item.message, name: reader.name, language: reader.language)
  }

  private func send(_ template: JSON, to item: OutboxItem) async -> SendOutcome {
    switch await api.post("\(account)/messages", addressed(template, to: item), onlyOnce: true) {
    case .done(let result): .sent(externalID: result["messages"][0]["id"].string)
    case .notSent(let reason): .retry(after: nil, reason: reason, piecesSent: 0)
    case .lost(let reason): .unknown(reason: reason, piecesSent: 0)
    case .failed(let failure): await outcome(of: failure, at: 0)
    }
  }

  private func addressed(_ content: JSON, to item: OutboxItem) -> JSON {
    var json = content
    json["messaging_product"] = "whatsapp"
    json["recipient_type"] = "individual"
    // A number goes to `to`, a user id (with a letter in it) to `recipient`.
    let isNumber = item.chat.utf8.allSatisfy { 48...57 ~= $0 }
    json[isNumber ? "to" : "recipient"] = .string(item.chat)
    // Comes back with every status.
    json["biz_opaque_callback_data"] = .string(item.id)
    return json
  }

  private func upload(_ picture: KeptFile) async -> WhatsAppAPI.Answer {
    var form = MultipartForm(boundary: "thinnai-" + random.code(24))
    form.add("messaging_product", "whatsapp")
    form.add("type", picture.type)
    form.add("file", file: picture.name ?? "picture.png", type: picture.type, picture.bytes)
    return await api.post("\(account)/media", form)
  }

  private func outcome(of failure: WhatsAppAPI.Failure, at index: Int) async -> SendOutcome {
    let reason = failure.fault.sentence
    func again(after pause: Duration?) -> SendOutcome { .retry(after: pause, reason: reason, piecesSent: index) }
    let isTooFast = max(failure.retryAfter ?? .zero, .seconds(6))
    if failure.fault.cure == .alert || failure.status == 401 { await complain(failure) }
    switch failure.fault.meaning {
    case .undeliverable: return .unreachable(reason: reason)
    case .tooFast: return again(after: isTooFast)
    case .temporary: return again(after: failure.retryAfter)
    // our fault, not the message's: it waits for a token that works
    case .credentials, .locked: return again(after: .minutes(5))
    case .windowClosed, .template, .media, .invalid, .declined, .account: return .refused(reason: reason)
    case .other: break
    }
    switch failure.status {
    case 429: return again(after: isTooFast)
    case 401: return again(after: .minutes(5))
    case 500...: return again(after: failure.retryAfter)
    case 400..<500: return .refused(reason: reason)
    default: return again(after: nil)
    }
  }
}
