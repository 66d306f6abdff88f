import Actions
import Formats
import Messages

/// The next page of what was listed last. The conversation, which knows what that was, asks for it; alone there is none.
struct ShowMore: Action {
  static let name = "assistant.more"
  static let summary = "Shows more of the list that was shown last."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult { .answer(Say("dialogue.no_more")) }
}

extension Conversation {
  /// "Show me more", "next": the same once more, from where the last page ended.
  func nextPage(of recent: Dialogue.Recent?) -> ActionCall? {
    guard let recent, let known = parts.runner.registry[recent.call.name], known.effect == .read,
      known.parameter("offset") != nil
    else { return nil }
    let limit = recent.call.arguments["limit"]?.int64 ?? known.parameter("limit")?.initial?.int64
    var call = recent.call
    let page = limit ?? Int64(recent.things.count)
    call.arguments["offset"] = .integer((call.arguments["offset"]?.int64 ?? 0) + max(1, page))
    return call
  }
}
