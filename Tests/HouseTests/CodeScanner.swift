/// Takes comments and the contents of string literals out of Swift and C, keeping every line where it was.
struct CodeScanner {
  private let input: [UInt8]
  private var at = 0
  private(set) var code: [UInt8] = []
  private(set) var literals: [String] = []

  init(_ text: String) {
    input = Array(text.utf8)
    code.reserveCapacity(input.count)
  }

  mutating func run() { scan(untilParenthesis: false) }

  private func starts(_ text: StaticString) -> Bool {
    guard at + text.utf8CodeUnitCount <= input.count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where input[at + offset] != text.utf8Start[offset] { return false }
    return true
  }

  /// In an interpolation, ends after the parenthesis that closes it.
  private mutating func scan(untilParenthesis: Bool) {
    var depth = 0
    while at < input.count {
      if starts("//") {
        while at < input.count, input[at] != UInt8(ascii: "\n") { at += 1 }
      } else if starts("/*") {
        skipComment()
      } else if input[at] == UInt8(ascii: "\"") || input[at] == UInt8(ascii: "#") {
        if !skipString() { copy() }
      } else {
        if input[at] == UInt8(ascii: "(") { depth += 1 }
        if input[at] == UInt8(ascii: ")") {
          if depth == 0, untilParenthesis { return copy() }
          depth -= 1
        }
        copy()
      }
    }
  }

  private mutating func copy() {
    code.append(input[at])
    at += 1
  }

  private mutating func skipComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        at += 2
      } else if starts("*/") {
        depth -= 1
        at += 2
      } else {
        if input[at] == UInt8(ascii: "\n") { code.append(input[at]) }
        at += 1
      }
    } while depth > 0 && at < input.count
  }

  /// False when no literal begins here (a `#` that is a directive).
  private mutating func skipString() -> Bool {
    var hashes = 0
    while at + hashes < input.count, input[at + hashes] == UInt8(ascii: "#") { hashes += 1 }
    guard at + hashes < input.count, input[at + hashes] == UInt8(ascii: "\"") else { return false }
    at += hashes
    let quotes = starts("\"\"\"") ? 3 : 1
    at += quotes
    code += [UInt8(ascii: "\""), UInt8(ascii: "\"")]
    var text: [UInt8] = []
    while at < input.count {
      let byte = input[at]
      if byte == UInt8(ascii: "\""), closes(quotes, hashes) {
        at += quotes + hashes
        break
      }
      if byte == UInt8(ascii: "\n") {
        code.append(byte)
        if quotes == 1 { break }
      }
      if byte == UInt8(ascii: "\\"), escapes(hashes) {
        at += 1 + hashes
        if at < input.count, input[at] == UInt8(ascii: "(") {
          at += 1
          code.append(UInt8(ascii: "("))
          scan(untilParenthesis: true)
          text.append(UInt8(ascii: " "))
          continue
        }
        // The escaped character itself, which may be a quote.
        if at < input.count, input[at] == UInt8(ascii: "\n") { code.append(input[at]) }
        at += 1
        continue
      }
      text.append(byte)
      at += 1
    }
    literals.append(String(decoding: text, as: UTF8.self))
    return true
  }

  private func closes(_ quotes: Int, _ hashes: Int) -> Bool {
    guard at + quotes + hashes <= input.count else { return false }
    return input[at..<at + quotes].allSatisfy { $0 == UInt8(ascii: "\"") }
      && input[at + quotes..<at + quotes + hashes].allSatisfy { $0 == UInt8(ascii: "#") }
  }

  private func escapes(_ hashes: Int) -> Bool {
    at + hashes < input.count && input[at + 1..<at + 1 + hashes].allSatisfy { $0 == UInt8(ascii: "#") }
  }
}
