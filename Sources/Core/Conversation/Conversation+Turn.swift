import Actions
import Base
import Crews
import Delivery
import Formats
import Memory
import Messages
import People
import Store
import Telemetry
import Text
import Time
import Understanding

/// What a turn decided before anything is written.
struct Draft {
  var dialogue: Dialogue
  var intent: String?
  var confidence: Double = 1
  /// Applied in order, in one transaction.
  var prepared: [Runner.Prepared] = []
  /// Calls among `prepared` whose words are not said (an undo that makes room for a correction).
  var silent: Set<Int> = []
  /// Said when nothing was prepared.
  var say: Say?
  /// Said before all else: what was heard.
  var preface: Say?
  /// The voice note that the turn answers.
  var heard: HeardNote?
  var language: Language
  /// A pressed button, marked used with the turn.
  var button: (id: String, isSingleUse: Bool)?
  /// The dialogue's memory of what is undoable is cleared by an undo.
  var isUndo = false
  /// Messages of the inbox that are settled with this one.
  var others: [Int64] = []
  /// May use the last room on a full disk.
  var isUrgent = false
  /// Told to the rooms in the turn's transaction.
  var event: (name: String, payload: JSON)?
}

extension Conversation {
  /// Handles one message whole: from the person to the committed reply.
  func turn(_ item: InboxItem) async throws -> TurnReport? {
    let message = item.message
    if message.isGroup {
      try await settle(item, "said in a group, and not to us")
      return nil
    }
    guard let person = person(from: message) else {
      guard message.askedIn == nil else {
        // a code would be read by everybody there
        try await settle(item, "a stranger in a group")
        return nil
      }
      return try await welcomeStranger(item)
    }
    parts.people.saw(message, at: item.receivedAt)
    let conversation = message.conversation
    var dialogue = try await dialogues.dialogue(
      .init(person: person.id, conversation: conversation.description), in: parts.store.tenant(person.tenant))
    dialogue.forgetOld(parts.clock.now)
    if let edited = message.edits, !message.isLiveLocation {
      if let reason = try await reasonToIgnore(edit: message, of: edited, dialogue, person) {
        try await settle(item, reason)
        return nil
      }
    }
    // the path of its own gave up (a full store, say): an alarm is never read as mere words
    if item.isUrgent, let alarm = try await urgentDraft(message, person) {
      return try await commit(alarm, item, person)
    }
    let (whole, others) = try await gatherAlbum(item, dialogue)
    return try await respond(to: whole, others, person, dialogue)
  }

  private func respond(
    to item: InboxItem, _ others: [Int64], _ person: Person, _ dialogue: Dialogue
  ) async throws -> TurnReport? {
    let message = item.message
    let conversation = message.conversation
    var dialogue = dialogue
    var draft: Draft
    switch message.content {
    case _ where message.isForwarded:
      if case .media(let media) = message.content { _ = dialogue.receive(media, at: item.receivedAt) }
      draft = await draftForwarded(message.text ?? "", person, dialogue, conversation, message.authority)
    case .text(let text):
      draft = await draftReply(
        to: text, person, dialogue, conversation, message.authority, isEdit: message.edits != nil)
    case .press(let id):
      draft = try await draftPress(id, person, dialogue, conversation, message.authority)
    case .location(let place, let accuracy, let isLive):
      draft = Draft(
        dialogue: dialogue, say: isLive && message.edits != nil ? nil : Say("dialogue.location_kept"),
        language: person.language,
        event: (
          "location.shared",
          ["lat": .number(place.latitude), "lon": .number(place.longitude), "accuracy_m": JSON(accuracy)]
        ))
    case .media(let media) where media.caption?.trimmed.isEmpty == false:
      _ = dialogue.receive(media, at: item.receivedAt)
      draft = await draftReply(
        to: media.caption ?? "", person, dialogue, conversation, message.authority, isEdit: message.edits != nil)
    case .media(let media):
      let isAnswered = dialogue.receive(media, at: item.receivedAt)
      draft = Draft(
        dialogue: dialogue,
        say: isAnswered ? nil : item.heard.flatMap(Self.answer) ?? Say("dialogue.media.\(media.kind.rawValue)"),
        language: person.language)
    case .contact(let name, _):
      draft = Draft(
        dialogue: dialogue, say: Say("dialogue.contact", ["name": .text(name)]), language: person.language)
    case .unsupported:
      draft = Draft(dialogue: dialogue, say: Say("dialogue.unsupported"), language: person.language)
    }
    if let heard = item.heard, heard.outcome == .words, !message.isForwarded {
      quote(heard, message.text ?? "", over: dialogue, in: &draft)
    }
    draft.others = others
    do {
      return try await commit(draft, item, person)
    } catch let error as StoreError {
      throw error
    } catch {
      // a check inside a change said no: the whole turn is undone and the error is the reply
      var refused = draft
      refused.dialogue = dialogue
      refused.prepared = draft.prepared.map { prepared in
        if case .change(let call, _, _) = prepared { return .failed(call, Runner.speak(error, log)) }
        return prepared
      }
      refused.silent = []
      return try await commit(refused, item, person)
    }
  }

  func person(from message: InboundMessage) -> Person? { parts.people.person(from: message) }

  // MARK: Words

  private func draftReply(
    to text: String, _ person: Person, _ dialogue: Dialogue, _ conversation: ConversationKey,
    _ authority: ActionContext.Authority, isEdit: Bool
  ) async -> Draft {
    if let intents = Self.intents(of: text) {
      return await draftCommand(intents, person, dialogue, conversation, authority)
    }
    let started = ContinuousClock.now
    var request = await request(Self.words(of: text), person, dialogue)
    let understood = await understand(&request, person)
    understanding.observe(ContinuousClock.now - started)
    // a Tamil reader who writes Tanglish is answered in Tanglish; any other language keeps the person's own
    let language = understood.language.base == person.language.base ? understood.language : person.language
    var draft = Draft(
      dialogue: dialogue, intent: understood.intent, confidence: understood.confidence, language: language)
    guard
      let context = context(
        for: person, door: conversation.door, conversation: conversation, language: language, authority: authority)
    else {
      draft.say = Say("dialogue.no_persona", ["persona": .text(person.persona)])
      return draft
    }
    if isEdit, let last = dialogue.last, let heard = dialogue.heard, last.at >= heard.at {
      await revise(last, understood, text, context, &draft)
      return draft
    }
    switch understood.kind {
    case .affirm where dialogue.confirmation != nil:
      await approve(dialogue.confirmation?.calls ?? [], context, &draft)
    case .deny where dialogue.confirmation != nil || isOpenQuestion(dialogue.question),
      .cancel where dialogue.confirmation != nil || dialogue.question != nil:
      draft.dialogue.confirmation = nil
      draft.dialogue.question = nil
      draft.say = Say("dialogue.cancelled")
    case .undo:
      await takeBack(context, &draft)
    case .correction(let correction):
      await correct(correction, request, context, &draft)
    default:
      if let question = dialogue.question,
        await answer(question, text, understood, request, context, &draft)
      {
        break
      }
      await begin(understood, text, context, &draft)
      for other in understood.also { await begin(other, text, context, &draft) }
    }
    return draft
  }

  /// Whether "no" cannot be its answer.
  private func isOpenQuestion(_ question: Dialogue.Question?) -> Bool {
    guard let question else { return false }
    return parts.runner.registry[question.call.name]?.parameter(question.parameter)?.kind != .boolean
  }

  /// Reads the message as the answer to what we asked. - Returns: false when it is about something else.
  private func answer(
    _ question: Dialogue.Question, _ text: String, _ understood: Understood, _ request: UnderstandingRequest,
    _ context: ActionContext, _ draft: inout Draft
  ) async -> Bool {
    guard let kind = request.expectedSlot?.kind else { return false }
    var value = understood.slots[question.parameter] ?? parts.understanding.read(text, as: kind, request)
    let isOther =
      understood.kind == .intent && understood.intent != nil
      && (understood.intent != question.call.name || understood.isNewRequest)
    if isOther, understood.confidence > 0.75 { value = nil }
    if value == nil, kind == .text, !isOther || understood.confidence < 0.75 { value = .text(text) }
    guard let value else {
      if isOther { return false }
      draft.prepared = [
        .ask(question.call, parameter: question.parameter, Say("\(question.call.name).ask.\(question.parameter)"))
      ]
      draft.intent = question.call.name
      return true
    }
    var call = question.call
    call.arguments[question.parameter] = keepingDay(of: call.arguments[question.parameter], value, request).json()
    for (name, other) in understood.slots where name != question.parameter && call.arguments[name] == nil {
      if parts.runner.registry[call.name]?.parameter(name) != nil, !isOther { call.arguments[name] = other.json() }
    }
    draft.intent = call.name
    draft.dialogue.question = nil
    draft.prepared = [await prepare(call, context)]
    return true
  }

  /// Starts what the message asks for.
  func begin(
    _ understood: Understood, _ text: String, _ context: ActionContext, _ draft: inout Draft
  ) async {
    if understood.intent == "assistant.undo" { return await takeBack(context, &draft) }
    guard var intent = understood.intent, understood.kind == .intent else {
      draft.intent = nil
      draft.say = outOfScope(context)
      return
    }
    if understood.isNearTie, understood.candidates.count > 1 {
      draft.say = whichOfTwo(understood)
      return
    }
    draft.dialogue.question = nil
    draft.dialogue.confirmation = nil
    // a bare "help" from a busy founder is a question, whatever it would be from an elder
    if intent == "emergency.alert", parts.emergency(text) == "help", !isLookedAfter(context.actor) {
      intent = "assistant.help"
      draft.intent = intent
    }
    let known = parts.runner.registry[intent]
    var arguments = JSONObject()
    for (name, value) in understood.slots where known?.parameter(name) != nil { arguments[name] = value.json() }
    let started = ContinuousClock.now
    let assignment = Assignment(
      call: ActionCall(intent, arguments), text: text, confidence: understood.confidence, context: context)
    let calls = await parts.crews.decide(assignment, crew: context.persona.crew(for: intent))
    for call in calls { draft.prepared.append(await prepare(call, context)) }
    acting.observe(ContinuousClock.now - started)
  }

  private func prepare(_ call: ActionCall, _ context: ActionContext) async -> Runner.Prepared {
    await parts.runner.prepare(call, in: context)
  }

  private func approve(_ calls: [ActionCall], _ context: ActionContext, _ draft: inout Draft) async {
    var approved = context
    approved.authority.isApproved = true
    draft.dialogue.confirmation = nil
    draft.intent = calls.first?.name
    for call in calls { draft.prepared.append(await prepare(call, approved)) }
  }

  /// What was asked last is taken back first; what was done before it stays.
  private func takeBack(_ context: ActionContext, _ draft: inout Draft) async {
    guard draft.dialogue.question != nil || draft.dialogue.confirmation != nil else {
      return await undo(context, &draft)
    }
    draft.intent = "assistant.undo"
    draft.dialogue.question = nil
    draft.dialogue.confirmation = nil
    draft.say = Say("dialogue.cancelled")
  }

  private func undo(_ context: ActionContext, _ draft: inout Draft) async {
    draft.intent = "assistant.undo"
    guard let inverse = draft.dialogue.last?.inverse else {
      draft.say = Say("dialogue.nothing_to_undo")
      return
    }
    var approved = context
    approved.authority.isApproved = true
    draft.prepared = [await prepare(inverse, approved)]
    draft.isUndo = true
  }

  /// "No, 9 pm": changes what is asked or waiting, or undoes what was done and does it anew.
  private func correct(
    _ correction: Understood.Correction, _ request: UnderstandingRequest, _ context: ActionContext,
    _ draft: inout Draft
  ) async {
    let dialogue = draft.dialogue
    guard
      var call = dialogue.question?.call ?? dialogue.confirmation?.calls.first ?? dialogue.last?.call,
      !correction.slots.isEmpty
    else {
      draft.dialogue.confirmation = nil
      draft.dialogue.question = nil
      draft.say = Say("dialogue.what_instead")
      return
    }
    for (name, value) in correction.slots where parts.runner.registry[call.name]?.parameter(name) != nil {
      call.arguments[name] = keepingDay(of: call.arguments[name], value, request).json()
    }
    draft.intent = call.name
    let isDone = dialogue.question == nil && dialogue.confirmation == nil
    guard !isDone || dialogue.last?.inverse != nil else {
      // doing it anew beside what cannot be undone would do it twice
      draft.say = Say("dialogue.cannot_change")
      return
    }
    draft.dialogue.question = nil
    draft.dialogue.confirmation = nil
    if isDone, let inverse = dialogue.last?.inverse {
      var approved = context
      approved.authority.isApproved = true
      draft.prepared.append(await prepare(inverse, approved))
      draft.silent.insert(0)
    }
    draft.prepared.append(await prepare(call, context))
  }

  /// "No, 6 pm" changes the time and keeps the day and the rule; "no, Friday" changes the day and keeps the time.
  private func keepingDay(
    of before: JSON?, _ value: SlotValue, _ request: UnderstandingRequest
  ) -> SlotValue {
    guard case .when(var new) = value, new.rule == nil, new.elapsed == nil, let before,
      let old = WhenValue(json: before, zone: request.zone, now: request.now), old.elapsed == nil
    else { return value }
    if !new.isDayGiven {
      new.start.date = old.start.date
      new.rule = old.rule
    } else if !new.isTimeGiven, old.isTimeGiven {
      new.start.time = old.start.time
      new.isTimeGiven = true
      new.grain = old.grain
    }
    return .when(new)
  }

  func outOfScope(_ context: ActionContext) -> Say {
    let offers =
      context.language.fallbacks.compactMap { context.persona.suggestions[$0.code] }.first
      ?? context.persona.suggestions["en"] ?? []
    return Say(
      "dialogue.out_of_scope", lines: offers.prefix(3).map { Say("dialogue.suggestion", ["text": .text($0)]) })
  }

  private func whichOfTwo(_ understood: Understood) -> Say {
    let buttons = understood.candidates.prefix(2).map { candidate in
      var arguments = JSONObject()
      for (name, value) in understood.slots where parts.runner.registry[candidate.intent]?.parameter(name) != nil {
        arguments[name] = value.json()
      }
      let summary = parts.runner.registry[candidate.intent]?.summary ?? candidate.intent
      let label = summary.hasSuffix(".") ? String(summary.dropLast()) : summary
      return Say.Button("words", ["text": .text(label)], action: candidate.intent, arguments: arguments)
    }
    return Say("dialogue.which", buttons: Array(buttons))
  }

  // MARK: Buttons

  struct Pressed: Sendable {
    let call: ActionCall
    let isSingleUse: Bool
    let isAllowed: Bool
    let isExpired: Bool
    let isUsed: Bool
  }

  /// The button of an id, whoever may press it.
  func button(_ id: String, _ person: Person) async throws -> Pressed? {
    let now = parts.clock.now
    return try await parts.store.tenant(person.tenant).read { reader in
      try reader.first(
        """
        SELECT action, arguments, allowed, is_single_use, expires_at, used_at FROM buttons
        WHERE tenant = :tenant AND id = ?
        """, id
      ) { row in
        Pressed(
          call: ActionCall(row.text(0), (try? JSON.parse(row.text(1)))?.object ?? [:]), isSingleUse: row.bool(3),
          isAllowed: row.text(2).split(separator: " ").contains { $0 == person.id.text },
          isExpired: row.instant(4) <= now, isUsed: row.optionalInstant(5) != nil)
      }
    }
  }

  func draftPress(
    _ id: String, _ person: Person, _ dialogue: Dialogue, _ conversation: ConversationKey,
    _ authority: ActionContext.Authority
  ) async throws -> Draft {
    var draft = Draft(dialogue: dialogue, language: person.language)
    guard let pressed = try await button(id, person), pressed.isAllowed else {
      draft.say = Say("dialogue.button_unknown")
      return draft
    }
    guard !pressed.isExpired, !pressed.isUsed else {
      draft.say = Say(pressed.isUsed ? "dialogue.button_used" : "dialogue.button_expired")
      return draft
    }
    draft.button = (id, pressed.isSingleUse)
    guard
      let context = context(for: person, door: conversation.door, conversation: conversation, authority: authority)
    else {
      draft.say = Say("dialogue.no_persona", ["persona": .text(person.persona)])
      return draft
    }
    switch pressed.call.name {
    case "dialogue.yes":
      let calls = (pressed.call.arguments["calls"]?.array ?? []).compactMap { ActionCall(json: $0) }
      // a yes that was typed before has run them; a newer question is another one
      guard dialogue.confirmation?.calls == calls else {
        draft.say = Say("dialogue.button_used")
        return draft
      }
      await approve(calls, context, &draft)
    case "dialogue.no":
      draft.dialogue.confirmation = nil
      draft.say = Say("dialogue.cancelled")
    case "dialogue.undo":
      await undo(context, &draft)
    default:
      draft.intent = pressed.call.name
      draft.prepared = [await prepare(pressed.call, context)]
    }
    return draft
  }
}

extension InboundMessage {
  var authority: ActionContext.Authority { scopes.map { ActionContext.Authority(scopes: $0) } ?? .full }
}
