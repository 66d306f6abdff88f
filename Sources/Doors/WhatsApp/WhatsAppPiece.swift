import Base
import Delivery
import Formats
import Messages
import Text

/// One message of the platform that is part of ours.
struct WhatsAppPiece {
  /// The members beside the recipient; `type` and its object.
  var content: JSON
  /// Where the id of the uploaded picture or document belongs.
  enum PictureSlot { case image, header }
  /// A document's file name; `nil` for a picture.
  var fileName: String?
  var pictureSlot: PictureSlot?

  static let textLimit = 4_096
  static let captionLimit = 1_024
  static let bodyLimit = 1_024
  static let replyLimit = (count: 3, title: 20, id: 256)
  static let listLimit = (count: 10, title: 24, description: 72, id: 200)

  /// A message in the order in which it is sent: picture, pin, text; buttons with the last text.
  static func all(of message: OutboundMessage, picture: KeptFile?) -> [WhatsAppPiece] {
    let hasPicture = picture != nil
    let form = picture.map(Form.init) ?? .picture
    let choice = Choice(message.buttons)
    var text = message.text
    if case .numbered(let lines) = choice { text.text += (text.text.isEmpty ? "" : "\n\n") + lines }
    var bodies = rendered(text, limit: textLimit)
    var pieces: [WhatsAppPiece] = []
    switch choice {
    case .replies(let buttons):
      let body = takeBody(from: &bodies, text)
      // One message in all, when the picture can stand above the words and nothing comes between them.
      let isOne = hasPicture && form != .sound && bodies.isEmpty && message.location == nil
      if hasPicture, !isOne { pieces.append(image(caption: nil)) }
      if let location = message.location { pieces.append(pin(location)) }
      pieces += bodies.map(plain)
      pieces.append(interactive(["type": "button", "body": ["text": .string(body)], "action": ["buttons": buttons]]))
      if isOne { pieces[pieces.count - 1].pictureSlot = .header }
    case .list(let rows, let label):
      let body = takeBody(from: &bodies, text)
      if hasPicture { pieces.append(image(caption: nil)) }
      if let location = message.location { pieces.append(pin(location)) }
      pieces += bodies.map(plain)
      pieces.append(
        interactive([
          "type": "list", "body": ["text": .string(body)],
          "action": ["button": .string(label), "sections": [["rows": rows]]],
        ]))
    case .none, .numbered:
      if hasPicture {
        let fits =
          form != .sound && bodies.count == 1 && bodies[0].utf16.count <= captionLimit && message.location == nil
        pieces.append(image(caption: fits ? bodies.removeFirst() : nil))
      }
      if let location = message.location { pieces.append(pin(location)) }
      pieces += bodies.map(plain)
    }
    if let picture {
      for index in pieces.indices where pieces[index].pictureSlot != nil { pieces[index].become(form, picture) }
    }
    return pieces
  }

  /// How the platform shows a file.
  private enum Form {
    case picture, sound, document

    /// It takes two kinds of pictures and some of sound, each up to a size; everything else goes as a document.
    init(_ file: KeptFile) {
      let type = String(file.type.prefix { $0 != ";" })
      let sounds = ["audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr"]
      if ["image/jpeg", "image/png"].contains(type), file.bytes.count <= 5 << 20 {
        self = .picture
      } else if sounds.contains(type), file.bytes.count <= 16 << 20 {
        self = .sound
      } else {
        self = .document
      }
    }
  }

  private mutating func become(_ form: Form, _ file: KeptFile) {
    switch form {
    case .picture: break
    case .sound:
      // Opus in OGG is what it plays as a voice note.
      var audio: JSON = [:]
      if file.type.hasPrefix("audio/ogg") { audio["voice"] = true }
      content = ["type": "audio", "audio": audio]
    case .document:
      fileName = file.name ?? "file"
      if pictureSlot == .image { content = ["type": "document", "document": content["image"]] }
    }
  }

  // MARK: Text

  /// The text in messages, with its marks, which count as well.
  private static func rendered(_ text: StyledText, limit: Int) -> [String] {
    var room = limit
    while true {
      let pieces = text.pieces(utf16Limit: room).map(WhatsAppMarkup.render).filter { !$0.allSatisfy(\.isWhitespace) }
      if room < limit / 2 || pieces.allSatisfy({ $0.utf16.count <= limit }) { return pieces }
      room -= limit / 16
    }
  }

  /// The words that stand with the buttons: all of them, or the end of a text that is too long for that.
  private static func takeBody(from bodies: inout [String], _ text: StyledText) -> String {
    // The platform wants a body; an arrow says nothing wrong in any language.
    guard let last = bodies.last else { return "👇" }
    if last.utf16.count <= bodyLimit {
      bodies.removeLast()
      return last
    }
    let cuts = TextSplitter.split(text.text, utf16Limit: bodyLimit - bodyLimit / 8)
    guard cuts.count > 1, let tail = cuts.last else { return "👇" }
    let body = WhatsAppMarkup.render(text.slice(tail.range))
    guard body.utf16.count <= bodyLimit, !body.allSatisfy(\.isWhitespace) else { return "👇" }
    bodies = rendered(text.slice(0..<cuts[cuts.count - 2].range.upperBound), limit: textLimit)
    return body
  }

  private static func plain(_ text: String) -> WhatsAppPiece {
    WhatsAppPiece(content: ["type": "text", "text": ["body": .string(text), "preview_url": false]])
  }

  private static func interactive(_ json: JSON) -> WhatsAppPiece {
    WhatsAppPiece(content: ["type": "interactive", "interactive": json])
  }

  private static func image(caption: String?) -> WhatsAppPiece {
    var image: JSON = [:]
    if let caption { image["caption"] = .string(caption) }
    return WhatsAppPiece(content: ["type": "image", "image": image], pictureSlot: .image)
  }

  private static func pin(_ place: Coordinate) -> WhatsAppPiece {
    WhatsAppPiece(content: [
      "type": "location", "location": ["latitude": .number(place.latitude), "longitude": .number(place.longitude)],
    ])
  }

  func with(picture id: String) -> JSON {
    var content = content
    switch (pictureSlot, fileName) {
    case (.image?, nil): content[content["type"] == "audio" ? "audio" : "image"]["id"] = .string(id)
    case (.image?, let name?):
      content["document"]["id"] = .string(id)
      content["document"]["filename"] = .string(name)
    case (.header?, nil): content["interactive"]["header"] = ["type": "image", "image": ["id": .string(id)]]
    case (.header?, let name?):
      content["interactive"]["header"] = [
        "type": "document", "document": ["id": .string(id), "filename": .string(name)],
      ]
    case (nil, _): break
    }
    return content
  }

  // MARK: Buttons

  private enum Choice {
    case none
    case replies(JSON)
    case list(rows: JSON, label: String)
    case numbered(String)

    init(_ buttons: [OutboundMessage.Button]) {
      let labels = buttons.map { button in
        button.label.allSatisfy(\.isWhitespace) ? "·" : String(button.label.unicodeScalars.filter { $0.value >= 32 })
      }
      let ids = Set(buttons.map(\.id))
      let isSound = ids.count == buttons.count && !ids.contains("")
      func all(_ limit: Int, ids idLimit: Int) -> Bool {
        labels.allSatisfy { $0.utf16.count <= limit } && buttons.allSatisfy { $0.id.utf8.count <= idLimit }
      }
      if buttons.isEmpty {
        self = .none
      } else if isSound, buttons.count <= replyLimit.count, Set(labels).count == labels.count,
        all(replyLimit.title, ids: replyLimit.id)
      {
        self = .replies(
          JSON(
            zip(buttons, labels).map { button, label -> JSON in
              ["type": "reply", "reply": ["id": .string(button.id), "title": .string(label)]]
            }))
      } else if isSound, buttons.count <= listLimit.count, all(listLimit.description, ids: listLimit.id) {
        // The label that opens the list says how long it is: no words, because the door knows no language.
        self = .list(
          rows: JSON(zip(buttons, labels).map(Choice.row)),
          label: buttons.count == 1 ? "☰ 1" : "☰ 1–\(buttons.count)")
      } else {
        self = .numbered(labels.enumerated().map { "\($0.offset + 1). \($0.element)" }.joined(separator: "\n"))
      }
    }

    /// A label that is too long for a title is cut there and stands whole below it.
    private static func row(_ button: OutboundMessage.Button, _ label: String) -> JSON {
      guard label.utf16.count > listLimit.title else { return ["id": .string(button.id), "title": .string(label)] }
      var title = label
      while title.utf16.count >= listLimit.title { title.removeLast() }
      while title.last == " " { title.removeLast() }
      return ["id": .string(button.id), "title": .string(title + "…"), "description": .string(label)]
    }
  }
}
