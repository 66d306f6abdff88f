import Actions
import Formats
import HTTP

/// Turns what n8n writes in double braces (`={{ $json.name }}`) into our expressions: paths, comparisons,
/// arithmetic, and the members of values that have a counterpart here.
final class N8NExpressions {
  private let reader: N8NReader
  /// The nodes whose items `$json` is about: of several the one that was done.
  private let sources: [N8NReader.Node]
  private let isInLoop: Bool
  /// What could not be read: the step that has it fails when it is reached.
  var unread: [String] = []
  /// The inputs that it names.
  private(set) var wanted: Set<String> = []
  /// Nodes whose answers may be lists, of which it reads fields as if they were one item.
  private(set) var listings: Set<String> = []

  init(reader: N8NReader, sources: [N8NReader.Node], isInLoop: Bool) {
    self.reader = reader
    self.sources = sources
    self.isInLoop = isInLoop
  }

  /// A parameter's value with its expressions in our form.
  func value(_ json: JSON) -> JSON {
    switch json {
    case .string(let text): return .string(template(text))
    case .array(let all): return .array(all.map(value))
    case .object(let object): return .object(JSONObject(object.map { ($0.key, value($0.value)) }))
    default: return json
    }
  }

  /// `[{"name": …, "value": …}]` as an object.
  func pairs(_ json: JSON) -> JSONObject {
    var result: JSONObject = [:]
    for pair in json.array ?? [] { if let name = pair["name"].string { result[name] = value(pair["value"]) } }
    return result
  }

  /// Takes what a Set node sets, each as the type it has there.
  func assign(_ list: JSON, _ isDotted: Bool, as kind: String? = nil, to values: inout JSON) {
    for pair in list.array ?? [] {
      guard var name = pair["name"].string else { continue }
      if name.hasPrefix("=") {
        name.removeFirst()
        if name.contains("{{") { refuse("the name \(name)") }
      }
      let kind = kind ?? pair["type"].string ?? "string"
      // what stands at its usual value is not in the file
      let usual: JSON = ["string", "stringValue"].contains(kind) ? "" : .null
      let given = [pair["value"], pair[kind], pair[kind + "Value"]].first { !$0.isNull } ?? usual
      let path = isDotted && !name.contains("[") ? name.split(separator: ".").map(String.init) : [name]
      Self.put(typed(given, kind.hasSuffix("Value") ? String(kind.dropLast(5)) : kind), path[...], in: &values)
    }
  }

  private func typed(_ given: JSON, _ kind: String) -> JSON {
    let read = value(given)
    guard let text = read.string, let plain = given.string else { return read }
    if plain.hasPrefix("="), text.hasPrefix("${"), let end = Template.end(text.dropFirst(2)),
      text.index(after: end) == text.endIndex
    {
      return kind == "number" ? .string("${number(\(text[text.index(text.startIndex, offsetBy: 2)..<end]))}") : read
    }
    switch kind {
    case "number": return Double(text.trimmed).map(Expression.number) ?? read
    case "boolean": return ["true": .bool(true), "false": .bool(false)][text.trimmed.lowercased()] ?? read
    case "array", "object": return json(given, else: read)
    default: return read
    }
  }

  private static func put(_ value: JSON, _ path: ArraySlice<String>, in json: inout JSON) {
    guard let first = path.first else { return json = value }
    var object = json.object ?? [:]
    var inner = object[first] ?? .null
    put(value, path.dropFirst(), in: &inner)
    object[first] = inner
    json = .object(object)
  }

  func refuse(_ what: String) { unread.append(what) }

  private enum Part {
    case words(Substring)
    case expression(String)
  }

  /// What a text that may hold expressions is made of.
  private func parts(_ text: String) -> [Part] {
    guard text.hasPrefix("=") else { return [.words(text[...])] }
    var (rest, result): (Substring, [Part]) = (text.dropFirst(), [])
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      if rest.startIndex < open.lowerBound { result.append(.words(rest[..<open.lowerBound])) }
      result.append(.expression(expression(String(rest[open.upperBound..<close.lowerBound]))))
      rest = rest[close.upperBound...]
    }
    return rest.isEmpty ? result : result + [.words(rest)]
  }

  private func template(_ text: String) -> String {
    parts(text).map { part in
      switch part {
      case .words(let words): N8NReader.literal(words)
      case .expression(let expression): "${\(expression)}"
      }
    }.joined()
  }

  /// JSON in a text with expressions in it, inside of its texts or as its values.
  ///
  /// - Parameter other: what it is where it is no JSON; it cannot be read when left out.
  func json(_ text: JSON, else other: JSON? = nil) -> JSON {
    guard case .string(let given) = text else { return value(text) }
    var (plain, found, isQuoted): (String, [(String, Bool)], Bool) = ("", [], false)
    let parts = parts(given)
    if parts.count == 1, case .expression(let expression) = parts[0] { return .string("${\(expression)}") }
    for part in parts {
      switch part {
      case .words(let words):
        plain += words.replacing(Self.mark, with: "")
        var isEscaped = false
        for letter in words.unicodeScalars {
          if letter == "\"", !isEscaped { isQuoted.toggle() }
          isEscaped = letter == "\\" && !isEscaped
        }
      case .expression(let expression):
        let place = "\(Self.mark)\(found.count)\(Self.mark)"
        plain += isQuoted ? place : "\"\(place)\""
        found.append((expression, isQuoted))
      }
    }
    guard let read = try? JSON.parse(plain) else {
      if let other { return other }
      unread.append("its JSON")
      return .null
    }
    return filled(read, found)
  }

  /// Stands for an expression while the JSON around it is read; no text has it.
  private static let mark = "\u{E000}"

  private func filled(_ json: JSON, _ found: [(expression: String, isQuoted: Bool)]) -> JSON {
    switch json {
    case .string(let text):
      let pieces = text.split(separator: Self.mark, omittingEmptySubsequences: false)
      let isAlone = pieces.count == 3 && pieces[0].isEmpty && pieces[2].isEmpty
      return .string(
        pieces.enumerated().map { index, piece in
          guard index % 2 == 1, let place = Int(piece) else { return N8NReader.literal(piece) }
          // in quotes its words count, whatever it gives
          let (expression, isQuoted) = found[place]
          return isAlone && isQuoted ? "${text(\(expression))}" : "${\(expression)}"
        }.joined())
    case .array(let all): return .array(all.map { filled($0, found) })
    case .object(let object): return .object(JSONObject(object.map { ($0.key, filled($0.value, found)) }))
    default: return json
    }
  }

  /// A value of ours as part of a query.
  static func encoded(_ json: JSON) -> String {
    var (rest, result) = (Expression.words(json)[...], "")
    while let open = rest.firstRange(of: "${"), let end = Template.end(rest[open.upperBound...]) {
      result += PercentCoding.encode(String(rest[..<open.lowerBound])) + "${encode(\(rest[open.upperBound..<end]))}"
      rest = rest[rest.index(after: end)...]
    }
    return result + PercentCoding.encode(String(rest))
  }

  /// An operand of a comparison.
  func operand(_ json: JSON) -> String {
    guard case .string(let text) = json else { return json.isNull ? "null" : json.text() }
    let parts = parts(text)
    if parts.count == 1, case .expression(let expression) = parts[0] { return "(\(expression))" }
    var words = ""
    for case .words(let some) in parts { words += some }
    guard parts.count <= 1 else {
      unread.append(text)
      return "null"
    }
    return JSON.string(words).text()
  }

  private func expression(_ text: String) -> String {
    var words = text.filter { !$0.isNewline }.trimmed
    // values are written as JSON by themselves here
    if words.hasPrefix("JSON.stringify("), words.hasSuffix(")") {
      let inner = words.dropFirst("JSON.stringify(".count).dropLast()
      if (try? Expression(parsing: translated(inner) ?? "")) != nil { words = String(inner) }
    }
    let loops = reader.elements.values
    let names = ["inputs", "steps", "now", "run"] + loops + (loops.isEmpty ? [] : ["index"])
    guard let changed = translated(words[...]), let read = try? Expression(parsing: changed),
      read.paths.allSatisfy({ names.contains($0.name) }),
      read.paths.allSatisfy({ $0.name != "steps" || reader.visible.contains($0.member ?? "") })
    else {
      unread.append(words)
      return "null"
    }
    for path in read.paths where path.name == "inputs" { if let member = path.member { wanted.insert(member) } }
    // only where all of them are loose: a strict one tells a text from a number
    let loose = read.counting(comparesLoosely: !words.contains("===") && !words.contains("!=="))
    return loose == read ? changed : loose.written
  }

  // MARK: Names and members

  /// Members of n8n's values and what they are called here.
  private static let methods = [
    "toLowerCase": "lower", "toUpperCase": "upper", "trim": "trim", "toString": "text", "toNumber": "number",
    "toFloat": "number", "first": "first", "last": "last", "join": "join", "split": "split",
    "includes": "contains", "isEmpty": "empty", "round": "round", "keys": "keys", "values": "values", "pluck": "pluck",
    "urlEncode": "encode", "sum": "sum", "min": "min", "max": "max", "length": "length",
  ]

  /// An expression with n8n's names and members in ours; `nil` where one has no counterpart.
  private func translated(_ text: Substring) -> String? {
    var (rest, result) = (text, "")
    while let letter = rest.first {
      if letter == "'" || letter == "\"" {
        let end = closing(letter, rest)
        result += rest[..<end]
        rest = rest[end...]
      } else if letter == "$" {
        guard let (places, behind) = reference(rest) else { return nil }
        let (path, left) = path(behind)
        let all = places.compactMap { reader.located($0, path) }
        guard !all.isEmpty else { return nil }
        result += all.count > 1 ? "(\(all.joined(separator: " ?? ")))" : all[0]
        rest = left
      } else if rest.hasPrefix("encodeURIComponent(") {
        result += "encode("
        rest = rest.dropFirst("encodeURIComponent(".count)
      } else if rest.hasPrefix("===") || rest.hasPrefix("!==") {
        result += rest.prefix(2)
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("?.") {
        rest = rest.dropFirst()
      } else if letter == ".", let name = name(rest.dropFirst()) {
        let behind = rest.dropFirst(1 + name.count)
        if name == "length", behind.first != "(" {
          result += ".length()"
        } else if name == "toInt", behind.hasPrefix("()") {
          result += ".text().split(\".\").first().number()"
          rest = behind.dropFirst(2)
          continue
        } else if behind.first == "(" {
          guard let ours = Self.methods[name] else { return nil }
          result += "." + ours
        } else {
          result += "." + name
        }
        rest = behind
      } else {
        result.append(letter)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// Behind the quote that closes a text.
  private func closing(_ quote: Character, _ text: Substring) -> String.Index {
    var at = text.index(after: text.startIndex)
    while at < text.endIndex, text[at] != quote {
      at = text.index(at, offsetBy: text[at] == "\\" ? 2 : 1, limitedBy: text.endIndex) ?? text.endIndex
    }
    return at < text.endIndex ? text.index(after: at) : at
  }

  private func name(_ text: Substring) -> String? {
    let name = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    return name.isEmpty || name.first?.isNumber == true ? nil : String(name)
  }

  /// What a name of n8n's stands for here, the likeliest first, and what comes behind it.
  private func reference(_ text: Substring) -> ([String], Substring)? {
    for prefix in [
      "$json", "$input.item.json", "$input.first().json", "$input.last().json", "$input.all()[0].json",
    ] where text.hasPrefix(prefix) {
      let rest = text.dropFirst(prefix.count)
      // what went wrong is words here
      if let source = sources.first(where: \.hasErrorOutput) {
        for member in [".error.message", ".error.description", ".error"] where rest.hasPrefix(member) {
          return (["steps.\(source.id).error"], rest.dropFirst(member.count))
        }
      }
      if !isInLoop, rest.first == "." || rest.first == "[" {
        for source in sources { if let list = reader.listing(source) { listings.insert(list.name) } }
      }
      return (own, rest)
    }
    for (prefix, ours) in [
      ("$now.toISO()", "now"), ("$now.toISOString()", "now"), ("$now", "now"),
      // of what is done once it is the first
      ("$itemIndex", reader.elements.isEmpty ? "0" : "index"), ("$execution.id", "run.id"),
    ] where text.hasPrefix(prefix) {
      let rest = text.dropFirst(prefix.count)
      // the hour or the weekday of a time has no counterpart
      return ours == "now" && rest.first == "." ? nil : ([ours], rest)
    }
    for (open, closings) in [
      ("$node[\"", ["\"].json"]), ("$node['", ["'].json"]),
      ("$('", ["').item.json", "').first().json", "').last().json", "').all()[0].json"]),
      ("$(\"", ["\").item.json", "\").first().json", "\").last().json", "\").all()[0].json"]),
      ("$items(\"", ["\")[0].json"]), ("$items('", ["')[0].json"]),
    ] where text.hasPrefix(open) {
      let inner = text.dropFirst(open.count)
      for close in closings {
        guard let end = inner.firstRange(of: close), let node = reader.nodes[String(inner[..<end.lowerBound])] else {
          continue
        }
        return (reader.places(of: node), inner[end.upperBound...])
      }
    }
    return nil
  }

  private var own: [String] { sources.isEmpty ? ["inputs"] : reader.places(ofAll: sources) }

  /// The members right behind a name: they are looked for in each place that it may stand for.
  private func path(_ text: Substring) -> (String, Substring) {
    var (rest, result) = (text, "")
    while true {
      if rest.hasPrefix("?.") { rest = rest.dropFirst() }
      if rest.first == ".", let name = name(rest.dropFirst()), name != "length",
        rest.dropFirst(1 + name.count).first != "("
      {
        result += "." + name
        rest = rest.dropFirst(1 + name.count)
      } else if rest.first == "[", let quote = rest.dropFirst().first, quote == "'" || quote == "\"" {
        let inner = rest.dropFirst()
        let end = closing(quote, inner)
        guard end < inner.endIndex, inner[end] == "]" else { return (result, rest) }
        result += "[" + JSON.string(String(inner[..<end].dropFirst().dropLast())).text() + "]"
        rest = inner[inner.index(after: end)...]
      } else if rest.first == "[", let digits = Optional(rest.dropFirst().prefix { $0.isASCII && $0.isNumber }),
        !digits.isEmpty, rest.dropFirst(1 + digits.count).first == "]"
      {
        result += "[\(digits)]"
        rest = rest.dropFirst(2 + digits.count)
      } else {
        return (result, rest)
      }
    }
  }
}
