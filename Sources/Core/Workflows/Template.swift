package import Formats

/// A value with expressions in it, as a step's arguments hold it: `${…}` alone gives the value with its type, within a text
/// its words.
package indirect enum Template: Sendable, Hashable {
  case literal(JSON)
  case expression(Expression)
  case text([Part])
  case list([Template])
  case object([Member])

  package enum Part: Sendable, Hashable {
    case words(String)
    case expression(Expression)
  }
  package struct Member: Sendable, Hashable {
    let key: String
    let value: Template
  }

  /// - Throws: what is wrong with it, with file and line.
  package init(_ node: YAMLNode) throws {
    switch node.kind {
    case .sequence(let nodes): self = .list(try nodes.map(Template.init))
    case .mapping(let pairs):
      self = .object(
        try pairs.map { Member(key: try $0.key.string(expecting: "a key"), value: try Template($0.value)) })
    case .scalar(let text, _):
      guard text.contains("${") else {
        self = .literal(node.json)
        return
      }
      do { self = try Template(parsing: text) } catch let error as ExpressionError { throw node.error(error.reason) }
    }
  }

  package init(parsing text: String) throws {
    var parts: [Part] = []
    var rest = Substring(text)
    while let range = rest.firstRange(of: "${") {
      if rest.startIndex < range.lowerBound { parts.append(.words(String(rest[..<range.lowerBound]))) }
      rest = rest[range.upperBound...]
      guard let end = Self.end(rest) else { throw ExpressionError(reason: "“}” is missing after “${”") }
      parts.append(.expression(try Expression(parsing: String(rest[..<end]))))
      rest = rest[rest.index(after: end)...]
    }
    if !rest.isEmpty { parts.append(.words(String(rest))) }
    if parts.count == 1, case .expression(let expression) = parts[0] {
      self = .expression(expression)
    } else {
      self = .text(parts)
    }
  }

  /// Where the expression ends: at the first brace outside of quotes.
  static func end(_ text: Substring) -> Substring.Index? {
    var quote: Character?
    var isEscaped = false
    var index = text.startIndex
    while index < text.endIndex {
      let letter = text[index]
      if let open = quote {
        if letter == open, !isEscaped { quote = nil }
        isEscaped = letter == "\\" && !isEscaped
      } else if letter == "\"" || letter == "'" {
        quote = letter
      } else if letter == "}" {
        return index
      }
      index = text.index(after: index)
    }
    return nil
  }

  /// What the values of one step may take, in bytes: a text that grows with each step would fill the store.
  static let largest = 1 << 20

  package func value(_ names: (String) -> JSON) -> JSON {
    switch self {
    case .literal(let value): return value
    case .expression(let expression): return expression.value(names)
    case .text(let parts):
      var whole = ""
      for part in parts where whole.utf8.count <= Self.largest {
        switch part {
        case .words(let words): whole += words
        case .expression(let expression): whole += Expression.words(expression.value(names))
        }
      }
      return .string(whole)
    case .list(let all): return .array(all.map { $0.value(names) })
    case .object(let members):
      return .object(JSONObject(members.map { ($0.key, $0.value.value(names)) }))
    }
  }

  /// All expressions in it.
  package var expressions: [Expression] {
    switch self {
    case .literal: []
    case .expression(let expression): [expression]
    case .text(let parts):
      parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    case .list(let all): all.flatMap(\.expressions)
    case .object(let members): members.flatMap(\.value.expressions)
    }
  }
}

extension JSON {
  /// Whether it takes more than so many bytes, about as it is written; it looks no further than that.
  func isLarger(than limit: Int) -> Bool {
    var left = limit
    func take(_ json: JSON) -> Bool {
      left -= 2
      if let text = json.string { left -= text.utf8.count }
      for item in json.array ?? [] where left >= 0 && !take(item) { return false }
      for member in json.object?.members ?? [] where left >= 0 {
        left -= member.key.utf8.count
        if !take(member.value) { return false }
      }
      return left >= 0
    }
    return !take(self)
  }
}
