package import Formats

/// A value found in a text, as `nlu parse` prints it: what it is, where it stands, what it can mean.
package struct FoundValue: Sendable {
  /// `date`, `datetime`, `daterange`, `duration`, `set`, `number`, `currency` …
  package var type: String
  /// In Unicode code points of the text as it was given.
  package var span: Range<Int>
  /// As the person wrote it.
  package var text: String
  /// The likeliest reading: a typed object such as `{"date": "2026-11-21"}`.
  package var value: JSONObject
  /// How fine the value is: `second` … `year`; `nil` where that says nothing.
  package var grain: String?
  /// Other readings of the same form, likeliest first: "8" may be morning or evening.
  package var alternatives: [JSONObject]

  package var json: JSON {
    var object: JSONObject = [
      "type": .string(type),
      "span": ["start": .integer(Int64(span.lowerBound)), "end": .integer(Int64(span.upperBound))],
      "text": .string(text), "value": .object(value),
    ]
    if let grain { object["grain"] = .string(grain) }
    object["alternatives"] = .array(alternatives.map(JSON.object))
    return .object(object)
  }
}

/// Finds one family of values; `ValueParser.readers` lists them all.
protocol ValueReader: Sendable {
  /// Values of one reader never overlap each other; those of two readers may ("3 days" is a duration and holds a number).
  func read(_ text: ValueText) -> [ReadValue]
}

/// What a reader gives back: a value and the tokens it was read from.
struct ReadValue {
  var type: String
  var tokens: Range<Int>
  var value: JSONObject
  var grain: String?
  var alternatives: [JSONObject] = []
}
