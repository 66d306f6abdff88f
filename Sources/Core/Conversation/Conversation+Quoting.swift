import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

/// An answer that points at one of our messages (a reply in Telegram, a quote in WhatsApp) is about that one, whatever was
/// said or rang since.
extension Conversation {
  func quoting(_ message: InboundMessage, _ person: Person, _ dialogue: Dialogue) async -> Dialogue {
    guard let id = message.answers else { return dialogue }
    let reach = PeopleBook.Reach(
      address: message.from, chat: message.chat, isReachable: true, lastSeen: parts.clock.now)
    guard
      let quoted = try? await parts.delivery.quoted(id, at: reach, in: parts.store.tenant(person.tenant))
    else { return dialogue }
    let calls = quoted.calls.map { ActionCall($0.action, $0.arguments) }
    // the question that is open was asked there: its answer is read as ever
    if let question = dialogue.question, calls.contains(where: { $0.name == question.call.name }) {
      return dialogue
    }
    if dialogue.confirmation != nil, calls.contains(where: { $0.name.hasPrefix("dialogue.") }) { return dialogue }
    guard let recent = recent(of: quoted, calls) else { return dialogue }
    var dialogue = dialogue
    (dialogue.quoted, dialogue.isQuoting) = (calls, true)
    // taking back what made it is the same as ending it; taking back a change of it is not
    let isMade = [".create", ".add"].contains(where: recent.call.name.hasSuffix)
    let isLatest =
      isMade && dialogue.recent.map { $0.call.name == recent.call.name && $0.things == recent.things } ?? false
    if !isLatest {
      dialogue.last = nil
      dialogue.recent = listed(recent)
    }
    if let question = dialogue.question {
      dialogue.suspended = (dialogue.suspended + [question]).suffix(2)
      dialogue.question = nil
    }
    return dialogue
  }

  private func recent(of quoted: Delivery.Quoted, _ calls: [ActionCall]) -> Dialogue.Recent? {
    let now = parts.clock.now
    if let about = quoted.about, let name = about["name"].string,
      case let things = (about["things"].array ?? []).compactMap(\.string), !things.isEmpty
    {
      return .init(call: ActionCall(name), things: things, at: now)
    }
    return calls.lazy.compactMap { call in
      Self.thing(of: call).map { .init(call: call, things: [$0], at: now) }
    }.first
  }

  /// As something that was shown: what was done since must not be taken back in its place.
  private func listed(_ recent: Dialogue.Recent) -> Dialogue.Recent {
    let list = (recent.call.name.split(separator: ".").first.map(String.init) ?? "") + ".list"
    guard parts.runner.registry[list] != nil else { return recent }
    return .init(call: ActionCall(list), things: recent.things, at: recent.at)
  }

  /// The row that a button is about: `reminder.done` has it in `reminder`.
  private static func thing(of call: ActionCall) -> String? {
    guard let room = call.name.split(separator: ".").first, let id = call.arguments[String(room)]?.string else {
      return nil
    }
    return id
  }

  /// "taken", "snooze 10 min", in answer to what rang: the dose or reminder of that message.
  func ofQuoted(_ call: ActionCall, _ dialogue: Dialogue) -> ActionCall {
    guard !dialogue.quoted.isEmpty, let room = call.name.split(separator: ".").first.map(String.init),
      parts.runner.registry[call.name]?.parameter(room) != nil
    else { return call }
    let same = dialogue.quoted.first { $0.name == call.name && $0.arguments[room] != nil }
    let kin = same ?? dialogue.quoted.first { $0.name.hasPrefix(room + ".") && $0.arguments[room] != nil }
    guard let kin else { return call }
    var call = call
    if call.arguments[room] == nil { call.arguments[room] = kin.arguments[room] }
    return call
  }

  /// "cancel", alone, in answer to a message about one thing.
  func cancelQuoted(_ context: ActionContext, _ dialogue: Dialogue) -> ActionCall? {
    guard dialogue.isQuoting, dialogue.last == nil, let recent = dialogue.recent, recent.things.count == 1,
      let room = recent.call.name.split(separator: ".").first.map(String.init),
      let name = [".cancel", ".remove", ".stop"].map({ room + $0 }).first(where: {
        parts.runner.registry[$0]?.parameter(room) != nil && context.persona.allows($0)
      })
    else { return nil }
    return ActionCall(name, [room: .string(recent.things[0])])
  }
}
