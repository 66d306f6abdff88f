import Formats

/// What to do about nodes that cannot be taken over.
enum N8NAdvice {
  static func sentence(_ type: String) -> String {
    switch type {
    case "code", "function", "functionItem", "executeCommand", "ssh":
      "Code is not run here: write it as set with expressions, or serve it and call it with http."
    case "mySql", "microsoftSql", "mongoDb", "redis", "sqlite":
      "Of databases only PostgreSQL is reached: put an HTTP service in front of others and call it with http."
    case "openAi", "agent", "lmChatOpenAi", "chainLlm": "Write it as a step: model, with rules and text."
    case "googleSheets", "airtable", "notion", "hubspot", "shopify", "stripe":
      "Call its HTTP interface with http, with your token in a header."
    case "splitOut": "It splits what is no single field: write it as set with items(value), and go over it with each."
    case "limit": "Write it as set with take(list, 5)."
    case "sort":
      "It sorts by chance or by code: write it as set with sort(list, \"field\"), with \"down\" behind for the largest first."
    case "removeDuplicates": "It compares with what came before: write it as set with unique(list, \"field\")."
    case "renameKeys": "Write it as set with rename(list, \"old\", \"new\")."
    case "summarize": "Write it as set with sum(pluck(list, \"field\")), length(list), min or max of the same."
    case "dateTime": "Write it as set with expressions: now, moment(value), earlier(time, \"1 hour\")."
    case "html", "htmlExtract", "markdown", "xml":
      "Pages and other texts are not taken apart here: ask a service that does with http, or the language model with model."
    case "itemLists": "Write it as set with items, take, sort, unique, pluck or join."
    default: "There is no step like \(type): use http for a service, action for what the house can do, or take it out."
    }
  }

  private static let known: Set<String> = [
    "httpRequest", "set", "editFields", "if", "filter", "switch", "merge", "aggregate", "wait", "executeWorkflow",
    "stopAndError", "telegram", "postgres", "gmail", "emailSend", "sendEmail", "slack", "splitOut", "limit", "sort",
    "removeDuplicates", "renameKeys", "itemLists", "splitInBatches",
  ]

  /// Whether there is a step for it, so that what of it is left out is worth saying.
  static func isKnown(_ type: String) -> Bool { known.contains(type) }
}

/// Words of a page: what is sent on as plain words must not have its tags.
enum N8NPlainText {
  private static let names: Set<String> = [
    "a", "b", "blockquote", "body", "br", "code", "div", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr",
    "html", "i", "img", "li", "ol", "p", "pre", "s", "span", "strong", "style", "table", "tbody", "td", "th", "thead",
    "title", "tr", "u", "ul", "center", "small", "meta", "!doctype",
  ]
  private static let lines: Set<String> = [
    "br", "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "hr", "table", "ul", "ol", "blockquote",
  ]

  static func isHTML(_ text: JSON) -> Bool { text.string.map { plain($0) != $0 } ?? false }
  static func words(_ text: JSON) -> JSON { text.string.map { .string(plain($0)) } ?? text }

  /// The text without tags and with letters for their names; what stands in double braces stays as it is.
  private static func plain(_ text: String) -> String {
    var (rest, result) = (text[...], "")
    while let letter = rest.first {
      if rest.hasPrefix("{{"), let end = rest.firstRange(of: "}}") {
        result += rest[..<end.upperBound]
        rest = rest[end.upperBound...]
      } else if letter == "<", let (name, behind) = tag(rest) {
        if name == "style" || name == "title", let end = behind.firstRange(of: "</\(name)>") {
          rest = behind[end.upperBound...]
          continue
        }
        if lines.contains(name), !result.isEmpty, !result.hasSuffix("\n"), result != "=" { result += "\n" }
        rest = behind
      } else if letter == "&", let (sign, behind) = sign(rest) {
        result += sign
        rest = behind
      } else {
        result.append(letter)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// A tag's name, and what comes behind it.
  private static func tag(_ text: Substring) -> (String, Substring)? {
    var inner = text.dropFirst()
    if inner.first == "/" { inner = inner.dropFirst() }
    let name = inner.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "!") }.lowercased()
    guard names.contains(name) else { return nil }
    var rest = inner
    while let letter = rest.first, letter != ">" {
      if rest.hasPrefix("{{"), let end = rest.firstRange(of: "}}") {
        rest = rest[end.upperBound...]
      } else {
        rest = rest.dropFirst()
      }
    }
    return rest.isEmpty ? nil : (name, rest.dropFirst())
  }

  private static func sign(_ text: Substring) -> (String, Substring)? {
    for (name, letter) in [
      ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&nbsp;", " "),
    ] where text.hasPrefix(name) { return (letter, text.dropFirst(name.count)) }
    return nil
  }
}
