import Formats

/// Why the words of an expression cannot be read.
package struct ExpressionError: Error, Hashable {
  package let reason: String
}

extension Expression {
  private static let longest = 4_096
  private static let deepest = 64

  /// - Throws: what was expected, and where.
  package init(parsing text: String) throws(ExpressionError) {
    guard text.utf8.count <= Self.longest else {
      throw ExpressionError(reason: "an expression is at most 4096 letters")
    }
    var parser = ExpressionParser(text)
    self = try parser.whole()
  }

  /// The names that it begins paths with, and the member after each (`steps.look` gives steps and look).
  package var paths: [(name: String, member: String?)] {
    switch self {
    case .value: return []
    case .name(let name): return [(name, nil)]
    case .member(.name(let name), let key): return [(name, key)]
    case .member(let base, _): return base.paths
    case .element(let base, let key): return base.paths + key.paths
    case .not(let inner), .negative(let inner): return inner.paths
    case .binary(_, let a, let b): return a.paths + b.paths
    case .choice(let a, let b, let c): return a.paths + b.paths + c.paths
    case .call(_, let all): return all.flatMap(\.paths)
    }
  }

  fileprivate static var depthLimit: Int { deepest }
}

private struct ExpressionParser {
  private let letters: [Character]
  private var at = 0
  private var depth = 0

  init(_ text: String) { letters = Array(text) }

  mutating func whole() throws(ExpressionError) -> Expression {
    let result = try choice()
    skip()
    guard at == letters.count else { throw error("the end of the expression, or an operator,") }
    return result
  }

  private func error(_ expected: String) -> ExpressionError {
    let rest = String(letters[min(at, letters.count)...].prefix(20))
    return ExpressionError(
      reason: rest.isEmpty ? "\(expected) was expected" : "\(expected) was expected before “\(rest)”")
  }

  private mutating func skip() { while at < letters.count, letters[at].isWhitespace { at += 1 } }

  private mutating func takes(_ sign: String) -> Bool {
    skip()
    guard letters[at...].starts(with: sign) else { return false }
    at += sign.count
    return true
  }

  private mutating func choice() throws(ExpressionError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Expression.depthLimit else {
      throw ExpressionError(reason: "an expression is nested at most 64 deep")
    }
    let condition = try binary(1)
    skip()
    guard at < letters.count, letters[at] == "?", !letters[at...].starts(with: "??") else { return condition }
    at += 1
    let yes = try choice()
    guard takes(":") else { throw error("“:”") }
    return .choice(condition, yes, try choice())
  }

  private mutating func sign() -> Expression.Operator? {
    skip()
    for sign in Expression.Operator.allCases where letters[at...].starts(with: sign.rawValue) {
      let end = at + sign.rawValue.count
      if sign == .contains, end < letters.count, isNameLetter(letters[end]) { continue }
      return sign
    }
    return nil
  }

  private mutating func binary(_ strength: Int) throws(ExpressionError) -> Expression {
    var left = try unary()
    while let sign = sign(), sign.strength >= strength {
      at += sign.rawValue.count
      left = .binary(sign, left, try binary(sign.strength + 1))
    }
    return left
  }

  private mutating func unary() throws(ExpressionError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Expression.depthLimit else {
      throw ExpressionError(reason: "an expression is nested at most 64 deep")
    }
    skip()
    if at < letters.count, letters[at] == "!", !letters[at...].starts(with: "!=") {
      at += 1
      return .not(try unary())
    }
    if takes("-") { return .negative(try unary()) }
    return try postfix()
  }

  private mutating func postfix() throws(ExpressionError) -> Expression {
    var base = try primary()
    while at < letters.count {
      if letters[at] == "." {
        at += 1
        let name = try name()
        base = at < letters.count && letters[at] == "(" ? try method(name, of: base) : .member(base, name)
      } else if letters[at] == "[" {
        at += 1
        base = .element(base, try choice())
        guard takes("]") else { throw error("“]”") }
      } else {
        break
      }
    }
    return base
  }

  private func isNameLetter(_ letter: Character) -> Bool {
    letter.isLetter || letter.isNumber || letter == "_" || letter == "-"
  }

  private mutating func name() throws(ExpressionError) -> String {
    let start = at
    // a hyphen belongs to a name only between letters: "a-b" is a name, "a - b" a difference
    while at < letters.count,
      letters[at].isLetter || letters[at].isNumber || letters[at] == "_"
        || (letters[at] == "-" && at > start && at + 1 < letters.count && letters[at + 1].isLetter)
    { at += 1 }
    guard at > start else { throw error("a name") }
    return String(letters[start..<at])
  }

  private mutating func primary() throws(ExpressionError) -> Expression {
    skip()
    guard at < letters.count else { throw error("a value") }
    let letter = letters[at]
    if letter == "(" {
      at += 1
      let inner = try choice()
      guard takes(")") else { throw error("“)”") }
      return inner
    }
    if letter == "[" {
      at += 1
      var all: [JSON] = []
      while !takes("]") {
        guard case .value(let value) = try unary() else { throw error("a plain value in a list") }
        all.append(value)
        if !takes(","), at < letters.count, letters[at] != "]" { throw error("“,” or “]”") }
      }
      return .value(.array(all))
    }
    if letter == "\"" || letter == "'" { return .value(.string(try quoted(letter))) }
    if letter.isNumber, letter.isASCII { return try number() }
    guard letter.isLetter || letter == "_" else { throw error("a value") }
    let name = try name()
    switch name {
    case "true": return .value(true)
    case "false": return .value(false)
    case "null": return .value(.null)
    default: break
    }
    guard at < letters.count, letters[at] == "(" else { return .name(name) }
    return try call(name, [])
  }

  /// `list.join(", ")` is `join(list, ", ")`.
  private mutating func method(_ name: String, of base: Expression) throws(ExpressionError) -> Expression {
    switch name {
    case "contains":
      let all = try arguments()
      guard all.count == 1 else { throw ExpressionError(reason: "contains takes one value") }
      return .binary(.contains, base, all[0])
    case "empty":
      guard try arguments().isEmpty else { throw ExpressionError(reason: "empty takes no value") }
      return .binary(.equal, .call(.length, [base]), .value(0))
    default: return try call(name, [base])
    }
  }

  private mutating func call(_ name: String, _ first: [Expression]) throws(ExpressionError) -> Expression {
    guard let function = Expression.Function(rawValue: name) else {
      throw ExpressionError(
        reason:
          "there is no function \(name); there are \(Expression.Function.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    let all = first + (try arguments())
    guard function.arguments.contains(all.count) else {
      throw ExpressionError(reason: "\(name) does not take \(all.count) values")
    }
    return .call(function, all)
  }

  /// From the opening parenthesis to behind the closing one.
  private mutating func arguments() throws(ExpressionError) -> [Expression] {
    at += 1
    var all: [Expression] = []
    while !takes(")") {
      all.append(try choice())
      skip()
      if takes(",") { continue }
      guard at < letters.count, letters[at] == ")" else { throw error("“,” or “)”") }
    }
    return all
  }

  private mutating func quoted(_ quote: Character) throws(ExpressionError) -> String {
    at += 1
    var text = ""
    while at < letters.count, letters[at] != quote {
      if letters[at] == "\\", at + 1 < letters.count {
        at += 1
        text.append(letters[at] == "n" ? "\n" : letters[at])
      } else {
        text.append(letters[at])
      }
      at += 1
    }
    guard at < letters.count else { throw error("a closing quote") }
    at += 1
    return text
  }

  private mutating func number() throws(ExpressionError) -> Expression {
    let start = at
    while at < letters.count, letters[at].isASCII, letters[at].isNumber || letters[at] == "." { at += 1 }
    let text = String(letters[start..<at])
    if let whole = Int64(text) { return .value(.integer(whole)) }
    guard let value = Double(text) else {
      at = start
      throw error("a number")
    }
    return .value(.number(value))
  }
}
