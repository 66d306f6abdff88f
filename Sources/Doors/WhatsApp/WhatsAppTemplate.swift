package import Base
package import Formats
import Messages
import Text

/// A form of words that WhatsApp has approved, for what is told more than a day after the person's last message.
package struct WhatsAppTemplate: Sendable, Hashable {
  package let name: String
  /// In which it was approved, as the platform writes them (`en_US`, `ta`); the first is taken for everybody else.
  package let languages: [String]
  /// What fills {{1}}, {{2}} …: words in which `{text}` is the message and `{name}` the person.
  package let parameters: [String]

  /// The whole body may have 1,024 characters; the template's own words need some of them.
  static let valuesLimit = 800
  static let parameterLimit = 10

  /// Reads one of the configuration.
  ///
  /// - Throws: `DataFileError` with the line and the mend.
  package init(_ node: YAMLNode) throws(DataFileError) {
    try node.onlyKeys(["name", "language", "languages", "parameters"])
    let nameNode = try node.required("name")
    name = try nameNode.string(expecting: "the template's name")
    guard !name.isEmpty, name.utf8.count <= 512, name.utf8.allSatisfy(Self.isOfName) else {
      throw nameNode.error("a template's name has small letters, digits and _ only")
    }
    let list = node["languages"] ?? node["language"]
    guard let list, let languages = list.strings ?? list.string.map({ [$0] }), !languages.isEmpty else {
      throw node.error("languages: those in which the template was approved, such as [en_US, ta]")
    }
    for code in languages where Language(code: code) == nil || !code.utf8.allSatisfy(Self.isOfLanguage) {
      throw (list).error("\(code) is no language such as en_US, ta or hi")
    }
    self.languages = languages
    parameters = try node["parameters"]?.strings(expecting: "a list such as [\"{name}\", \"{text}\"]") ?? []
    guard parameters.count <= Self.parameterLimit else {
      throw node.error("at most \(Self.parameterLimit) parameters")
    }
    for parameter in parameters {
      let rest = parameter.replacing("{text}", with: "").replacing("{name}", with: "")
      guard !rest.contains("{"), !rest.contains("}"), Self.flat(parameter) == parameter, !parameter.isEmpty,
        parameter.utf16.count <= Self.valuesLimit
      else { throw node.error("\"\(parameter)\": one line with {text} and {name} and plain words in it") }
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool { 97...122 ~= byte || 48...57 ~= byte || byte == 95 }
  private static func isOfLanguage(_ byte: UInt8) -> Bool { byte | 0x20 >= 97 && byte | 0x20 <= 122 || byte == 95 }

  /// The message as the platform takes it.
  func content(_ message: OutboundMessage, name person: String, language: Language) -> JSON {
    let values = values(text: message.text.text, name: person)
    var template: JSON = ["name": .string(name), "language": ["code": .string(code(for: language))]]
    if !values.isEmpty {
      template["components"] = [
        [
          "type": "body",
          "parameters": JSON(values.map { value -> JSON in ["type": "text", "text": .string(value)] }),
        ]
      ]
    }
    return ["type": "template", "template": template]
  }

  func code(for language: Language) -> String {
    for wanted in [language] + language.fallbacks {
      if let code = languages.first(where: { Language(code: $0) == wanted }) { return code }
    }
    return languages[0]
  }

  /// One line each, never empty, together short enough; the message's own words are cut where they are too long.
  func values(text: String, name: String) -> [String] {
    let name = Self.cut(Self.flat(name), 100)
    let others = parameters.map { parameter in
      parameter.replacing("{text}", with: "").replacing("{name}", with: name).utf16.count
    }
    let uses = parameters.reduce(0) { $0 + $1.ranges(of: "{text}").count }
    let room = max(0, Self.valuesLimit - others.reduce(0, +)) / max(1, uses)
    let text = Self.cut(Self.flat(text), room)
    return parameters.map { parameter in
      let value = Self.flat(parameter.replacing("{name}", with: name).replacing("{text}", with: text))
      return value.isEmpty ? "–" : value
    }
  }

  /// The platform takes no line break, no tab and no row of four blanks in a parameter.
  static func flat(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func cut(_ text: String, _ limit: Int) -> String {
    guard text.utf16.count > limit else { return text }
    var kept = ""
    var count = 1
    for character in text {
      count += character.utf16.count
      if count > limit { break }
      kept.append(character)
    }
    while kept.last == " " { kept.removeLast() }
    return kept + "…"
  }
}
