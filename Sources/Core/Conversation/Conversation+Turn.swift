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
  /// An undo of a correction: what was there before is done anew.
  var isRestoring = false
  /// An undo that was said as "cancel it".
  var isTakenBack = false
  /// What a correction makes room for.
  var replaced: ActionCall?
  /// Undoes what a correction is to take the place of, as soon as what it asks is answered.
  var replacing: ActionCall?
  /// Messages of the inbox that are settled with this one.
  var others: [Int64] = []
  /// May use the last room on a full disk.
  var isUrgent = false
  /// What waits for a yes while something else is looked at.
  var waiting: [ActionCall] = []
  /// How often the question that comes last was taken up again; 0 for a new one.
  var resumed = 0
  /// A button beside what is done, by its place among `prepared`.
  var offers: [Int: Say.Button] = [:]
  /// What was asked when the message came.
  var asked: Dialogue.Question?
  /// `say` asks which of two things is meant; its buttons may be chosen in words.
  var isChoice = false
  /// Buttons that mean nothing any more.
  var spent: [String] = []
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
      let report = try await commit(alarm, item, person)
      // `nil`: the path of its own was first, and kept it
      if report != nil { await keepMeasured(message, person) }
      return report
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
      dialogue = await quoting(message, person, dialogue)
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
        say: isAnswered ? nil : item.heard.flatMap(Self.answer) ?? said(of: media, in: message),
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
      if draft.resumed > 0 { refused.prepared.removeLast() }
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
      return await draftCommand(intents.map { ActionCall($0) }, person, dialogue, conversation, authority)
    }
    if person.isOwner, let call = Self.pairing(text, personas: parts.delivery.personas.personas.keys) {
      return await draftCommand([call], person, dialogue, conversation, authority)
    }
    if dialogue.question == nil, let goal = parts.goal(text) {
      return await draftPlan(goal, person, dialogue, conversation, authority)
    }
    let started = ContinuousClock.now
    var request = await request(Self.words(of: text), person, dialogue)
    var understood = await understand(&request, person)
    var text = text
    if let more = await goingOn(understood, text, dialogue, person) { (understood, text) = more }
    understanding.observe(ContinuousClock.now - started)
    // a Tamil reader who writes Tanglish is answered in Tanglish; any other language keeps the person's own
    let language = understood.language.base == person.language.base ? understood.language : person.language
    var draft = Draft(
      dialogue: dialogue, intent: understood.intent, confidence: understood.confidence, language: language)
    draft.asked = dialogue.question
    guard
      var context = context(
        for: person, door: conversation.door, conversation: conversation, language: language, authority: authority)
    else {
      draft.say = Say("dialogue.no_persona", ["persona": .text(person.persona)])
      return draft
    }
    context.heard = understood.language
    if isEdit, let last = dialogue.last, let heard = dialogue.heard, last.at >= heard.at {
      await revise(last, understood, text, context, &draft)
      return draft
    }
    if dialogue.question == nil, dialogue.confirmation == nil, isPerhapsGoal(understood),
      await parts.isGoal(text, context)
    {
      return await draftPlan(text, person, dialogue, conversation, authority)
    }
    if isUnknownCommand(text, understood, dialogue) {
      draft.intent = nil
      draft.say = unknownCommand(text, context)
      return draft
    }
    if let again = await requestsAgain(text, context, dialogue) {
      draft.intent = "approval.list"
      draft.prepared = [again]
      return draft
    }
    if let call = await namedWorkflow(text, context, dialogue) {
      draft.dialogue.choices = []
      _ = await complete(call, context, &draft)
      return draft
    }
    draft.dialogue.choices = []
    if !understood.isMeal,
      let call = choice(among: dialogue.choices, text, understood) ?? labelled(text, context, dialogue)
    {
      _ = await complete(call, context, &draft)
      return draft
    }
    if understood.isForbidden, understood.also.isEmpty {
      await keep(understood, context, &draft)
      return draft
    }
    switch understood.kind {
    case .affirm where isAskedWhetherHelp(dialogue) && isMild(text, request):
      _ = await askWhetherHelp(understood, text, context, &draft)
    case .affirm where dialogue.confirmation != nil:
      await approve(dialogue.confirmation?.calls ?? [], context, &draft)
      await resume(context, &draft)
    case .deny where dialogue.confirmation != nil || isOpenQuestion(dialogue.question),
      .cancel where dialogue.confirmation != nil || dialogue.question != nil:
      await decline(context, &draft)
      draft.dialogue.forgetAsked()
    case .affirm where dialogue.question == nil, .deny where dialogue.question == nil,
      .cancel where dialogue.question == nil:
      if await !answerOffer(understood.kind, context, &draft) { await answerIdly(understood, context, &draft) }
    case .undo:
      await takeBack(context, &draft)
    case .again where dialogue.question == nil:
      await repeatLast(context, &draft)
    // "change the second one to 250" is about that row, and puts nothing right that was done before
    case .correction(let correction) where isOfRow(understood, dialogue):
      understood.kind = .intent
      understood.slots = correction.slots
      await begin(understood, text, context, &draft)
    case .correction(let correction)
    where understood.intent == request.currentIntent && isPutOff(person, dialogue, request):
      await putOff(correction, person, context, &draft)
    case .correction(let correction) where isLookAgain(correction, understood, dialogue):
      await lookAgain(correction, text, context, &draft)
    case .correction(let correction):
      await correct(correction, understood, request, context, &draft)
    case .intent where leavesAsked(understood, dialogue):
      draft.dialogue.forgetAsked()
      draft.say = Say("dialogue.cancelled")
    default:
      let isAnswer: Bool
      if let question = dialogue.question {
        isAnswer = await answer(question, text, understood, request, context, &draft)
      } else {
        isAnswer = false
      }
      if !isAnswer { await begin(understood, understood.part ?? text, context, &draft) }
      for other in understood.also { await begin(other, other.part ?? text, context, &draft) }
      putQuestionsLast(&draft, context)
      await resume(context, &draft)
    }
    return draft
  }

  /// Words of the dialogue, calls for help and what asks for a workflow itself are no goals of several steps.
  private func isPerhapsGoal(_ understood: Understood) -> Bool {
    switch understood.kind {
    case .intent, .outOfScope:
      understood.intent.map { intent in
        !intent.hasPrefix("emergency.") && (!intent.hasPrefix("workflow.") || intent == "workflow.repeat")
      } ?? true
    default: false
    }
  }

  /// Starts what the message asks for.
  func begin(
    _ said: Understood, _ text: String, _ context: ActionContext, _ draft: inout Draft
  ) async {
    if said.isForbidden { return await keep(said, context, &draft) }
    if said.intent == "assistant.undo" { return await takeBack(context, &draft) }
    if draft.prepared.isEmpty, draft.dialogue.question == nil, let sum = Sum(text) {
      (draft.intent, draft.say) = (nil, Say("dialogue.sum", ["value": .number(sum.value, digits: 2)]))
      return
    }
    let asking = askingOfCall(said, draft.dialogue, context)
    if let asking { draft.intent = asking.intent }
    var understood = asking ?? said
    guard var intent = understood.intent, understood.kind == .intent else {
      return await notUnderstood(understood, text, context, &draft)
    }
    let heard = intent
    if let meant = ofWhatRang(understood, draft.dialogue, context) ?? ofWhatWasShown(understood, draft.dialogue) {
      (understood.intent, understood.candidates) = (meant, [])
      intent = meant
      draft.intent = meant
    }
    if let meant = asked(intent, text, context) {
      intent = meant
      draft.intent = meant
    }
    let shown = await whenShownIs(understood, text, draft.dialogue, context)
    if let call = shown ?? puttingOff(understood, draft.dialogue, context) {
      draft.intent = call.name
      draft.prepared.append(await prepare(call, context))
      return
    }
    if await looksBack(understood, text, context, &draft) { return }
    if intent == Self.ending, understood.confidence < Self.sureOfEnd {
      draft.prepared.append(.confirm(ActionCall(intent), Say("emergency.resolve_sure")))
      return
    }
    switch kin(of: understood, text, draft.dialogue, context) {
    case .action(let name):
      intent = name
      draft.intent = name
      let rows = await rows(for: name, in: text, context, draft.dialogue)
      understood.slots.merge(rows) { old, _ in old }
    case .change(let correction, let of):
      var changing = understood
      changing.intent = of
      return await correct(correction, changing, await request(text, context.actor, draft.dialogue), context, &draft)
    case nil:
      if let which = whichOfTwo(understood) {
        draft.say = which
        draft.isChoice = true
        return
      }
    }
    setAside(for: intent, isNew: isBesides(understood, draft, context), &draft)
    if intent == "emergency.alert" { draft.dialogue.forgetAsked() }
    let once = intent == ShowMore.name ? await onceMore(text, context, draft.dialogue) : nil
    if intent == ShowMore.name, let next = once ?? nextPage(of: draft.dialogue.recent) {
      draft.intent = next.name
      draft.prepared.append(await prepare(next, context))
      return
    }
    // a bare "help" from a busy founder is a question, whatever it would be from an elder
    if intent == "emergency.alert", parts.emergency(text) == "help", !isLookedAfter(context.actor) {
      intent = "assistant.help"
      draft.intent = intent
    }
    if intent == "emergency.alert", !context.persona.allows(intent) { return await tellNumber(text, context, &draft) }
    let known = parts.runner.registry[intent]
    var arguments = JSONObject()
    if intent == "emergency.alert", let other = lookedAfter(in: text, by: context.actor) {
      arguments["person"] = .string(other.id.text)
    }
    for (name, value) in understood.slots {
      let other = intent == heard ? nil : known?.time(value) ?? known?.length(value)
      guard let own = known?.parameter(name)?.name ?? other else { continue }
      arguments[own] = value.json()
    }
    // what no phrase names is told in the words that were said
    if intent == "emergency.alert", parts.emergency(text) == nil { arguments["what"] = .string(text) }
    if known?.parameter("said") != nil { arguments["said"] = .string(text) }
    if known?.parameter("looked_at") != nil, let recent = draft.dialogue.recent {
      arguments["looked_at"] = Self.looked(recent.call, steps: 4).json
    }
    var call = ActionCall(intent, arguments)
    if !understood.repeated.isEmpty { call = sent(understood.repeated, again: call) }
    if let words = understood.impossible,
      let parameter = known?.parameters.first(where: { [.when, .date, .time, .period].contains($0.kind) })
    {
      call.arguments[parameter.name] = nil
      let say = Say("dialogue.no_such_time", ["words": .text(words)])
      draft.prepared.append(.ask(call, parameter: parameter.name, say))
      return
    }
    let several = severalShown(call, text, draft.dialogue.recent)
    guard several.isEmpty else {
      for one in several { draft.prepared.append(await prepare(one, context)) }
      return
    }
    resolve(understood, text, &call, draft.dialogue, context)
    carryDay(&call, draft.dialogue, context)
    call = ofJustPlanned(call, text, draft.dialogue, context)
    call = ofQuoted(call, draft.dialogue)
    keepNewNames(understood, &call)
    call = await usual(ofOffer(carrying(call, draft.dialogue), draft.dialogue), text, context)
    let rung = await rung(call, draft.dialogue, context)
    let reminded = await remindedOf(call, text, draft.dialogue, context)
    if let meant = rung ?? reminded ?? justMade(call, draft.dialogue, context) {
      call = meant
      draft.intent = meant.name
    }
    let other = await elsewhere(call, understood, text, draft.dialogue, context)
    let loose = other == nil ? await meant(call, understood, text, draft.dialogue, context) : nil
    if let meant = other ?? loose {
      call = meant
      draft.intent = meant.name
    }
    if await isUnfounded(call, understood, text, draft.dialogue, context) {
      draft.say = Say("dialogue.what_thing")
      return
    }
    if asksHalf(of: call, context, &draft) { return }
    let started = ContinuousClock.now
    let assignment = Assignment(
      call: call, text: text, confidence: understood.confidence, context: context)
    let calls = await parts.crews.decide(assignment, crew: context.persona.crew(for: intent))
    for call in calls { draft.prepared.append(doubted(await prepare(call, context), understood)) }
    await otherwise(understood, context, &draft)
    await takeBackMistake(calls, context, &draft)
    await hearWell(understood, context, &draft)
    acting.observe(ContinuousClock.now - started)
  }

  func prepare(_ call: ActionCall, _ context: ActionContext) async -> Runner.Prepared {
    await parts.runner.prepare(call, in: context)
  }

  func approve(_ calls: [ActionCall], _ context: ActionContext, _ draft: inout Draft) async {
    var approved = context
    approved.authority.isApproved = true
    draft.dialogue.confirmation = nil
    draft.intent = calls.first?.name
    for call in calls { draft.prepared.append(await prepare(call, approved)) }
  }
}

extension InboundMessage {
  var authority: ActionContext.Authority { scopes.map { ActionContext.Authority(scopes: $0) } ?? .full }
}
