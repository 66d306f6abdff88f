/// One token of a statement, as far as the tenant guard needs to tell them apart.
struct SQLToken: Equatable {
  enum Kind: Equatable {
    /// A name or an unquoted keyword.
    case word
    /// A quoted name: never a keyword.
    case quoted
    case string
    case number
    case parameter
    case symbol
  }

  let kind: Kind
  /// Names and keywords in lower case, without quotes.
  let text: String

  func isWord(_ word: String) -> Bool { kind == .word && text == word }
  func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
  var isName: Bool { kind == .word || kind == .quoted }
}

/// Splits SQL into tokens. It runs only on statements that SQLite itself has compiled before, so that it need not
/// find mistakes; what it cannot read gives `nil`, and the guard refuses.
struct SQLTokens {
  static func read(_ sql: String) -> [SQLToken]? {
    var reader = SQLTokens(bytes: Array(sql.utf8))
    return reader.all()
  }

  private let bytes: [UInt8]
  private var index = 0
  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func byte(_ offset: Int = 0) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }

  private mutating func all() -> [SQLToken]? {
    var tokens: [SQLToken] = []
    while index < bytes.count {
      switch byte() {
      case 9, 10, 12, 13, 32: index += 1
      case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
        while index < bytes.count, byte() != 10 { index += 1 }
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
        index += 2
        while index < bytes.count, !(byte() == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) { index += 1 }
        index += 2
      case UInt8(ascii: "'"):
        guard let text = quoted(by: UInt8(ascii: "'")) else { return nil }
        tokens.append(SQLToken(kind: .string, text: text))
      case UInt8(ascii: "\""), UInt8(ascii: "`"):
        guard let text = quoted(by: byte()) else { return nil }
        tokens.append(SQLToken(kind: .quoted, text: text.asciiLowercased))
      case UInt8(ascii: "["):
        guard let text = quoted(by: UInt8(ascii: "]")) else { return nil }
        tokens.append(SQLToken(kind: .quoted, text: text.asciiLowercased))
      case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "$"):
        let start = index
        index += 1
        while isNameByte(byte()) { index += 1 }
        tokens.append(SQLToken(kind: .parameter, text: text(from: start)))
      case UInt8(ascii: "0")...UInt8(ascii: "9"): tokens.append(number())
      case UInt8(ascii: ".") where isDigit(byte(1)): tokens.append(number())
      case let first where first | 32 == UInt8(ascii: "x") && byte(1) == UInt8(ascii: "'"):
        index += 1
        guard let text = quoted(by: UInt8(ascii: "'")) else { return nil }
        tokens.append(SQLToken(kind: .string, text: text))
      case let first where isNameByte(first) && first != UInt8(ascii: "$"):
        let start = index
        while isNameByte(byte()) { index += 1 }
        tokens.append(SQLToken(kind: .word, text: text(from: start).asciiLowercased))
      default:
        tokens.append(symbol())
      }
    }
    return tokens
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
  private func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte == 95 || byte == 36
      || byte >= 128
  }

  private func text(from start: Int) -> String { String(decoding: bytes[start..<index], as: UTF8.self) }

  /// A quoted text in which the closing mark is doubled (except `]`); `nil` when it does not end.
  private mutating func quoted(by mark: UInt8) -> String? {
    index += 1
    var out: [UInt8] = []
    while index < bytes.count {
      if byte() == mark {
        guard mark != UInt8(ascii: "]"), byte(1) == mark else {
          index += 1
          return String(decoding: out, as: UTF8.self)
        }
        index += 1
      }
      out.append(byte())
      index += 1
    }
    return nil
  }

  private mutating func number() -> SQLToken {
    let start = index
    while isNameByte(byte()) || byte() == UInt8(ascii: ".")
      || ((byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-")) && bytes[index - 1] | 32 == UInt8(ascii: "e")
        && !(bytes[start] == 48 && start + 1 < bytes.count && bytes[start + 1] | 32 == UInt8(ascii: "x")))
    { index += 1 }
    return SQLToken(kind: .number, text: text(from: start))
  }

  private mutating func symbol() -> SQLToken {
    let pair = String(decoding: bytes[index..<min(index + 2, bytes.count)], as: UTF8.self)
    let length = ["==", "<>", "!=", "<=", ">=", "<<", ">>", "||", "->"].contains(pair) ? 2 : 1
    let start = index
    index += length
    return SQLToken(kind: .symbol, text: text(from: start))
  }
}

extension String {
  /// As SQLite compares names: only A to Z have a lower case.
  var asciiLowercased: String {
    String(decoding: utf8.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }, as: UTF8.self)
  }
}
