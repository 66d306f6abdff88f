import Base
import Formats
import Messages

/// What a message says, by its type.
enum WhatsAppContent {
  typealias Content = InboundMessage.Content

  /// One content; several for a message with several contacts. Never empty.
  static func read(_ json: JSON) -> [Content] {
    let type = json["type"].string ?? ""
    let name = WhatsAppDelivery.name(type)
    let unsupported: [Content] = [.unsupported(name.isEmpty ? "unknown" : name)]
    switch type {
    case "text":
      guard let body = json["text"]["body"].string else { return unsupported }
      return [.text(body)]
    case "image", "video", "document", "audio", "sticker":
      return media(json[type], type).map { [.media($0)] } ?? unsupported
    case "location":
      guard let latitude = json["location"]["latitude"].double, let longitude = json["location"]["longitude"].double,
        let place = Coordinate(latitude: latitude, longitude: longitude)
      else { return unsupported }
      return [.location(place, accuracyMetres: nil, isLive: false)]
    case "contacts":
      let contacts = (json["contacts"].array ?? []).prefix(10).compactMap(contact)
      return contacts.isEmpty ? unsupported : contacts
    case "interactive": return [interactive(json["interactive"])]
    case "button": return button(json["button"]).map { [$0] } ?? unsupported
    default: return unsupported
    }
  }

  private static func media(_ json: JSON, _ type: String) -> InboundMessage.Media? {
    guard let id = WhatsAppDelivery.user(json["id"]) else { return nil }
    let kind: InboundMessage.Media.Kind =
      switch type {
      case "image": .photo
      case "video": .video
      case "sticker": .sticker
      case "audio": json["voice"].bool == true ? .voice : .audio
      default: .document
      }
    return .init(
      kind: kind, handle: id, type: WhatsAppDelivery.text(json["mime_type"], limit: 128),
      name: WhatsAppDelivery.text(json["filename"], limit: 256), bytes: nil, caption: json["caption"].string)
  }

  private static func contact(_ json: JSON) -> Content? {
    let phone = json["phones"].array?.lazy.compactMap {
      WhatsAppDelivery.text($0["phone"], limit: 64) ?? WhatsAppDelivery.text($0["wa_id"], limit: 64)
    }.first
    guard let phone else { return nil }
    let name = json["name"]
    let full = WhatsAppDelivery.text(name["formatted_name"], limit: 128)
    return .contact(name: full ?? WhatsAppDelivery.text(name["first_name"], limit: 128) ?? "", phone: phone)
  }

  private static func interactive(_ json: JSON) -> Content {
    for key in ["button_reply", "list_reply"] {
      if let id = json[key]["id"].string, !id.isEmpty, id.utf8.count <= 256 { return .press(data: id) }
    }
    // Forms (`nfm_reply`) and others; some come with no body at all.
    let type = WhatsAppDelivery.name(json["type"].string ?? "")
    return .unsupported(type.isEmpty ? "interactive" : type)
  }

  /// The quick reply of a template: its payload is ours; without one the label itself was said.
  private static func button(_ json: JSON) -> Content? {
    let text = json["text"].string
    if let payload = json["payload"].string, !payload.isEmpty, payload != text, payload.utf8.count <= 256 {
      return .press(data: payload)
    }
    return text.map { .text($0) }
  }
}
