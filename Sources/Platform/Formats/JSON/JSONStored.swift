/// A value that is kept as JSON text in a row and written for every message.
///
/// Its members are named by hand: Foundation's coders cost fifty times as much for a value of this size.
package protocol JSONStored {
  var json: JSON { get }
  /// `nil` when the JSON is not of this shape.
  init?(json: JSON)
}

extension JSONStored {
  /// `nil` for a text that is no JSON or not of this shape.
  package init?(stored text: String) {
    guard let json = try? JSON.parse(text) else { return nil }
    self.init(json: json)
  }

  package var stored: String { json.text() }
}

extension JSONObject {
  /// Adds a member unless there is no value.
  package mutating func put(_ key: String, _ value: JSON?) {
    if let value { members.append(Member(key: key, value: value)) }
  }

  /// Adds a member unless there is no text.
  package mutating func put(_ key: String, _ text: String?) { put(key, text.map(JSON.string)) }
}
