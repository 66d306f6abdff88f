import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Text
import Time
import Understanding

/// Questions: reading the answer, and taking a question up again after something else came between.
extension Conversation {
  /// Whether "no" cannot be its answer.
  func isOpenQuestion(_ question: Dialogue.Question?) -> Bool {
    guard let question else { return false }
    return parts.runner.registry[question.call.name]?.parameter(question.parameter)?.kind != .boolean
  }

  /// The question once more, in the words of the action that asked it: it may have its own ("which of these two?").
  private func askedAgain(_ question: Dialogue.Question, _ context: ActionContext) async -> Runner.Prepared {
    let again = await prepare(question.call, context)
    if case .ask(_, question.parameter, _) = again { return again }
    return .ask(question.call, parameter: question.parameter, Say("\(question.call.name).ask.\(question.parameter)"))
  }

  /// "Should I stop ecosprin?" is no word to stop it. What such a question may be about has words for it.
  func doubted(_ prepared: Runner.Prepared, _ understood: Understood) -> Runner.Prepared {
    guard understood.isDoubtful, case .change(let call, _, _) = prepared,
      parts.delivery.replies.has("\(call.name).doubt")
    else { return prepared }
    var values: [String: Say.Value] = [:]
    for member in call.arguments.members { values[member.key] = member.value.string.map { .text($0) } }
    // a row of a list goes by its name
    for (key, value) in understood.slots { if case .entity(_, let name) = value { values[key] = .text(name) } }
    return .confirm(call, Say("\(call.name).doubt", values))
  }

  /// Reads the message as the answer to what we asked. - Returns: false when it is about something else.
  func answer(
    _ question: Dialogue.Question, _ text: String, _ understood: Understood, _ request: UnderstandingRequest,
    _ context: ActionContext, _ draft: inout Draft
  ) async -> Bool {
    guard let kind = request.expectedSlot?.kind else { return false }
    if let call = await usualAnswer(to: question, text, context) { return await complete(call, context, &draft) }
    let isOther =
      understood.kind == .intent && understood.intent != nil && !isAskedThing(question, understood)
      && (understood.intent != question.call.name || understood.isNewRequest || understood.isAside)
    let isSure = isOther && (understood.confidence > 0.75 || understood.isAside)
    if !isSure || isPlace(understood, text) || namesOption(of: question, text),
      let call = option(of: question, kind, text, understood, request)
    {
      return await complete(call, context, &draft)
    }
    var value: SlotValue?
    if !isSure, !understood.isAside {
      // of two requests in one message the first has been read; the whole text is not its answer
      value =
        understood.slots[question.parameter]
        ?? (understood.also.isEmpty ? parts.understanding.read(text, as: kind, request) : nil)
      if value == nil, kind == .text { value = .text(text) }
      if case .text? = value, isNoName(text, for: question, understood) { value = nil }
      if case .text? = value, let look = await anotherLook(text, question, context) {
        await begin(look, text, context, &draft)
        return true
      }
    }
    guard let value else {
      if isOther { return false }
      draft.prepared = [await askedAgain(question, context)]
      draft.intent = question.call.name
      return true
    }
    if value == .boolean(false), isWarning(question) {
      draft.intent = question.call.name
      draft.dialogue.question = nil
      draft.say = Say("dialogue.cancelled")
      return true
    }
    var call = question.call
    call.arguments[question.parameter] = keepingDay(of: call.arguments[question.parameter], value, request).json()
    for (name, other) in understood.slots where name != question.parameter {
      guard parts.runner.registry[call.name]?.parameter(name) != nil, !isOther else { continue }
      switch (other, call.arguments[name]) {
      // "buy 10 reliance" after "buy half of it": what is said now counts, not the number or the time before
      case (.number, _), (_, nil): call.arguments[name] = other.json()
      case (.when, let before?): call.arguments[name] = keepingDay(of: before, other, request).json()
      default: continue
      }
    }
    if asksHalf(of: call, context, &draft) {
      draft.intent = call.name
      return true
    }
    return await complete(call, context, &draft)
  }

  /// "Send me the address", while it is asked which of the places that were shown is meant: it asks about them, and names none.
  private func anotherLook(
    _ text: String, _ question: Dialogue.Question, _ context: ActionContext
  ) async -> Understood? {
    guard !question.options.isEmpty, let room = question.call.name.split(separator: ".").first else { return nil }
    var request = await request(text, context.actor, Dialogue())
    let alone = await understand(&request, context.actor)
    guard alone.kind == .intent, let intent = alone.intent, intent.hasPrefix(room + "."),
      alone.confidence >= Self.sureOfLook, alone.slots[question.parameter] == nil, alone.also.isEmpty,
      parts.runner.registry[intent]?.effect == .read
    else { return nil }
    return alone
  }

  private static let sureOfLook = 0.85

  /// Whether the request is made anew for what is asked about: "remind me to water the plants at 5", when it was asked when to.
  private func isAskedThing(_ question: Dialogue.Question, _ understood: Understood) -> Bool {
    guard understood.isNewRequest, understood.intent == question.call.name, understood.slots[question.parameter] != nil
    else { return false }
    func words(_ text: String?) -> Set<Substring> {
      Set(Normaliser.normalise(text ?? "").split { !$0.isLetter && !$0.isNumber }.filter { $0.utf8.count > 2 })
    }
    return ["text", "name", "title"].contains { name in
      guard case .text(let said)? = understood.slots[name] else { return false }
      let (new, old) = (words(said), words(question.call.arguments[name]?.string))
      // a common verb alone ("panna") makes two things no one thing
      return new.intersection(old).count * 2 > min(new.count, old.count)
    }
  }

  /// Another one of the kind that is asked about. Who is looked after loses none of the two; whoever is quick means the new one.
  func isBesides(_ understood: Understood, _ draft: Draft, _ context: ActionContext) -> Bool {
    guard understood.isNewRequest, context.persona.isPlain, let question = draft.dialogue.question else { return false }
    return ["text", "name", "title"].contains { question.call.arguments[$0]?.string != nil }
  }

  /// Whether words can be no name, where one of few names is asked for: "how much for kaapi kadai", "yes ezhil 400 cab".
  private func isNoName(_ text: String, for question: Dialogue.Question, _ understood: Understood) -> Bool {
    guard !question.options.isEmpty else { return false }
    let words = text.split(separator: " ")
    return words.count > 5 || text.contains(where: \.isNumber) || understood.kind == .intent && understood.isRequest
  }

  /// "Shall I really?": what is asked for is done with a yes only.
  private func isWarning(_ question: Dialogue.Question) -> Bool {
    parts.runner.registry[question.call.name]?.parameter(question.parameter)?.initial == .bool(false)
  }

  func complete(_ call: ActionCall, _ context: ActionContext, _ draft: inout Draft) async -> Bool {
    draft.intent = call.name
    let replacing = draft.dialogue.question.flatMap { $0.call.name == call.name ? $0.replacing : nil }
    draft.dialogue.question = nil
    let prepared = await prepare(call, context)
    draft.prepared = []
    if let replacing, let last = draft.dialogue.last, last.inverse == replacing {
      switch prepared {
      case .change:
        await replace(replacing, context, &draft)
        draft.replaced = last.call
      case .ask: draft.replacing = replacing
      case .answer, .confirm, .failed: break
      }
    }
    draft.prepared.append(prepared)
    return true
  }

  // MARK: Choices that were shown

  /// The button that an answer in words means: "the second one", "2", "the shoot one", "in the morning".
  private func option(
    of question: Dialogue.Question, _ kind: SlotKind, _ text: String, _ understood: Understood,
    _ request: UnderstandingRequest
  ) -> ActionCall? {
    let options = question.options
    guard !options.isEmpty else { return nil }
    switch kind {
    case .when, .time, .date: return half(of: question, text, request)
    case .text, .entity, .person, .place, .choice, .boolean: break
    default: return nil
    }
    return choice(among: options, text, understood)
  }

  /// "Cancel the fedex one", while it is asked which to cancel: nothing but the verb and the words of one button.
  private func namesOption(of question: Dialogue.Question, _ text: String) -> Bool {
    let verbs = Self.verbs(of: question.call.name)
    guard !question.options.isEmpty, !verbs.isEmpty else { return false }
    return NameMatch.whole(text, among: question.options, idle: Self.idle.union(verbs)) { $0.label }.count == 1
  }

  private static let takingAway: [String: Set<String>] = [
    "cancel": ["cancel", "remove", "delete", "drop"], "remove": ["cancel", "remove", "delete", "drop"],
    "done": ["done", "finished", "finish", "mark"], "stop": ["stop", "cancel", "remove"],
  ]

  /// Of `listing.booking_cancel` as of `reminder.cancel`.
  private static func verbs(of action: String) -> Set<String> {
    action.split { $0 == "." || $0 == "_" }.last.flatMap { takingAway[String($0)] } ?? []
  }

  /// One of several buttons by its place or by words of its label.
  func choice(among options: [Dialogue.Question.Option], _ text: String, _ understood: Understood) -> ActionCall? {
    guard !options.isEmpty else { return nil }
    let words = text.split(separator: " ").count
    let place: Int? =
      switch understood.pointer {
      case _ where Int(text.trimmed) != nil: Int(text.trimmed).map { $0 - 1 }
      case .place(let place) where words <= 4: place - 1
      case .last where words <= 4: options.count - 1
      default: nil
      }
    if let place { return options.indices.contains(place) ? options[place].call : nil }
    let verbs = Self.idle.union(Self.verbs(of: options[0].call.name))
    let named = NameMatch.whole(text, among: options, idle: verbs) { $0.label }
    return named.count == 1 ? named[0].call : nil
  }

  /// "the second one": little but a place in what was shown.
  private func isPlace(_ understood: Understood, _ text: String) -> Bool {
    // "cancel the first one", while it is asked which to cancel
    let first = Normaliser.normalise(text).split(separator: " ").first.map(String.init) ?? ""
    let verb = understood.intent.map { Self.verbs(of: $0).contains(first) } == true ? 1 : 0
    guard let pointed = understood.pointed,
      text.split(separator: " ").count <= pointed.split(separator: " ").count + 1 + verb
    else { return false }
    switch understood.pointer {
    case .place, .last: return true
    default: return false
    }
  }

  /// What stands beside a name in "the blue one", "neela wala".
  private static let idle: Set<String> = ["one", "the", "wala", "wali", "vala", "please", "that", "yes"]

  /// Of two moments half a day apart the one that "in the morning" or "pm" means.
  private func half(
    of question: Dialogue.Question, _ text: String, _ request: UnderstandingRequest
  ) -> ActionCall? {
    func moment(_ call: ActionCall) -> CivilDateTime? {
      call.arguments[question.parameter].flatMap { WhenValue(json: $0, zone: request.zone, now: request.now)?.start }
    }
    guard question.options.count == 2, !text.contains(where: \.isNumber),
      let early = moment(question.options[0].call), let late = moment(question.options[1].call),
      (early.time.hour < 12) != (late.time.hour < 12),
      case .when(let said)? = parts.understanding.read(text, as: .when, request), said.isTimeGiven
    else { return nil }
    let wantsEarly = said.start.time.hour < 12
    return question.options[(early.time.hour < 12) == wantsEarly ? 0 : 1].call
  }

  /// Asks which of the two likeliest things is meant, where both have a name that people use. What was read for the one
  /// serves the other as far as it fits.
  func whichOfTwo(_ understood: Understood) -> Say? {
    guard understood.isNearTie,
      understood.candidates.prefix(2).allSatisfy({ parts.delivery.replies.has("choice.\($0.intent)") })
    else { return nil }
    let buttons = understood.candidates.prefix(2).map { candidate in
      let known = parts.runner.registry[candidate.intent]
      var arguments = JSONObject()
      var left = understood.slots
      for parameter in known?.parameters ?? [] {
        if let value = left.removeValue(forKey: parameter.name) { arguments[parameter.name] = value.json() }
      }
      for parameter in known?.parameters ?? []
      where parameter.isRequired && arguments[parameter.name] == nil {
        guard let name = left.keys.sorted().first(where: { Self.fits(left[$0], parameter.kind) }) else { continue }
        arguments[parameter.name] = left.removeValue(forKey: name)?.json()
      }
      return Say.Button("choice.\(candidate.intent)", action: candidate.intent, arguments: arguments)
    }
    return Say("dialogue.which", buttons: Array(buttons))
  }

  private static func fits(_ value: SlotValue?, _ kind: SlotKind) -> Bool {
    switch (value, kind) {
    case (.text, .text), (.when, .when), (.money, .money), (.person, .person): true
    default: false
    }
  }

  // MARK: Several at once

  /// What is done comes first, then one question: what another would ask is asked when that is answered.
  func putQuestionsLast(_ draft: inout Draft, _ context: ActionContext) {
    func isQuestion(_ prepared: Runner.Prepared) -> Bool {
      switch prepared {
      case .ask, .confirm: true
      case .answer, .change, .failed: false
      }
    }
    let places = draft.prepared.indices
    guard places.count > 1, places.dropLast().contains(where: { isQuestion(draft.prepared[$0]) }) else { return }
    let questions = places.filter { isQuestion(draft.prepared[$0]) }
    let kept = places.filter { !isQuestion(draft.prepared[$0]) } + questions.prefix(1)
    for place in questions.dropFirst() {
      switch draft.prepared[place] {
      case .ask(let call, let parameter, _):
        draft.dialogue.suspended.append(.init(call: call, parameter: parameter, askedAt: context.now))
      case .confirm(let call, _):
        // asked for a yes when its turn comes: it has no parameter
        draft.dialogue.suspended.append(.init(call: call, parameter: "", askedAt: context.now))
      case .answer, .change, .failed: break
      }
    }
    draft.dialogue.suspended = draft.dialogue.suspended.suffix(2)
    let (silent, offers) = (draft.silent, draft.offers)
    draft.silent = Set(kept.indices.filter { silent.contains(kept[$0]) })
    draft.offers = [:]
    for (place, before) in kept.enumerated() { draft.offers[place] = offers[before] }
    draft.prepared = kept.map { draft.prepared[$0] }
  }

  // MARK: Digressions

  /// Something else is begun: what is asked waits until it is done. A yes waits only while one thing is looked at.
  ///
  /// - Parameter isNew: it is another one of the same kind: what is asked about waits, too.
  func setAside(for intent: String, isNew: Bool = false, _ draft: inout Draft) {
    let isNamed = isNew && intent == "medicine.add" && draft.dialogue.question?.call.name == "reminder.create"
    if let question = draft.dialogue.question, question.call.name != intent || isNew, !isNamed {
      draft.dialogue.suspended = (draft.dialogue.suspended + [question]).suffix(2)
    }
    if let confirmation = draft.dialogue.confirmation, confirmation.calls.first?.name != intent,
      !confirmation.isRepeated,
      parts.runner.registry[intent]?.effect == .read
    {
      draft.waiting = confirmation.calls
    }
    draft.dialogue.question = nil
    draft.dialogue.confirmation = nil
  }

  /// Asks again what was set aside, once whatever came between is done. Nobody is pestered: once, then it is forgotten.
  func resume(_ context: ActionContext, _ draft: inout Draft) async {
    guard draft.intent?.hasPrefix("emergency.") != true, !draft.prepared.isEmpty else { return }
    let isDone = draft.prepared.allSatisfy { prepared in
      switch prepared {
      case .answer, .change: true
      case .confirm, .ask, .failed: false
      }
    }
    let isLost = draft.prepared.contains { if case .failed = $0 { true } else { false } }
    if isLost, draft.dialogue.question == nil { draft.dialogue.question = draft.dialogue.suspended.popLast() }
    guard isDone else { return }
    if let call = draft.waiting.first {
      let again = await prepare(call, context)
      if case .confirm = again { draft.prepared.append(again) }
      return
    }
    guard let question = draft.dialogue.suspended.popLast(), question.resumed < 1 else { return }
    // whatever completed it meanwhile was not its answer: only a question comes of this
    var again = await prepare(question.call, context)
    // of two of a kind it must be plain which is asked about
    if case .ask(let call, let parameter, let say) = again,
      draft.prepared.contains(where: { if case .change(let done, _, _) = $0 { done.name == call.name } else { false } }
      ),
      let words = ["text", "name", "title"].lazy.compactMap({ call.arguments[$0]?.string }).first
    {
      again = .ask(
        call, parameter: parameter,
        Say("dialogue.and_what", ["words": .text(words)], lines: [Say(say.key, say.values)], buttons: say.buttons))
    }
    switch again {
    case .ask: (draft.resumed, draft.replacing) = (question.resumed + 1, question.replacing)
    case .confirm where question.parameter.isEmpty: break
    case .answer, .change, .failed, .confirm: return
    }
    draft.prepared.append(again)
  }
}
