import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Understanding

/// Voice notes: what was heard walks the house as if it had been written, and is quoted where something changes.
extension Conversation {
  /// Heard with less than this, nothing is changed without a yes.
  static let sureEnough = 0.6

  /// Hears voice notes until cancelled.
  package func listen() async {
    await parts.hearing?.run { [self] item in
      var item = item
      item.isUrgent = isEmergency(item.message)
      parts.hearing?.keep(item)
      if item.isUrgent { urgent.push(item) }
      lanes.wake(item.message.conversation)
    }
  }

  /// Says what was heard before what comes of it, and asks first where it may have been heard wrongly.
  func quote(_ heard: HeardNote, _ words: String, over dialogue: Dialogue, in draft: inout Draft) {
    let isReading = draft.say == nil && draft.prepared.allSatisfy { if case .answer = $0 { true } else { false } }
    guard !isReading else { return }
    let text: [String: Say.Value] = ["text": .text(words.count > 300 ? words.prefix(300) + "…" : words)]
    let isSure = (heard.confidence ?? 1) >= Self.sureEnough || isYes(to: dialogue.confirmation, draft)
    let changes = draft.prepared.compactMap { prepared -> ActionCall? in
      guard case .change(let call, let effect, _) = prepared, effect != .read else { return nil }
      return call.name.hasPrefix("emergency.") ? nil : call
    }
    if isSure || changes.isEmpty {
      draft.preface = Say("voice.heard", text)
    } else if changes.count == 1, draft.prepared.count == 1 {
      draft.prepared = [.confirm(changes[0], Say("voice.confirm", text))]
      draft.isUndo = false
    } else {
      // several steps at once are not taken on words that may be wrong
      draft = Draft(dialogue: dialogue, say: Say("voice.unsure", text), language: draft.language)
    }
  }

  /// Whether the draft does what a question quoted, and nothing that costs money or reaches others: that takes a yes that
  /// was surely heard, written or pressed.
  private func isYes(to confirmation: Dialogue.Confirmation?, _ draft: Draft) -> Bool {
    guard let confirmation, confirmation.calls.count == draft.prepared.count else { return false }
    return zip(confirmation.calls, draft.prepared).allSatisfy { asked, prepared in
      if case .change(asked, .write, _) = prepared { true } else { false }
    }
  }

  /// Gives a note to the family as it was spoken, where the person wishes that. - Returns: whether anybody got it.
  func passOn(_ heard: HeardNote, of person: Person, in transaction: Transaction) throws -> Bool {
    guard let file = heard.file, parts.people.voice(of: person.id).goToFamily else { return false }
    let relatives = parts.people.relatives(of: person.id).filter { $0.link.rights.contains(.alerts) }
    for relative in relatives {
      let name = relative.link.called.isEmpty ? person.name : relative.link.called
      // what nobody here understood may be a call for help: it waits for no morning
      try transaction.tell(
        relative.person.id, Say("voice.from", ["name": .text(name)], picture: file),
        urgency: heard.outcome == .words ? .low : .normal,
        dedupeKey: "voice.\(file).\(relative.person.id)")
    }
    return !relatives.isEmpty
  }

  /// The answer to a note without words; `nil` where the kind of file has its own.
  static func answer(to heard: HeardNote) -> Say? {
    switch heard.outcome {
    case .words, .notYet: nil
    case .silence: Say("voice.silence")
    case .failed: Say("voice.failed")
    case .unreadable: Say("voice.unreadable")
    case .tooLong: Say("voice.too_long")
    case .tooLarge: Say("voice.too_large")
    case .tooMuch: Say("voice.too_much")
    }
  }
}
