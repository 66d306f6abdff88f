package import Formats
import Telemetry

/// Marks such as `{secret api_key}` in the place of what is secret, by the name that it has or by its look: what people read
/// and what is kept has the marks, and the values are kept elsewhere, sealed.
package enum SecretMarks {
  private static let opening = "{secret "

  /// How the name of a secret stands in the place of its value.
  package static func mark(_ name: String) -> String { opening + name + "}" }

  /// Whether some text holds a mark: it is taken for no secret itself.
  package static func areIn(_ text: String) -> Bool { text.contains(opening) }

  /// A value with marks in the place of its secrets, and these with the paths to them (`slack.token`, `keys.0`) as names.
  package static func put(in json: JSON) -> (marked: JSON, found: [(name: String, value: String)]) {
    var found: [(name: String, value: String)] = []
    return (walk(json, "", &found), found)
  }

  private static func walk(_ json: JSON, _ name: String, _ found: inout [(name: String, value: String)]) -> JSON {
    switch json {
    case .string(let text):
      guard !text.isEmpty, !areIn(text), Redactor.isSecret(name: name) || Redactor.shared.clean(text) != text else {
        return json
      }
      found.append((name, text))
      return .string(mark(name))
    case .array(let all):
      return .array(all.enumerated().map { walk($0.element, "\(name).\($0.offset)", &found) })
    case .object(let object):
      return .object(
        JSONObject(object.map { ($0.key, walk($0.value, name.isEmpty ? $0.key : "\(name).\($0.key)", &found)) }))
    default: return json
    }
  }
}
