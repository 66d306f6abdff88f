import Base
package import Formats

// The layout of the rows, which older programs wrote through Swift's own coders: it must not change.

extension Address: JSONStored {
  package var json: JSON { ["door": .string(door), "account": .string(account), "user": .string(user)] }

  package init?(json: JSON) {
    guard let door = json["door"].string, let user = json["user"].string else { return nil }
    self.init(door: door, account: json["account"].string ?? "", user: user)
  }
}

extension InboundMessage: JSONStored {
  package var json: JSON {
    var object = JSONObject()
    object.put("from", from.json)
    object.put("alias", alias?.json)
    object.put("kind", kind)
    object.put("externalID", externalID)
    object.put("chat", chat)
    object.put("isGroup", .bool(isGroup))
    object.put("askedIn", askedIn)
    object.put("senderName", senderName)
    object.put("languageHint", languageHint)
    object.put("sentAt", sentAt.map { .integer($0.microseconds) })
    object.put("content", content.json)
    object.put("edits", edits)
    object.put("answers", answers)
    object.put("messageID", messageID)
    if isForwarded { object.put("isForwarded", .bool(true)) }
    object.put("scopes", scopes.map { JSON($0.sorted()) })
    return .object(object)
  }

  package init?(json: JSON) {
    guard let from = Address(json: json["from"]), let kind = json["kind"].string,
      let externalID = json["externalID"].string, let chat = json["chat"].string,
      let content = Content(json: json["content"])
    else { return nil }
    self.init(
      from: from, kind: kind, externalID: externalID, chat: chat, isGroup: json["isGroup"].bool ?? false,
      senderName: json["senderName"].string ?? "", languageHint: json["languageHint"].string,
      sentAt: json["sentAt"].int64.map { Instant(microseconds: $0) }, content: content, edits: json["edits"].string,
      answers: json["answers"].string, messageID: json["messageID"].string, alias: Address(json: json["alias"]),
      isForwarded: json["isForwarded"].bool ?? false,
      scopes: json["scopes"].array.map { Set($0.compactMap(\.string)) },
      askedIn: json["askedIn"].string)
  }
}

extension InboundMessage.Content: JSONStored {
  package var json: JSON {
    switch self {
    case .text(let text): return ["text": ["_0": .string(text)]]
    case .press(let data): return ["press": ["data": .string(data)]]
    case .location(let place, let accuracy, let isLive):
      var object: JSONObject = ["_0": place.json]
      object.put("accuracyMetres", accuracy.map(JSON.number))
      object.put("isLive", .bool(isLive))
      return ["location": .object(object)]
    case .contact(let name, let phone): return ["contact": ["name": .string(name), "phone": .string(phone)]]
    case .media(let media): return ["media": ["_0": media.json]]
    case .unsupported(let type): return ["unsupported": ["_0": .string(type)]]
    }
  }

  package init?(json: JSON) {
    guard let member = json.object?.members.first else { return nil }
    let value = member.value
    switch member.key {
    case "text":
      guard let text = value["_0"].string else { return nil }
      self = .text(text)
    case "press":
      guard let data = value["data"].string else { return nil }
      self = .press(data: data)
    case "location":
      guard let place = Coordinate(json: value["_0"]) else { return nil }
      self = .location(place, accuracyMetres: value["accuracyMetres"].double, isLive: value["isLive"].bool ?? false)
    case "contact":
      self = .contact(name: value["name"].string ?? "", phone: value["phone"].string ?? "")
    case "media":
      guard let media = InboundMessage.Media(json: value["_0"]) else { return nil }
      self = .media(media)
    case "unsupported": self = .unsupported(value["_0"].string ?? "")
    default: return nil
    }
  }
}

extension InboundMessage.Media: JSONStored {
  package var json: JSON {
    var object: JSONObject = ["kind": .string(kind.rawValue), "handle": .string(handle)]
    object.put("type", type)
    object.put("name", name)
    object.put("bytes", bytes.map(JSON.integer))
    object.put("caption", caption)
    object.put("album", album)
    return .object(object)
  }

  package init?(json: JSON) {
    guard let kind = json["kind"].string.flatMap(Kind.init(rawValue:)), let handle = json["handle"].string else {
      return nil
    }
    self.init(
      kind: kind, handle: handle, type: json["type"].string, name: json["name"].string, bytes: json["bytes"].int64,
      caption: json["caption"].string, album: json["album"].string)
  }
}

extension Coordinate: JSONStored {
  package var json: JSON { ["latitude": .number(latitude), "longitude": .number(longitude)] }

  package init?(json: JSON) {
    guard let latitude = json["latitude"].double, let longitude = json["longitude"].double else { return nil }
    self.init(latitude: latitude, longitude: longitude)
  }
}
