import Formats
import Messages

/// Buttons under a message, in rows that a phone can show without cutting labels.
enum TelegramKeyboard {
  static let dataLimit = 64
  static let buttonLimit = 100

  /// `nil` without buttons. A button whose id is too long for the platform is left out.
  static func markup(_ buttons: [OutboundMessage.Button]) -> JSON? {
    let usable = buttons.filter { !$0.id.isEmpty && $0.id.utf8.count <= dataLimit }.prefix(buttonLimit)
    guard !usable.isEmpty else { return nil }
    let rows = rows(Array(usable)).map { row in
      JSON(
        row.map { button -> JSON in
          let label = String(button.label.unicodeScalars.prefix(64))
          return ["text": .string(label.allSatisfy(\.isWhitespace) ? "·" : label), "callback_data": .string(button.id)]
        })
    }
    return ["inline_keyboard": JSON(rows)]
  }

  /// As many in a row, up to three, as all of its labels leave room for.
  static func rows(_ buttons: [OutboundMessage.Button]) -> [[OutboundMessage.Button]] {
    var rows: [[OutboundMessage.Button]] = []
    for button in buttons {
      let room = capacity(button.label)
      if let last = rows.last, last.count < room, last.allSatisfy({ capacity($0.label) > last.count }) {
        rows[rows.count - 1].append(button)
      } else {
        rows.append([button])
      }
    }
    return rows
  }

  /// How many buttons of that width stand side by side.
  private static func capacity(_ label: String) -> Int {
    switch label.count {
    case ...10: 3
    case ...17: 2
    default: 1
    }
  }
}
