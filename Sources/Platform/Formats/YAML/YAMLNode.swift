package import Base

/// One value of a YAML file, with its place in the file so that every complaint names a line.
package struct YAMLNode: Sendable {
  package enum Kind: Sendable {
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  package let kind: Kind
  /// From 1.
  package let line: Int
  package let column: Int
  package let file: String

  package init(_ kind: Kind, line: Int, column: Int, file: String) {
    self.kind = kind
    self.line = line
    self.column = column
    self.file = file
  }

  /// A mistake at this node, ready to throw; `expected` says what should stand there.
  package func error(_ expected: String) -> DataFileError {
    DataFileError(file: file, line: line, expected: expected)
  }
}

// MARK: Reading leniently: nil when it is something else

extension YAMLNode {
  /// The text of any scalar but a plain null; `8` and `true` give their letters.
  package var string: String? {
    if case .scalar(let text, _) = kind, !isNull { text } else { nil }
  }

  /// An empty value, `~` or `null`, unquoted.
  package var isNull: Bool {
    guard case .scalar(let text, true) = kind else { return false }
    return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
  }

  private var plain: String? {
    if case .scalar(let text, true) = kind { text } else { nil }
  }

  /// Decimal, `0x` or `0o`, unquoted.
  package var int: Int? {
    guard let plain else { return nil }
    if plain.hasPrefix("0x") { return Int(plain.dropFirst(2), radix: 16) }
    if plain.hasPrefix("0o") { return Int(plain.dropFirst(2), radix: 8) }
    return Int(plain)
  }

  package var double: Double? {
    guard let plain, let first = plain.utf8.first, first < 0x3A, !plain.hasPrefix("0x") else {
      return int.map(Double.init)
    }
    return Double(plain).flatMap { $0.isFinite ? $0 : nil }
  }

  /// `true`/`false`, and `yes`/`no`/`on`/`off` where a truth value is asked for.
  package var bool: Bool? {
    switch plain {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": true
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": false
    default: nil
    }
  }

  package var sequence: [YAMLNode]? { if case .sequence(let nodes) = kind { nodes } else { nil } }
  package var mapping: [(key: YAMLNode, value: YAMLNode)]? {
    if case .mapping(let pairs) = kind { pairs } else { nil }
  }

  /// A list of texts; one text counts as a list of one, null as an empty one.
  package var strings: [String]? {
    if isNull { return [] }
    if let string { return [string] }
    guard let sequence else { return nil }
    var texts: [String] = []
    for node in sequence {
      guard let text = node.string else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// The keys of a mapping in their order; empty for anything else.
  package var keys: [String] { mapping?.compactMap { $0.key.string } ?? [] }

  package subscript(_ key: String) -> YAMLNode? {
    guard case .mapping(let pairs) = kind else { return nil }
    for pair in pairs {
      if case .scalar(key, _) = pair.key.kind { return pair.value }
    }
    return nil
  }

  package subscript(_ index: Int) -> YAMLNode? {
    guard case .sequence(let nodes) = kind, nodes.indices.contains(index) else { return nil }
    return nodes[index]
  }
}

// MARK: Reading strictly: the file and line when it is something else

extension YAMLNode {
  /// The value of a key that must be there and not be null.
  package func required(_ key: String) throws(DataFileError) -> YAMLNode {
    guard case .mapping = kind else { throw error("expected a mapping with the key “\(key)”") }
    guard let value = self[key], !value.isNull else { throw error("the key “\(key)” is missing") }
    return value
  }

  package func string(expecting what: String = "a text") throws(DataFileError) -> String {
    guard let string else { throw error("expected \(what)") }
    return string
  }

  package func int(expecting what: String = "a whole number") throws(DataFileError) -> Int {
    guard let int else { throw error("expected \(what)") }
    return int
  }

  package func double(expecting what: String = "a number") throws(DataFileError) -> Double {
    guard let double else { throw error("expected \(what)") }
    return double
  }

  package func bool(expecting what: String = "true or false") throws(DataFileError) -> Bool {
    guard let bool else { throw error("expected \(what)") }
    return bool
  }

  package func strings(expecting what: String = "a list of texts") throws(DataFileError) -> [String] {
    guard let strings else { throw error("expected \(what)") }
    return strings
  }

  package func sequence(expecting what: String = "a list") throws(DataFileError) -> [YAMLNode] {
    guard let sequence else { throw error("expected \(what)") }
    return sequence
  }

  package func mapping(
    expecting what: String = "a mapping"
  ) throws(DataFileError) -> [(key: YAMLNode, value: YAMLNode)] {
    guard let mapping else { throw error("expected \(what)") }
    return mapping
  }

  /// Refuses a key that nobody reads, which is nearly always a slip; names the closest one that is read.
  package func onlyKeys(_ allowed: [String]) throws(DataFileError) {
    for (key, _) in try mapping() {
      let name = try key.string(expecting: "a key")
      guard !allowed.contains(name) else { continue }
      if let near = EditDistance.nearest(name, in: allowed) {
        throw key.error("unknown key “\(name)”, did you mean “\(near)”?")
      }
      throw key.error("unknown key “\(name)”; allowed: \(allowed.joined(separator: ", "))")
    }
  }
}

extension YAMLNode {
  /// By the YAML 1.2 core schema: only `true` and `false` are truth values, so that the language `no` stays a text.
  package var json: JSON {
    switch kind {
    case .scalar(let text, let isPlain):
      if !isPlain { return .string(text) }
      if isNull { return .null }
      if text.count <= 5, let bool, text.lowercased() == "true" || text.lowercased() == "false" { return .bool(bool) }
      if let int { return .integer(Int64(int)) }
      if let double { return .number(double) }
      return .string(text)
    case .sequence(let nodes): return .array(nodes.map(\.json))
    case .mapping(let pairs):
      return .object(
        JSONObject(
          members: pairs.map { pair in
            guard case .scalar(let key, _) = pair.key.kind else { return JSONObject.Member(key: "", value: .null) }
            return JSONObject.Member(key: key, value: pair.value.json)
          }))
    }
  }
}
