import Formats
package import Messages
package import Text

/// Words that a workflow has for a person: in one language, or in several, of which each reader gets their own.
///
/// ```yaml
/// tell: "Tomorrow: ${inputs.place}."
/// tell: {en: "Tomorrow: ${inputs.place}.", ta: "நாளை: ${inputs.place}."}
/// ```
package struct Wording: Sendable, Hashable {
  /// English where there are several.
  package let plain: Template
  let others: [Language: Template]

  package init(_ plain: Template, others: [Language: Template] = [:]) {
    (self.plain, self.others) = (plain, others)
  }

  /// - Throws: a key that is no language of ours, or English that is missing, with file and line.
  init(_ node: YAMLNode, _ template: (YAMLNode) throws -> Template) throws {
    guard case .mapping(let pairs) = node.kind else {
      self.init(try template(node))
      return
    }
    var texts: [Language: Template] = [:]
    for (key, value) in pairs {
      let code = try key.string(expecting: "a language")
      guard let language = Language.all.first(where: { $0.code == code }) else {
        throw key.error("one of \(Language.all.map(\.code).joined(separator: ", ")) was expected")
      }
      texts[language] = try template(value)
    }
    guard let plain = texts.removeValue(forKey: .english) else { throw node.error("the words in “en” are missing") }
    self.init(plain, others: texts)
  }

  /// The words at this point of a run.
  func said(_ names: (String) -> JSON) -> Said {
    Said(
      plain: Expression.words(plain.value(names)), others: others.mapValues { Expression.words($0.value(names)) })
  }

  /// What a wording says once its expressions have values.
  package struct Said: Sendable, Hashable {
    package let plain: String
    package var others: [Language: String] = [:]

    /// For a reply.
    package var value: Say.Value { others.isEmpty ? .text(plain) : .worded(plain, others) }
    package var say: Say { Say("words", ["text": value]) }
  }
}

/// Arguments of a step whose words stand in several languages: whoever it acts for gets theirs.
///
/// ```yaml
/// with: {title: {en: "Pay ${inputs.what}", ta: "${inputs.what} கட்ட"}}
/// ```
extension Template {
  /// Whether these are words in several languages: nothing but languages, English among them.
  package var isWorded: Bool {
    guard case .object(let texts) = self else { return false }
    guard texts.contains(where: { $0.key == Language.english.code }) else { return false }
    return texts.allSatisfy { text in Language.all.contains { $0.code == text.key } }
  }

  /// The values of this template for a reader of one language; English stands for one that is missing.
  func worded(_ values: JSONObject, for language: Language) -> JSONObject {
    guard case .object(let members) = self else { return values }
    var values = values
    for member in members where member.value.isWorded {
      let texts = values[member.key]
      values[member.key] = texts?[language.code] ?? texts?[Language.english.code] ?? .null
    }
    return values
  }
}
