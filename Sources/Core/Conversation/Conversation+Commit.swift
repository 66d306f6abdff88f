package import Actions
import Base
import Delivery
import Events
package import Formats
import Memory
import Messages
import People
import Store
import Telemetry
import Text

extension Conversation {
  /// Writes a turn: the inbox mark, the changes, the dialogue, the episode and the reply, in one transaction.
  ///
  /// - Returns: `nil` when the message had been handled before; nothing is changed then.
  func commit(_ draft: Draft, _ item: InboxItem, _ person: Person) async throws -> TurnReport? {
    var draft = draft
    draft.heard = item.heard
    let started = ContinuousClock.now
    defer { committing.observe(ContinuousClock.now - started) }
    let message = item.message
    let reach =
      Self.answersWithCall(message.from.door)
      ? nil
      : PeopleBook.Reach(address: message.from, chat: message.chat, isReachable: true, lastSeen: item.receivedAt)
    let context = context(
      for: person, door: message.from.door, conversation: message.conversation, authority: message.authority)
    let priority: WritePriority = draft.isUrgent ? .reserve : .normal
    return try await parts.store.write(priority) { [self, draft] house in
      guard try house.settleInbox(item.seq) else { return nil }
      for other in draft.others { _ = try house.settleInbox(other, note: "answered with its album") }
      var transaction = house.tenant(person.tenant)
      var dialogue = draft.dialogue
      if let button = draft.button {
        let used = try transaction.execute(
          "UPDATE buttons SET used_at = ? WHERE tenant = :tenant AND id = ? AND used_at IS NULL", transaction.now,
          button.id)
        // two taps in one breath: the second finds it used
        if used == 0, button.isSingleUse {
          return try finish(
            [Say("dialogue.button_used")], [], Draft(dialogue: dialogue, language: draft.language), message, person,
            reach, dialogue, in: transaction)
        }
      }
      for id in draft.spent {
        try transaction.execute(
          "UPDATE buttons SET expires_at = ? WHERE tenant = :tenant AND id = ?", transaction.now, id)
      }
      if let event = draft.event {
        try transaction.emit(Event(event.name, person: person.id, event.payload))
      }
      var says = draft.preface.map { [$0] } ?? []
      var steps: [TurnReport.Step] = []
      var unsaid: [String] = []
      var undoing: [ActionCall] = []
      for (index, prepared) in draft.prepared.enumerated() {
        var (say, step) = try settle(prepared, draft, context, &dialogue, &unsaid, in: &transaction)
        if case .change(_, let effect, _) = prepared, effect != .read, step.status == .done,
          !draft.silent.contains(index)
        {
          // undo takes back the whole message, not the last part of it
          dialogue.last?.besides = undoing
          dialogue.last?.before = draft.replaced
          if let inverse = dialogue.last?.inverse { undoing.insert(inverse, at: 0) }
        }
        if let offer = draft.offers[index], step.status == .done { say.buttons.append(offer) }
        steps.append(step)
        if !draft.silent.contains(index) { says.append(say) }
      }
      if let say = draft.say { says.append(say) }
      if let say = draft.say, draft.isChoice { dialogue.choices = options(say, draft, context) }
      if let heard = draft.heard, try passOn(heard, of: person, in: transaction), heard.outcome != .words {
        says.append(Say("voice.passed_on"))
      }
      return try finish(says, steps, draft, message, person, reach, dialogue, unsaid: unsaid, in: transaction)
    }
  }

  /// The terminal and REST carry the reply back themselves.
  static func answersWithCall(_ door: String) -> Bool { door == "terminal" || door == "rest" }

  private func settle(
    _ prepared: Runner.Prepared, _ draft: Draft, _ context: ActionContext?, _ dialogue: inout Dialogue,
    _ unsaid: inout [String], in transaction: inout Transaction
  ) throws -> (Say, TurnReport.Step) {
    switch prepared {
    case .answer(let call, let outcome):
      dialogue.note(call, outcome.data, at: transaction.now)
      return (outcome.say, .init(call: call, status: .answered, result: outcome.data))
    case .change(let call, let effect, let change):
      guard let context else { throw ActionError("personas.unknown", sentence: "There is no such persona.") }
      let outcome = try parts.runner.apply(call, effect, change, context, in: &transaction)
      if let refusal = outcome.refusal {
        return (told(refusal), .init(call: call, status: .failed, result: refusal.json))
      }
      unsaid += outcome.unsaid
      if effect != .read {
        dialogue.takenBack = draft.isTakenBack ? dialogue.takenBack + [outcome.inverse].compactMap(\.self) : []
        dialogue.last =
          draft.isUndo && !draft.isRestoring
          ? nil : .init(call: call, inverse: outcome.inverse, at: transaction.now)
      }
      if draft.isUndo { dialogue.recent = nil } else { dialogue.note(call, outcome.data, at: transaction.now) }
      return (outcome.say, .init(call: call, status: effect == .read ? .answered : .done, result: outcome.data))
    case .confirm(let call, let say):
      dialogue.confirmation = .init(
        calls: [call], askedAt: transaction.now, isRepeated: draft.waiting.first == call)
      var question = say
      let calls: JSON = .array([call.json])
      question.buttons = [
        Say.Button(
          "dialogue.button.yes", action: "dialogue.yes", arguments: ["calls": calls], lifetime: Dialogue.patience),
        Say.Button("dialogue.button.no", action: "dialogue.no", lifetime: Dialogue.patience),
      ]
      return (question, .init(call: call, status: .confirm))
    case .ask(let call, let parameter, let say):
      var unanswered = 0
      if draft.resumed == 0, let asked = draft.asked, asked.parameter == parameter, asked.call == call {
        unanswered = asked.unanswered + 1
      }
      guard unanswered < Dialogue.Question.mostUnanswered else {
        dialogue.question = nil
        return (
          Say("dialogue.let_go"), .init(call: call, status: .failed, result: ["error": ["code": "dialogue.let_go"]])
        )
      }
      dialogue.question = .init(
        call: call, parameter: parameter, askedAt: transaction.now, options: options(say, draft, context),
        resumed: draft.resumed, unanswered: unanswered, replacing: draft.replacing)
      return (say, .init(call: call, status: .asked, result: ["parameter": .string(parameter)]))
    case .failed(let call, let error):
      return (told(error), .init(call: call, status: .failed, result: error.json))
    }
  }

  /// The buttons of a question as the person reads them.
  private func options(_ say: Say, _ draft: Draft, _ context: ActionContext?) -> [Dialogue.Question.Option] {
    guard let context else { return [] }
    var reader = parts.delivery.reader(context.actor)
    reader.language = draft.language
    return say.buttons.map { button in
      .init(
        label: parts.delivery.replies.label(of: button, for: reader, now: context.now),
        call: ActionCall(button.action, button.arguments))
    }
  }

  /// An error whose key has no text in the reply files is told by its sentence.
  private func told(_ error: ActionError) -> Say {
    parts.delivery.replies.has(error.say.key) ? error.say : Say.words(error.sentence)
  }

  private func finish(
    _ says: [Say], _ steps: [TurnReport.Step], _ draft: Draft, _ message: InboundMessage, _ person: Person,
    _ reach: PeopleBook.Reach?, _ dialogue: Dialogue, unsaid: [String] = [], in transaction: Transaction
  ) throws -> TurnReport? {
    // what is in the air may hold what was forgotten just now
    var dialogue = unsaid.isEmpty ? dialogue : Dialogue()
    (dialogue.quoted, dialogue.isQuoting) = ([], false)
    dialogue.hasMissedMedicine = steps.last.map { $0.status == .failed && $0.call.name.hasPrefix("medicine.") } ?? false
    if message.text != nil, let said = message.edits ?? message.messageID {
      dialogue.heard = .init(message: said, at: transaction.now)
    }
    let isSilent = says.isEmpty
    let said = merged(says)
    let reply = try parts.delivery.render(said, for: person, language: draft.language, in: transaction)
    if !isSilent {
      dialogue.offer = offer(said, reply, dialogue, at: transaction.now)
      rings.show(said.buttons, to: person.id, transaction)
    }
    if let step = steps.last(where: { $0.status == .answered || $0.status == .done }), steps.count == 1,
      !step.call.name.hasPrefix("smalltalk."), !step.call.name.hasPrefix("assistant.")
    {
      dialogue.answered = .init(say: said, action: step.call.name, at: transaction.now)
    }
    let state = dialogue
    let key = DialogueCache.Key(person: person.id, conversation: message.conversation.description)
    try transaction.save(dialogue, conversation: key.conversation, person: key.person)
    transaction.afterCommit { [dialogues] in dialogues.keep(state, key) }
    func kept(_ words: String) -> String {
      unsaid.contains { WordSearch.holds(words, $0) } ? Self.unsaid : words
    }
    try transaction.remember(
      Episode(
        person: person.id, door: message.from.door, conversation: message.conversation.description,
        at: transaction.now, said: kept(Self.sign(message, draft) + (message.text ?? "")),
        replied: isSilent ? "" : kept(reply.text.text), intent: draft.intent,
        actions: steps.filter { $0.status == .done || $0.status == .answered }.map(\.call.name)))
    if let reach, !isSilent {
      // ids alone: what somebody said is kept in one place
      let about: JSON? = dialogue.recent.flatMap { recent in
        guard recent.at == transaction.now, !recent.things.isEmpty else { return nil }
        return ["name": .string(recent.call.name), "things": .array(recent.things.map { .string($0) })]
      }
      try parts.delivery.post(reply, to: person, at: reach, urgency: .normal, about: about, in: transaction)
      if let group = message.askedIn {
        // everybody reads along there: the group only hears where the answer went
        let words = Say("dialogue.answered_in_private", ["name": .text(person.name)])
        var place = reach
        place.address.user = group
        place.chat = group
        try parts.delivery.post(
          parts.delivery.render(words, for: person, language: draft.language, in: transaction), to: person, at: place,
          urgency: .normal, in: transaction)
      }
    }
    if let reach, message.askedIn == nil {
      try parts.delivery.handOver(owedTo: person, at: reach, in: transaction)
    }
    return TurnReport(
      reply: reply, persona: person.persona, intent: draft.intent, confidence: draft.confidence, steps: steps)
  }

  /// What stands for words of which nothing is kept.
  private static let unsaid = "…"

  /// What tells, in what is remembered, words that were passed on or spoken.
  private static func sign(_ message: InboundMessage, _ draft: Draft) -> String {
    (draft.heard?.outcome == .words ? "🎤 " : "") + (message.isForwarded ? "↪ " : "")
  }

  /// Several answers in one message, in order.
  private func merged(_ says: [Say]) -> Say {
    guard says.count != 1, let first = says.first else { return says.first ?? Say.words("") }
    var whole = first
    for say in says.dropFirst() {
      var line = say
      line.buttons = []
      whole.lines.append(line)
      whole.buttons += say.buttons
      whole.picture = whole.picture ?? say.picture
      whole.location = whole.location ?? say.location
    }
    return whole
  }

  /// Marks a message handled without an answer, with the reason.
  func settle(_ item: InboxItem, _ note: String) async throws {
    _ = try await parts.store.write { house in try house.settleInbox(item.seq, note: note) }
    log.info("A message was left without an answer", ["seq": .int(Int(item.seq)), "reason": .text(note)])
  }

  /// The last resort: says that it went wrong, so that nothing accepted stays unanswered.
  func apologise(_ item: InboxItem) async throws -> TurnReport? {
    guard let person = person(from: item.message) else {
      try await settle(item, "handling it failed")
      return nil
    }
    return try await commit(
      Draft(dialogue: Dialogue(), say: Say("dialogue.failed"), language: person.language), item, person)
  }

  /// A stranger gets a pairing code and nothing else.
  func welcomeStranger(_ item: InboxItem) async throws -> TurnReport? {
    let message = item.message
    guard !Self.answersWithCall(message.from.door) else {
      try await settle(item, "nobody is known by this address")
      return nil
    }
    let owner = parts.people.owner(of: TenantID("home"))
    return try await parts.store.write { [self] house in
      guard try house.settleInbox(item.seq, note: "a stranger") else { return nil }
      guard let owner else { return nil }
      let name = PeopleRoom.plainName(message.senderName)
      let answer = try parts.pairing.ask(
        message.from, chat: message.chat, name: name, language: message.languageHint ?? "", in: &house)
      let say: Say
      switch answer {
      case .code(let code):
        say = Say("pairing.code", ["code": .text(code)])
        try house.tenant(owner.tenant).tell(
          owner.id, Say("pairing.asked", ["name": .text(name), "door": .text(message.from.door)]))
      case .alreadyAsked(let left): say = Say("pairing.waiting", ["left": .duration(max(left, .minutes(1)))])
      case .tooManyWaiting: say = Say("pairing.crowded")
      case .silence: return nil
      }
      let transaction = house.tenant(owner.tenant)
      var stranger = owner
      stranger.language = message.languageHint.flatMap { .init(code: $0) } ?? .english
      let reply = try parts.delivery.render(say, for: stranger, in: transaction)
      let reach = PeopleBook.Reach(
        address: message.from, chat: message.chat, isReachable: true, lastSeen: item.receivedAt)
      try parts.delivery.post(reply, to: stranger, at: reach, urgency: .normal, in: transaction)
      return nil
    }
  }
}

extension ActionError {
  package var json: JSON {
    var object: JSONObject = ["code": .string(code), "sentence": .string(sentence)]
    if let field { object["field"] = .string(field) }
    return ["error": .object(object)]
  }
}
