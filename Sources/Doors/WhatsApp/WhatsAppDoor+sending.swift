import Base
package import Delivery
import Formats
import HTTP
import Messages

extension WhatsAppDoor {
  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
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
        case .failed(let failure): return outcome(of: failure, at: index)
        }
      }
      switch await api.post("\(account)/messages", addressed(content, to: item), onlyOnce: true) {
      case .done(let result): externalID = result["messages"][0]["id"].string ?? externalID
      case .notSent(let reason): return .retry(after: nil, reason: reason, piecesSent: index)
      case .lost(let reason): return .unknown(reason: reason, piecesSent: index)
      case .failed(let failure): return outcome(of: failure, at: index)
      }
    }
    return .sent(externalID: externalID)
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

  private func outcome(of failure: WhatsAppAPI.Failure, at index: Int) -> SendOutcome {
    let reason = failure.fault.sentence
    switch failure.fault.meaning {
    case .windowClosed, .template, .media, .invalid: return .refused(reason: reason)
    case .undeliverable: return failure.fault.isAboutPerson ? .unreachable(reason: reason) : .refused(reason: reason)
    case .tooFast:
      return .retry(after: max(failure.retryAfter ?? .zero, .seconds(6)), reason: reason, piecesSent: index)
    case .temporary: return .retry(after: failure.retryAfter, reason: reason, piecesSent: index)
    case .credentials:
      // Our fault, not the message's: it waits for a token that works.
      complain(failure)
      return .retry(after: .minutes(5), reason: reason, piecesSent: index)
    case .account:
      complain(failure)
      return failure.fault.code == 131031 || failure.fault.code == 368
        ? .retry(after: .minutes(5), reason: reason, piecesSent: index) : .refused(reason: reason)
    case .other: break
    }
    switch failure.status {
    case 429: return .retry(after: max(failure.retryAfter ?? .zero, .seconds(6)), reason: reason, piecesSent: index)
    case 401:
      complain(failure)
      return .retry(after: .minutes(5), reason: reason, piecesSent: index)
    case 500...: return .retry(after: failure.retryAfter, reason: reason, piecesSent: index)
    case 400..<500: return .refused(reason: reason)
    default: return .retry(after: nil, reason: reason, piecesSent: index)
    }
  }
}
