import Actions
import Formats
import Understanding

/// "Start slowly", "stop the race": a verb and the whole name of a workflow, which may be any words at all.
extension Conversation {
  private enum Verb {
    case start, stop, pause, resume

    var action: String {
      switch self {
      case .start: "workflow.start"
      case .stop: "workflow.cancel"
      case .pause: "workflow.pause"
      case .resume: "workflow.resume"
      }
    }
  }

  /// - Returns: what is to be done with the workflow of that name; `nil` where none is called so, or none of it is under way.
  func namedWorkflow(_ text: String, _ context: ActionContext, _ dialogue: Dialogue) async -> ActionCall? {
    guard text.utf8.count <= 120, dialogue.question == nil, dialogue.confirmation == nil,
      parts.runner.registry["workflow.start"] != nil, let (verb, wanted) = Self.verb(in: Self.plainWords(text)),
      let all = try? await context.call("workflow.catalogue")["workflows"].array
    else { return nil }
    let named = all.compactMap { one -> String? in
      guard let name = one["name"].string else { return nil }
      return [name, one["title"].string ?? ""].contains { Self.bare(Self.plainWords($0)) == wanted } ? name : nil
    }
    guard let name = named.only else { return nil }
    if verb != .start {
      let runs = (try? await context.call("workflow.list")["runs"].array) ?? []
      let isOpen = runs.contains {
        $0["workflow"].string == name && ["running", "paused"].contains($0["state"].string)
      }
      guard isOpen else { return nil }
    }
    return ActionCall(verb.action, ["workflow": .string(name)])
  }

  private static func verb(in words: String) -> (Verb, name: String)? {
    for (verb, ahead, behind) in verbs {
      for phrase in ahead where words.hasPrefix(phrase) {
        let rest = words.utf8.dropFirst(phrase.utf8.count)
        if rest.first == 0x20 { return (verb, bare(String(Substring(rest)))) }
      }
      for phrase in behind where words.hasSuffix(phrase) {
        let rest = words.utf8.dropLast(phrase.utf8.count)
        if rest.last == 0x20 { return (verb, bare(String(Substring(rest)))) }
      }
    }
    return nil
  }

  /// Without what people put around a name.
  private static func bare(_ words: String) -> String {
    var all = words.split(separator: " ")
    while let first = all.first, all.count > 1, ["the", "my", "please"].contains(first) { all.removeFirst() }
    while let last = all.last, all.count > 1, ["workflow", "please", "now"].contains(last) { all.removeLast() }
    return all.joined(separator: " ")
  }

  private static let verbs: [(Verb, ahead: [String], behind: [String])] = [
    (
      .start, ["start", "run", "begin", "launch"],
      ["start pannu", "thodangu", "shuru karo", "chalao", "தொடங்கு", "ஆரம்பி", "शुरू करो", "चलाओ"]
    ),
    (.stop, ["stop", "end", "cancel"], ["stop pannu", "niruthu", "band karo", "நிறுத்து", "बंद करो"]),
    (.pause, ["pause", "hold"], ["pause pannu", "roko", "रोको"]),
    (.resume, ["resume", "go on with", "continue"], ["thodaru", "jaari rakho", "தொடரு", "जारी रखो"]),
  ]
}

extension Array {
  /// The one element of an array that has but one.
  var only: Element? { count == 1 ? self[0] : nil }
}
