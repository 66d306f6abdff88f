import Actions
import Base
import Formats
import Messages

extension PlanReview {
  /// What a step does; what people wrote in it stays as they wrote it.
  static func say(_ step: WorkflowStep, _ registry: ActionRegistry) -> Say {
    var values: [String: Say.Value] = [:]
    switch step.kind {
    case .action(let name, let arguments):
      guard let entry = registry[name] else { return .words(name) }
      let given = arguments.members.map { member -> String in
        let words = member.value.words
        // a bare amount says nothing without its name
        let isBare = entry.parameter(member.key)?.kind == .money && member.value.members.isEmpty && !words.isEmpty
        return isBare ? "\(member.key.replacing("_", with: " ")) \(words)" : words
      }
      return say(entry, given.filter { !$0.isEmpty }.joined(separator: ", "))
    case .http(let call): return .words("\(call.method) \(call.url.words)")
    case .call(let call): return .words(words(call))
    case .compute: return Say("workflow.does.set")
    case .tell(let to, let text):
      if let to { values["who"] = .text(to.words) }
      let key = to == nil ? "workflow.does.tell_you" : "workflow.does.tell"
      if text.plain.isQuoting { return Say(key + "_found", values) }
      values["what"] = .text(text.plain.words)
      return Say(key, values)
    case .wait(let wait):
      if let duration = wait.duration {
        values["for"] = WorkflowDuration.read(duration.words).map { .duration($0) } ?? .text(duration.words)
      }
      if let until = wait.until { values["until"] = .text(until.words) }
      if let signal = wait.signal { values["signal"] = .text(signal.words) }
      let parts = [wait.until != nil ? "until" : wait.duration != nil ? "for" : nil, wait.signal.map { _ in "signal" }]
      return Say((["workflow.does.wait"] + parts.compactMap { $0 }).joined(separator: "_"), values)
    case .approve(let approval):
      values["what"] = .text(approval.what.plain.words)
      if let who = approval.who { values["who"] = .text(who.words) }
      return Say(approval.who == nil ? "workflow.does.ask_you" : "workflow.does.ask", values)
    case .each: return Say("workflow.does.each")
    case .choose: return Say("workflow.does.choose")
    case .workflow(let name, _): return Say("workflow.does.workflow", ["name": .text(name)])
    case .set: return Say("workflow.does.set")
    case .stop(let reason, let fails):
      if let words = reason?.words, !words.isEmpty { values["reason"] = .text(words) }
      return Say(fails ? "workflow.does.fail" : "workflow.does.stop", values)
    }
  }

  /// What an action does, as people read it.
  static func term(_ entry: ActionEntry) -> Say.Value { .term(entry.does) }

  /// The name of an input or a parameter, as people read it.
  static func term(ofInput name: String) -> Say.Value { .term(name.replacing("_", with: " ")) }

  /// What an action does, with what it is given.
  static func say(_ entry: ActionEntry, _ given: String) -> Say {
    var values: [String: Say.Value] = ["does": .term(entry.does)]
    if !given.isEmpty { values["with"] = .text(given) }
    return Say("workflow.does.action", values)
  }
}
