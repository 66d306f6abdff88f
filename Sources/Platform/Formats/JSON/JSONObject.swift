/// The members of a JSON object in their order: a small map, because objects in messages have few members.
///
/// A name written twice stays in the list; the last one wins, as in most parsers.
package struct JSONObject: Sendable, Hashable {
  package struct Member: Sendable, Hashable {
    package var key: String
    package var value: JSON
    package init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }
  }

  package var members: [Member]

  package init() { members = [] }
  package init(members: [Member]) { self.members = members }
  package init(_ pairs: some Sequence<(String, JSON)>) { members = pairs.map { Member(key: $0.0, value: $0.1) } }

  package var count: Int { members.count }
  package var isEmpty: Bool { members.isEmpty }
  package var keys: [String] { members.map(\.key) }

  /// Setting `nil` removes the member. O(count).
  package subscript(_ key: String) -> JSON? {
    get {
      var index = members.count - 1
      while index >= 0 {
        if members[index].key == key { return members[index].value }
        index -= 1
      }
      return nil
    }
    set {
      guard let newValue else { return members.removeAll { $0.key == key } }
      if let index = members.lastIndex(where: { $0.key == key }) {
        members[index].value = newValue
      } else {
        members.append(Member(key: key, value: newValue))
      }
    }
  }

  private var lookup: [String: JSON] {
    Dictionary(members.lazy.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// Order does not matter.
  package static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.members == b.members || a.lookup == b.lookup
  }
  package func hash(into hasher: inout Hasher) { hasher.combine(lookup) }
}

extension JSONObject: Sequence, ExpressibleByDictionaryLiteral {
  package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
  package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}
