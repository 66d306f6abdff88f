/// Header fields in the order they came. Names compare without case (RFC 9110 §5.1).
package struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var fields: [(name: String, value: String)]

  package init() { fields = [] }

  package init(_ fields: [(String, String)]) { self.fields = fields.map { (name: $0.0, value: $0.1) } }

  package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

  package var isEmpty: Bool { fields.isEmpty }

  /// The first value of a field; `nil` when it is absent. Setting replaces every value of that name.
  package subscript(name: String) -> String? {
    get {
      for field in fields where HTTPHeaders.same(field.name, name) { return field.value }
      return nil
    }
    set {
      fields.removeAll { HTTPHeaders.same($0.name, name) }
      if let newValue { fields.append((name: name, value: newValue)) }
    }
  }

  /// Every value of a field, in order.
  package func all(_ name: String) -> [String] {
    var values: [String] = []
    for field in fields where HTTPHeaders.same(field.name, name) { values.append(field.value) }
    return values
  }

  package mutating func add(_ name: String, _ value: String) { fields.append((name: name, value: value)) }

  package mutating func removeAll(_ name: String) { fields.removeAll { HTTPHeaders.same($0.name, name) } }

  mutating func reserve(_ count: Int) { fields.reserveCapacity(count) }

  /// Whether a comma-separated field holds a word, without regard to case: `Connection: keep-alive, Upgrade`.
  package func contains(_ name: String, word: String) -> Bool {
    for field in fields where HTTPHeaders.same(field.name, name) {
      for part in field.value.utf8.split(separator: UInt8(ascii: ",")) {
        let trimmed = part.drop { $0 == 32 || $0 == 9 }
        var end = trimmed.endIndex
        while end > trimmed.startIndex {
          let before = trimmed.index(before: end)
          guard trimmed[before] == 32 || trimmed[before] == 9 else { break }
          end = before
        }
        if HTTPHeaders.same(trimmed[..<end], word.utf8) { return true }
      }
    }
    return false
  }

  static func same(_ a: String, _ b: String) -> Bool {
    let a = a.utf8
    let b = b.utf8
    return a.count == b.count && same(a, b)
  }

  static func same(_ a: some Sequence<UInt8>, _ b: some Sequence<UInt8>) -> Bool {
    a.elementsEqual(b) { x, y in
      if x == y { return true }
      // Only letters differ by the case bit alone.
      let lower = x | 0x20
      return lower == y | 0x20 && lower >= 97 && lower <= 122
    }
  }
}
