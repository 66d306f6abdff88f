import Actions
import Crypto
package import Formats
import Text

// What workflows and nodes of n8n are called, there and here.
extension N8NReader {
  /// The workflows in a file: one by itself, a list as `n8n export:workflow` writes it, or either in a wrapping.
  package static func workflows(in json: JSON) -> [JSON] {
    if let all = json.array { return all.flatMap(workflows) }
    if json["nodes"].array != nil { return [json] }
    for wrapping in ["workflow", "data"] where !json[wrapping].isNull {
      let inner = workflows(in: json[wrapping])
      if inner.contains(where: { $0["nodes"].array != nil }) { return inner }
    }
    return [json]
  }

  /// What a workflow of n8n is called there.
  package static func title(of json: JSON) -> String {
    json["name"].string.flatMap { $0.trimmed.isEmpty ? nil : $0 } ?? "n8n workflow"
  }

  /// What one is called that has no name, as those that are copied out of n8n: the same as its file.
  static func title(ofFile file: String) -> String {
    var name = file.split(separator: "/").last.map(String.init) ?? file
    if name.lowercased().hasSuffix(".json") { name = String(name.dropLast(5)) }
    let words = name.split { $0 == "_" || $0.isWhitespace }.joined(separator: " ")
    return words.isEmpty || words == "-" ? "n8n workflow" : words
  }

  /// Letters, digits and hyphens of a name; of one in another script as it is typed in Latin letters.
  package static func identifier(_ name: String) -> String {
    let letters = Transliteration.latin(name).lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let words = String(letters).split(separator: "-").joined(separator: "-")
    // names of signs alone are told apart all the same
    if words.isEmpty { return "n-" + Hex.encode(SHA256.hash(name)).prefix(8) }
    return words.first?.isNumber == true ? "n-" + words : words
  }

  /// The same as expressions can name it: a hyphen before a digit is a minus there.
  static func stepID(_ name: String) -> String {
    var id = ""
    for letter in identifier(name) {
      if letter.isNumber, id.last == "-" { id = id.dropLast() + "_" }
      id.append(letter)
    }
    return id
  }
}
