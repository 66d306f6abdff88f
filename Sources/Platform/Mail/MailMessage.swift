package import Base
import Crypto
import Time

/// One e-mail: words, and at most one file. Whatever the values hold, none of them can add a header.
package struct MailMessage: Sendable {
  package struct Attachment: Sendable {
    package var type: String
    package var name: String
    package var bytes: [UInt8]
    package init(type: String, name: String, bytes: [UInt8]) {
      self.type = type
      self.name = name
      self.bytes = bytes
    }
  }

  package var from: MailAddress
  package var fromName: String
  package var to: MailAddress
  package var toName: String
  package var subject: String
  package var text: String
  package var attachment: Attachment?
  /// BCP 47.
  package var language: String
  /// The same for each try, so that mailboxes can tell a repeat.
  package var id: String
  package var date: Instant

  package init(
    from: MailAddress, fromName: String, to: MailAddress, toName: String, subject: String, text: String,
    attachment: Attachment? = nil, language: String, id: String, date: Instant
  ) {
    self.from = from
    self.fromName = fromName
    self.to = to
    self.toName = toName
    self.subject = subject
    self.text = text
    self.attachment = attachment
    self.language = language
    self.id = id
    self.date = date
  }

  /// As it goes over the wire, before the dots are doubled.
  ///
  /// - Parameter boundary: letters and digits that no part can hold, because the parts are base64 (which has no `=` within
  ///   a line, and the boundary begins with one).
  package func bytes(boundary: String) -> [UInt8] {
    var head = [
      "From: \(Self.mailbox(fromName, from))", "To: \(Self.mailbox(toName, to))",
      "Subject: \(Self.words(subject))", "Date: \(Self.format(date))",
      "Message-ID: <\(Self.token(id))@\(from.domain)>", "MIME-Version: 1.0",
      // no holiday notice answers it
      "Auto-Submitted: auto-generated", "Content-Language: \(Self.token(language))",
    ]
    let plain =
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Self.lines(text)
    guard let attachment else { return Array((head.joined(separator: "\r\n") + "\r\n" + plain).utf8) }
    let mark = "=_" + boundary
    head.append("Content-Type: multipart/mixed; boundary=\"\(mark)\"")
    let name = Self.fileName(attachment.name)
    let file =
      "Content-Type: \(Self.mediaType(attachment.type))\r\nContent-Transfer-Encoding: base64\r\n"
      + "Content-Disposition: attachment; \(name)\r\n\r\n" + Self.lines(attachment.bytes)
    return Array(
      (head.joined(separator: "\r\n") + "\r\n\r\n--\(mark)\r\n\(plain)--\(mark)\r\n\(file)--\(mark)--\r\n").utf8)
  }

  // MARK: Headers

  /// A name that may hold anything, and the address.
  static func mailbox(_ name: String, _ address: MailAddress) -> String {
    let name = flat(name)
    guard !name.isEmpty else { return "<\(address)>" }
    guard isPlain(name) else { return "\(words(name)) <\(address)>" }
    let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(quoted)\" <\(address)>"
  }

  /// Free text of a header: as it is where it is short ASCII, else encoded words (RFC 2047) that end between characters.
  static func words(_ text: String) -> String {
    let text = flat(text)
    if isPlain(text), !text.contains("=?") { return text }
    var words: [String] = []
    var piece: [UInt8] = []
    func close() {
      if !piece.isEmpty { words.append("=?UTF-8?B?\(Base64.encode(piece))?=") }
      piece = []
    }
    for character in text {
      // a character of many code points may be longer than a word: it is cut between those
      for scalar in character.utf8.count > 45 ? character.unicodeScalars.map({ Character($0) }) : [character] {
        if piece.count + scalar.utf8.count > 45 { close() }
        piece += Array(scalar.utf8)
      }
    }
    close()
    return words.joined(separator: "\r\n ")
  }

  /// Controls, among them every line end, become blanks; at most 200 characters.
  static func flat(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Character in
      scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .lineSeparator
        || scalar.properties.generalCategory == .paragraphSeparator ? " " : Character(scalar)
    }
    return String(String(scalars).split(separator: " ").joined(separator: " ").prefix(200))
  }

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.count <= 60 && text.utf8.allSatisfy { 32...126 ~= $0 }
  }

  /// What stands bare in a header: letters, digits and a few marks, never empty.
  private static func token(_ text: String) -> String {
    let kept = text.utf8.filter {
      97...122 ~= $0 | 0x20 && $0 < 0x80 || 48...57 ~= $0 || $0 == 45 || $0 == 46 || $0 == 95
    }
    return kept.isEmpty ? "x" : String(decoding: kept.prefix(100), as: UTF8.self)
  }

  private static func mediaType(_ text: String) -> String {
    let parts = text.split(separator: "/")
    return parts.count == 2 ? "\(token(String(parts[0])))/\(token(String(parts[1])))" : "application/octet-stream"
  }

  /// RFC 2231, with an ASCII name beside it for readers that do not know it.
  private static func fileName(_ name: String) -> String {
    // a line has at most 998 characters; each byte may need three
    let short = String(decoding: flat(name).utf8.prefix(200), as: UTF8.self).filter { $0 != "\u{FFFD}" }
    let encoded = short.utf8.map { byte -> String in
      if 97...122 ~= byte | 0x20 && byte < 0x80 || 48...57 ~= byte || byte == 45 || byte == 46 || byte == 95 {
        return String(UnicodeScalar(byte))
      }
      return "%" + Hex.encode([byte]).uppercased()
    }
    return "filename=\"\(token(short))\"; filename*=UTF-8''\(encoded.joined())"
  }

  /// `Thu, 26 Nov 2026 18:30:00 +0000`.
  static func format(_ instant: Instant) -> String {
    let local = Zone.utc.civil(instant)
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    // 1970-01-01 was a Thursday
    let day = ((local.date.dayNumber + 3) % 7 + 7) % 7
    return "\(days[day]), \(two(local.date.day)) \(months[local.date.month - 1]) \(local.date.year) "
      + "\(two(local.time.hour)):\(two(local.time.minute)):\(two(local.time.second)) +0000"
  }

  // MARK: Bodies

  private static func lines(_ text: String) -> String {
    lines(Array(text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").replacing("\n", with: "\r\n").utf8))
  }

  /// Base64 in lines of 76.
  private static func lines(_ bytes: [UInt8]) -> String {
    var out = ""
    var start = 0
    while start < bytes.count {
      out += Base64.encode(Array(bytes[start..<min(start + 57, bytes.count)])) + "\r\n"
      start += 57
    }
    return out.isEmpty ? "\r\n" : out
  }
}
