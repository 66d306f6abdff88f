import Base
import Delivery
import Formats
import Memory
import Messages
import People
import Store

/// The frames of the live page, server's side.
enum LiveFrames {
  static let historyLimit = 50

  /// What the house says: `reply` answers a message, `proactive` came by itself.
  static func said(
    _ message: OutboundMessage, id: String, isReply: Bool, at: Instant, door: String = "web", closed: Set<String> = [],
    pressed: [String: Instant] = [:]
  ) -> JSON {
    var frame: JSONObject = [
      "type": .string(isReply ? "reply" : "proactive"), "id": .string(id), "text": .string(message.text.text),
      "at": .string(at.description), "door": .string(door),
    ]
    if !message.text.runs.isEmpty {
      frame["runs"] = .array(
        message.text.runs.map { run in
          [
            "start": .integer(Int64(run.start)), "length": .integer(Int64(run.length)),
            "style": .string(run.style.rawValue),
          ]
        })
    }
    if !message.buttons.isEmpty {
      frame["buttons"] = .array(
        message.buttons.map { button in
          var json: JSONObject = [
            "id": .string(button.id), "label": .string(button.label), "open": .bool(!closed.contains(button.id)),
          ]
          if pressed[button.id] != nil { json["chosen"] = true }
          return .object(json)
        })
    }
    if message.purpose == OutboundMessage.progress { frame["changes"] = true }
    if let picture = message.picture { frame["picture"] = .string("/api/v1/files/" + picture) }
    if let place = message.location {
      frame["location"] = ["lat": .number(place.latitude), "lon": .number(place.longitude)]
    }
    return .object(frame)
  }

  /// What the person said, as their other pages show it.
  static func heard(_ text: String, id: String, at: Instant, door: String = "web") -> JSON {
    [
      "type": "message", "id": .string(id), "text": .string(text), "at": .string(at.description),
      "door": .string(door),
    ]
  }

  /// A button was pressed on one of the person's pages: the others show it, too.
  static func pressed(_ button: String) -> JSON { ["type": "pressed", "button": .string(button)] }

  static func ack(_ id: String, at: Instant, isRepeat: Bool) -> JSON {
    ["type": "ack", "id": .string(id), "at": .string(at.description), "repeat": .bool(isRepeat)]
  }

  static func failure(_ failure: WebFailure, id: String?) -> JSON {
    var frame: JSONObject = [
      "type": "error", "code": .string(failure.code), "sentence": .string(failure.sentence),
    ]
    if let id { frame["id"] = .string(id) }
    if let field = failure.field { frame["field"] = .string(field) }
    return .object(frame)
  }

  /// The last turns of a person, oldest first; what was sent by a door comes with its buttons and pictures.
  static func history(of person: Person, in store: TenantStore) async throws -> JSON {
    try await store.read { reader in
      let episodes = try reader.episodes(
        of: person.id, from: .epoch, to: Instant(microseconds: .max), limit: historyLimit
      ).reversed()
      guard let first = episodes.first else { return ["type": "history", "items": []] }
      var sent = try reader.sentMessages(to: person.id, from: first.at, limit: historyLimit * 4)
      var items: [JSON] = []
      var pressed: [(at: Instant, frame: JSON)] = []
      for (index, episode) in episodes.enumerated() {
        if !episode.said.isEmpty {
          let id = "h\(index)-\(episode.at.microseconds)"
          items.append(heard(episode.said, id: id, at: episode.at, door: episode.door))
        }
        guard !episode.replied.isEmpty else { continue }
        // a turn and its outbox row are one transaction: the same time and the same words
        let match = sent.firstIndex { $0.at == episode.at && $0.message.text.text == episode.replied }
        let isReply = episode.door != "house"
        if let match {
          let message = sent.remove(at: match)
          items.append(
            said(
              message.message, id: message.id, isReply: isReply, at: episode.at,
              door: isReply ? episode.door : message.door, closed: message.closedButtons, pressed: message.pressed))
          pressed += presses(on: message)
        } else {
          items.append(
            said(
              OutboundMessage(text: StyledText(episode.replied)), id: "r\(index)-\(episode.at.microseconds)",
              isReply: isReply, at: episode.at, door: episode.door))
        }
      }
      // a state that is shown is no turn: it stands where it was shown first
      for message in sent where message.message.purpose == OutboundMessage.progress {
        let place = items.firstIndex { time(of: $0).map { $0 > message.at } ?? false }
        items.insert(
          said(
            message.message, id: message.id, isReply: false, at: message.at, door: message.door,
            closed: message.closedButtons, pressed: message.pressed), at: place ?? items.endIndex)
        pressed += presses(on: message)
      }
      // what was pressed was said: it stands before the answer, which has the same time
      for press in pressed.sorted(by: { $0.at < $1.at }) {
        items.insert(
          press.frame, at: items.firstIndex { time(of: $0).map { $0 >= press.at } ?? false } ?? items.endIndex)
      }
      return ["type": "history", "items": .array(items)]
    }
  }

  private static func time(of item: JSON) -> Instant? { item["at"].string.flatMap(Instant.init(iso8601:)) }

  /// The presses of a message's buttons, as the person's own words.
  private static func presses(on message: SentMessage) -> [(at: Instant, frame: JSON)] {
    message.message.buttons.compactMap { button in
      message.pressed[button.id].flatMap { at in
        // nothing is pressed before it is there
        at < message.at ? nil : (at, heard(button.label, id: "p-\(button.id)", at: at))
      }
    }
  }
}
