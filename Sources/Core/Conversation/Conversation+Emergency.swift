import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Telemetry
import Text

extension Conversation {
  private static let command = "/sos"

  /// Whether a message must be looked at before anything else: words, `/sos`. Bounded: no model, no network, no disk.
  func isEmergency(_ message: InboundMessage) -> Bool {
    guard !message.isGroup, message.edits == nil, let text = message.text else { return false }
    if text.lowercased().hasPrefix(Self.command) { return true }
    guard parts.emergency(text) != nil, let person = person(from: message) else { return false }
    return isLookedAfter(person)
  }

  /// Whether this person's words can be an alarm: an elder, or anybody whom a family looks after.
  func isLookedAfter(_ person: Person) -> Bool {
    parts.delivery.personas[person.persona]?.isPlain == true || !parts.people.relatives(of: person.id).isEmpty
  }

  /// Raises the alarm and settles the message in one transaction; its place in the lane then finds it handled.
  func handleEmergency(_ item: InboxItem) async {
    guard let person = person(from: item.message), parts.runner.registry["emergency.alert"] != nil,
      let context = context(for: person, door: item.message.from.door, conversation: item.message.conversation)
    else { return }
    var approved = context
    approved.authority.isApproved = true
    let what = item.message.text.flatMap { parts.emergency($0) }
    let call = ActionCall("emergency.alert", what.map { ["what": .string($0)] } ?? [:])
    let prepared = await parts.runner.prepare(call, in: approved)
    let draft = Draft(
      dialogue: Dialogue(), intent: "emergency.alert", prepared: [prepared], language: person.language)
    do {
      let report = try await commit(draft, item, person)
      finishWaiting(item, report)
    } catch {
      // the lane still has the message and will handle it as words
      log.error("The emergency path failed", ["seq": .int(Int(item.seq)), "error": .error(error)])
    }
  }
}
