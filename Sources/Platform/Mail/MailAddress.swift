/// The plain form of an e-mail address, `local@domain` in ASCII: nothing in it can end a header or a command.
package struct MailAddress: Hashable, Sendable, CustomStringConvertible {
  package let local: String
  /// In small letters.
  package let domain: String

  /// `nil` for anything that is not plainly an address; quoted and internationalised ones are not taken.
  package init?(_ text: String) {
    guard text.utf8.count <= 254 else { return nil }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].utf8.count), Self.isDotted(parts[0], Self.isAtom),
      parts[1].contains("."), Self.isDotted(parts[1], Self.isOfLabel),
      parts[1].split(separator: ".").allSatisfy({ $0.utf8.count <= 63 && !$0.hasPrefix("-") && !$0.hasSuffix("-") })
    else { return nil }
    local = String(parts[0])
    domain = parts[1].lowercased()
  }

  package var description: String { "\(local)@\(domain)" }

  private static func isDotted(_ text: Substring, _ isAllowed: (UInt8) -> Bool) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0.utf8.allSatisfy(isAllowed)
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    97...122 ~= byte | 0x20 && byte < 0x80 || 48...57 ~= byte
  }
  /// RFC 5322 `atext`.
  private static func isAtom(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }
  private static func isOfLabel(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || byte == 45 }
}
