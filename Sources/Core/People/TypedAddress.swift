/// Ids of platforms as people write them down, made what the platforms themselves call their users: an address that is
/// kept in any other form never meets a message.
package enum TypedAddress {
  /// - Returns: the platform's own form; `nil` when it is none. Of doors without such a form, the text as it is.
  package static func canonical(_ text: String, door: String) -> String? {
    switch door {
    case "telegram": telegram(text)
    case "whatsapp": whatsApp(text)
    default: text
    }
  }

  /// Only the id of a person: a group's is negative, and a plus says that a phone number was meant.
  private static func telegram(_ text: String) -> String? {
    let text = visible(text)
    guard !text.isEmpty, text.utf8.count <= 19, text.utf8.allSatisfy({ 48...57 ~= $0 }), let id = Int64(text), id > 0
    else { return nil }
    return String(id)
  }

  /// The digits of an international number, or a business-scoped user id (`IN.12345`).
  private static func whatsApp(_ text: String) -> String? {
    let text = visible(text)
    guard text.utf8.count <= 128 else { return nil }
    if isUserID(text) { return text }
    var number = text[...]
    let isMarked = number.hasPrefix("+") || number.hasPrefix("00")
    if isMarked { number = number.drop { $0 == "+" || $0 == "0" } }
    // in "+44 (0)20 …" the nought is dialled at home only
    let digits = String(isMarked ? number.replacing("(0)", with: "", maxReplacements: 1) : number)
      .filter { !"-()./ ".contains($0) && !$0.isWhitespace }
    // E.164: at most fifteen digits, and no country's code begins with a nought
    guard digits.utf8.allSatisfy({ 48...57 ~= $0 }), !digits.hasPrefix("0"), 6...15 ~= digits.utf8.count else {
      return nil
    }
    return digits
  }

  private static func isUserID(_ text: String) -> Bool {
    let bytes = text.utf8
    let country = bytes.prefix(2)
    guard bytes.count > 3, country.allSatisfy({ 65...90 ~= $0 }), bytes.dropFirst(2).first == 46 else { return false }
    return bytes.dropFirst(3).allSatisfy { byte in
      97...122 ~= byte | 0x20 || 48...57 ~= byte || byte == 46 || byte == 45 || byte == 95
    }
  }

  /// Without white space around it, and without the marks of direction that copied numbers carry.
  private static func visible(_ text: String) -> String {
    var view = text.unicodeScalars.filter { $0.properties.generalCategory != .format }
    while view.first?.properties.isWhitespace == true { view.removeFirst() }
    while view.last?.properties.isWhitespace == true { view.removeLast() }
    return String(String.UnicodeScalarView(view))
  }
}
