import Actions
import Base
import Crews
import Memory
import Messages
import People
import Store
import Understanding

/// A message that a person changed after sending it. What it asked for is done by then: it must not be done twice.
extension Conversation {
  /// Why an edit changes nothing; `nil` when the new words count.
  func reasonToIgnore(
    edit: InboundMessage, of original: String, _ dialogue: Dialogue, _ person: Person
  ) async throws -> String? {
    guard let text = edit.text else { return "an edit without words" }
    guard let heard = dialogue.heard, heard.message == original else { return "an edit of an older message" }
    // the platform also tells of an edit when only a preview was added
    let said = try await parts.store.tenant(person.tenant).read { reader in
      try reader.episodes(of: person.id, from: heard.at, to: heard.at + .microseconds(1), limit: 4).map(\.said)
    }
    return said.contains(text) ? "an edit that changes no word" : nil
  }

  /// The words that led to something done were changed: it is undone and the new words are followed, or, when it cannot
  /// be undone or they ask for nothing, it stays as it is and the person is told.
  func revise(
    _ last: Dialogue.Last, _ understood: Understood, _ text: String, _ context: ActionContext, _ draft: inout Draft
  ) async {
    guard let inverse = last.inverse, understood.kind == .intent, understood.intent != nil, !understood.isNearTie else {
      draft.say = Say("dialogue.edit_too_late")
      return
    }
    var approved = context
    approved.authority.isApproved = true
    let undoing = await parts.runner.prepare(inverse, in: approved)
    if case .failed = undoing {
      draft.say = Say("dialogue.edit_too_late")
      return
    }
    draft.prepared.append(undoing)
    draft.silent.insert(0)
    await begin(understood, text, context, &draft)
  }
}

extension InboundMessage {
  var isLiveLocation: Bool {
    if case .location = content { true } else { false }
  }
}
