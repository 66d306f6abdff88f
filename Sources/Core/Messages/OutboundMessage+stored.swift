import Base
package import Formats

// The layout of the outbox's rows; like the inbox's it must not change.

extension OutboundMessage: JSONStored {
  package var json: JSON {
    var object: JSONObject = ["text": text.json, "buttons": .array(buttons.map(\.json))]
    object.put("picture", picture)
    object.put("location", location?.json)
    object.put("purpose", purpose)
    return .object(object)
  }

  package init?(json: JSON) {
    guard let text = StyledText(json: json["text"]) else { return nil }
    self.init(
      text: text, buttons: (json["buttons"].array ?? []).compactMap { Button(json: $0) },
      picture: json["picture"].string, location: Coordinate(json: json["location"]),
      purpose: json["purpose"].string)
  }
}

extension OutboundMessage.Button: JSONStored {
  package var json: JSON { ["id": .string(id), "label": .string(label)] }

  package init?(json: JSON) {
    guard let id = json["id"].string, let label = json["label"].string else { return nil }
    self.init(id: id, label: label)
  }
}

extension StyledText: JSONStored {
  package var json: JSON { ["text": .string(text), "runs": .array(runs.map(\.json))] }

  package init?(json: JSON) {
    guard let text = json["text"].string else { return nil }
    self.init(text, runs: (json["runs"].array ?? []).compactMap { Run(json: $0) })
  }
}

extension StyledText.Run: JSONStored {
  package var json: JSON {
    ["start": .integer(Int64(start)), "length": .integer(Int64(length)), "style": .string(style.rawValue)]
  }

  package init?(json: JSON) {
    guard let start = json["start"].int, let length = json["length"].int,
      let style = json["style"].string.flatMap(StyledText.Style.init(rawValue:))
    else { return nil }
    self.init(start: start, length: length, style: style)
  }
}
