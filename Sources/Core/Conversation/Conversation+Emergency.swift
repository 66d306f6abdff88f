import Actions
import Base
import Delivery
import Formats
package import Messages
import People
import Store
import Synchronization
import Telemetry
import Text
import Understanding

extension Conversation {
  private static let command = "/sos"
  private static let silentCommand = "/silent"

  /// Whether a message must be looked at before anything else: words, `/sos`. Bounded: no model, no network, no disk.
  package func isEmergency(_ message: InboundMessage) -> Bool {
    guard !message.isGroup, !message.isForwarded, message.edits == nil, let text = message.text else { return false }
    if text.lowercased().hasPrefix(Self.command) { return true }
    if isSilent(message) { return true }
    // the words are looked at last: for most people they are no alarm whatever they say
    guard let person = person(from: message), isLookedAfter(person) else { return false }
    return parts.emergency(text) != nil
  }

  /// A call for help that the screen must not show: the person's own words, or the command.
  private func isSilent(_ message: InboundMessage) -> Bool {
    guard let text = message.text else { return false }
    if text.lowercased().hasPrefix(Self.silentCommand) { return true }
    guard let person = person(from: message) else { return false }
    return parts.people.isSilentCall(text, of: person)
  }

  /// Whether this person's words can be an alarm: an elder, or anybody whom a family looks after.
  func isLookedAfter(_ person: Person) -> Bool {
    parts.delivery.personas[person.persona]?.isPlain == true || !parts.people.relatives(of: person.id).isEmpty
  }

  /// Of whom a relative says that they need help: "Paati fell". Whoever is looked after calls for themselves.
  func lookedAfter(in text: String, by person: Person) -> Person? {
    guard !isLookedAfter(person) else { return nil }
    let elders = parts.people.elders(of: person.id).map(\.person)
    let words = Normaliser.normalise(text).split(separator: " ")
    func isNamed(_ elder: Person) -> Bool {
      [elder.name, parts.people.called(elder.id, by: person.id)].contains { name in
        let name = Normaliser.normalise(name)
        // "Paati's", "paatikku", "பாட்டிக்கு"
        return name.count >= 3 && words.contains { $0.hasPrefix(name) && $0.count - name.count <= 4 }
      }
    }
    return elders.filter(isNamed).only
  }

  /// Words that mean an emergency, and every tap: which of our buttons it was is looked up on the path of its own.
  func mayBeUrgent(_ item: InboxItem) -> Bool {
    if case .press = item.message.content { return !item.message.isGroup }
    return item.isUrgent
  }

  /// Acts at once and settles the message in one transaction; its place in the lane then finds it handled.
  func handleEmergency(_ item: InboxItem) async {
    guard let person = person(from: item.message) else { return }
    do {
      guard let draft = try await urgentDraft(item.message, person) else { return }
      takenUrgently.withLock { _ = $0.insert(item.seq) }
      guard let report = try await commit(draft, item, person) else {
        // the lane was faster
        takenUrgently.withLock { _ = $0.remove(item.seq) }
        return
      }
      finishWaiting(item, report)
      await keepMeasured(item.message, person)
    } catch {
      // the lane still has the message and will handle it in its turn
      takenUrgently.withLock { _ = $0.remove(item.seq) }
      log.error("The emergency path failed", ["seq": .int(Int(item.seq)), "error": .error(error)])
    }
  }

  /// "Sugar 52, sweating a lot": the value is wanted by whoever comes. Kept behind the call, which nothing may hold up.
  func keepMeasured(_ message: InboundMessage, _ person: Person) async {
    guard let text = message.text, lookedAfter(in: text, by: person) == nil,
      let context = context(for: person, door: message.from.door, conversation: message.conversation),
      context.persona.allows(Self.measuring)
    else { return }
    let request = UnderstandingRequest(
      text: text, now: context.now, zone: person.zone, languages: [person.language])
    for slots in parts.understanding.measured(request) {
      let call = ActionCall(
        Self.measuring, slots.filter { $0.key != "person" }.reduce(into: JSONObject()) { $0[$1.key] = $1.value.json() })
      let prepared = await prepare(call, context)
      guard case .change = prepared else { continue }
      do {
        try await parts.store.write(.normal) { [self] house in
          guard case .change(_, let effect, let change) = prepared else { return }
          var transaction = house.tenant(person.tenant)
          _ = try parts.runner.apply(call, effect, change, context, in: &transaction)
        }
      } catch {
        log.error("What was measured beside a call for help was not kept", ["error": .error(error)])
      }
    }
  }

  private static let measuring = "measure.add"

  /// `nil`: it can wait for its lane.
  func urgentDraft(_ message: InboundMessage, _ person: Person) async throws -> Draft? {
    var dialogue = try await dialogues.dialogue(
      .init(person: person.id, conversation: message.conversation.description), in: parts.store.tenant(person.tenant))
    if case .press(let id) = message.content {
      guard try await button(id, person)?.call.name.hasPrefix("emergency.") == true else { return nil }
      var draft = try await draftPress(id, person, dialogue, message.conversation, message.authority)
      draft.isUrgent = true
      return draft
    }
    guard parts.runner.registry["emergency.alert"] != nil,
      let context = context(for: person, door: message.from.door, conversation: message.conversation)
    else { return nil }
    var approved = context
    approved.authority.isApproved = true
    let isSilent = isSilent(message)
    let what = isSilent ? nil : message.text.flatMap { parts.emergency($0) }
    var call = ActionCall("emergency.alert", what.map { ["what": .string($0)] } ?? [:])
    if isSilent { call.arguments["silent"] = true }
    if let other = lookedAfter(in: message.text ?? "", by: person) { call.arguments["person"] = .string(other.id.text) }
    // what is said next is about this, and answers nothing that was asked before
    dialogue.forgetAsked()
    return Draft(
      dialogue: dialogue, intent: call.name, prepared: [await parts.runner.prepare(call, in: approved)],
      language: person.language, isUrgent: true)
  }

  /// Whoever has nobody here who would come is told what to dial, and shown a hospital where places are known.
  func tellNumber(_ text: String, _ context: ActionContext, _ draft: inout Draft) async {
    let numbers = parts.delivery.personas.emergencyNumbers.numbers(for: context.actor)
    var values: [String: Say.Value] = ["number": .text(numbers.emergency)]
    if let ambulance = numbers.ambulance { values["ambulance"] = .text(ambulance) }
    let advice = Say("dialogue.dial", values)
    guard context.persona.allows(Self.search) else {
      draft.say = advice
      return
    }
    // "… nearest hospital mylapore": where they are is said last, if at all
    let words = text.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    for count in [3, 2, 1, 0] where count < words.count {
      var call = ActionCall(Self.search, ["what": "hospital"])
      if count > 0 { call.arguments["near"] = .string(words.suffix(count).joined(separator: " ")) }
      let found = await prepare(call, context)
      switch found {
      case .failed, .ask: continue
      case .answer, .change, .confirm: draft.prepared.append(found)
      }
      break
    }
    if draft.prepared.isEmpty { draft.say = advice } else { draft.preface = advice }
  }

  private static let search = "listing.search"

  // MARK: The end

  static let ending = "emergency.resolve"
  /// What is less sure is asked: nobody may be told that all is well because of a question about it.
  static let sureOfEnd = 0.9

  // MARK: How it stands

  private static let status = "emergency.status"

  /// "Whats happening", "is that sorted", right after a call for help was told or spoken of: about that, whatever the words
  /// may mean alone. Nobody hears that all is well instead, and nobody takes a call by asking about it.
  func askingOfCall(_ understood: Understood, _ dialogue: Dialogue, _ context: ActionContext) -> Understood? {
    guard understood.asksWhatIsUp, understood.also.isEmpty, !understood.mayBeCall, dialogue.question == nil,
      context.persona.allows(Self.status),
      understood.intent.map({ !$0.hasPrefix("emergency.") || $0 == "emergency.acknowledge" }) ?? true
    else { return nil }
    let told = toldQuestion(context, dialogue)?.buttons.contains { $0.action.hasPrefix("emergency.") } == true
    let recent = dialogue.recent.map { $0.call.name.hasPrefix("emergency.") && context.now - $0.at < .hours(2) } == true
    guard told || recent else { return nil }
    var asked = understood
    (asked.intent, asked.kind, asked.slots, asked.candidates) = (Self.status, .intent, [:], [])
    return asked
  }

  // MARK: All is well

  private static let nothingOpen = "emergency.none"

  /// "I am fine", where nobody called for help: it is good to hear, and no false alarm.
  func hearWell(_ understood: Understood, _ context: ActionContext, _ draft: inout Draft) async {
    guard understood.isWell, isLookedAfter(context.actor), case .failed(let call, let error)? = draft.prepared.last,
      call.name.hasPrefix("emergency."), error.code == Self.nothingOpen, context.persona.allows(Self.well)
    else { return }
    draft.intent = Self.well
    draft.prepared[draft.prepared.count - 1] = await prepare(ActionCall(Self.well), context)
  }

  private static let well = "care.well"

  /// Who takes back that they called help off may need it still: they are asked.
  func cannotUndo(_ context: ActionContext, _ draft: inout Draft) {
    guard draft.dialogue.last?.call.name == "emergency.cancel", isLookedAfter(context.actor) else {
      draft.say = Say("dialogue.nothing_to_undo")
      return
    }
    draft.prepared = [.confirm(ActionCall(Self.alert), Say("emergency.perhaps"))]
  }

  // MARK: Perhaps a call

  private static let alert = "emergency.alert"

  /// Whether the question that waits for a yes is this one.
  func isAskedWhetherHelp(_ dialogue: Dialogue) -> Bool {
    dialogue.confirmation?.calls.first?.name == Self.alert
  }

  /// Asks whoever is looked after whether they need help, where nothing else was understood and it may have been a call.
  /// What is not understood while that is asked is no answer: it is asked again. Their room calls the family when none comes.
  /// - Returns: whether it was asked.
  func askWhetherHelp(
    _ understood: Understood, _ text: String, _ context: ActionContext, _ draft: inout Draft
  ) async -> Bool {
    guard isLookedAfter(context.actor), understood.mayBeCall || isAskedWhetherHelp(draft.dialogue) else { return false }
    let before = draft.dialogue.confirmation?.calls.first?.arguments["what"]?.string
    let what: JSON = .string(before.map { "\($0)\n\(text)" } ?? text)
    draft.silent.insert(draft.prepared.count)
    draft.prepared.append(await prepare(ActionCall("emergency.ask", ["what": what]), context))
    draft.prepared.append(.confirm(ActionCall(Self.alert, ["what": what]), Say("emergency.perhaps")))
    return true
  }

  /// "Ok", to whether help is needed: it may as well say that all is. It is asked again.
  func isMild(_ text: String, _ request: UnderstandingRequest) -> Bool {
    var request = request
    let kind = SlotKind.choice(["mild"])
    request.expectedSlot = ExpectedSlot(intent: Self.alert, slot: "mild_yes", kind: kind)
    return text.split(separator: " ").count <= 2 && parts.understanding.read(text, as: kind, request) != nil
  }

  /// Says no to what waits for a yes. Whether help is needed is for the room to hear: it may have called the family meanwhile.
  func decline(_ context: ActionContext, _ draft: inout Draft) async {
    guard isAskedWhetherHelp(draft.dialogue), isLookedAfter(context.actor) else {
      draft.say = Say("dialogue.cancelled")
      return
    }
    draft.prepared.append(await prepare(ActionCall("emergency.decline"), context))
  }
}
