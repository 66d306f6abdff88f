package import Actions
package import Base
package import Crews
package import Delivery
import Formats
package import Knowledge
import Memory
package import Messages
package import People
package import Store
import Synchronization
package import Telemetry
package import Text
package import Understanding

/// How a message becomes an answer. Knows actions only through the registry: a new domain changes no line here.
package final class Conversation: Sendable {
  package struct Parts: Sendable {
    package var store: HouseStore
    package var people: PeopleBook
    package var pairing: Pairing
    package var delivery: Delivery
    package var understanding: any Understanding
    /// What an emergency message is about, or `nil`; bounded, no model, no network.
    package var emergency: @Sendable (String) -> String?
    package var runner: Runner
    package var house: HouseFacts
    package var crews: CrewRunner
    package var lists: [EntityList]
    package var changes: ChangeFeed
    /// Hears voice notes before their turn.
    package var hearing: Hearing?
    /// Notes which messages are being handled, for the case that handling one ends the process.
    package var marks: CrashMarks?
    package var clock: any WallClock
    package var ids: IDGenerator
    package var metrics: Metrics
    /// Called when a message is handled, with or without an answer. Must not block.
    package var onHandled: @Sendable (InboundMessage) -> Void
    /// Reads "the usual" and what is like it.
    package var facts: FactReader?
    /// The goal in a message that asks for a workflow in words; `nil` in any other.
    package var goal: @Sendable (String) -> String? = { _ in nil }
    /// Whether a message asks for several steps that only a workflow can do, without saying so.
    package var isGoal: @Sendable (String, ActionContext) async -> Bool = { _, _ in false }

    package init(
      store: HouseStore, people: PeopleBook, pairing: Pairing, delivery: Delivery, understanding: any Understanding,
      emergency: @escaping @Sendable (String) -> String?, runner: Runner, house: HouseFacts, crews: CrewRunner,
      lists: [EntityList], changes: ChangeFeed, hearing: Hearing? = nil, marks: CrashMarks? = nil, clock: any WallClock,
      ids: IDGenerator,
      metrics: Metrics, onHandled: @escaping @Sendable (InboundMessage) -> Void = { _ in }
    ) {
      self.store = store
      self.people = people
      self.pairing = pairing
      self.delivery = delivery
      self.understanding = understanding
      self.emergency = emergency
      self.runner = runner
      self.house = house
      self.crews = crews
      self.lists = lists
      self.changes = changes
      self.hearing = hearing
      self.marks = marks
      self.clock = clock
      self.ids = ids
      self.metrics = metrics
      self.onHandled = onHandled
    }
  }

  package let parts: Parts
  package let lanes: Lanes
  let urgent = WorkQueue<InboxItem>(limit: 10_000)
  /// Messages that the emergency path has taken over from their lane.
  let takenUrgently = Mutex<Set<Int64>>([])
  let log = Log("conversation")
  /// Doors whose replies go back with the call (terminal, REST); their reports wait here by external id.
  private let waiters = Mutex<[String: CheckedContinuation<TurnReport?, Never>]>([:])
  let dialogues = DialogueCache()
  let rings = Rings()
  /// The words of the buttons under a request, by persona and language.
  let labels = Mutex<[String: Set<String>]>([:])
  private let lists: ListCache
  private let allowedIntents: [String: Set<String>]
  /// What only looks.
  private let looking: Set<String>
  let answered: Counter
  private let waiting: Histogram
  let understanding: Histogram
  let acting: Histogram
  let committing: Histogram
  let whole: Histogram

  package init(_ parts: Parts) {
    self.parts = parts
    lanes = Lanes(surge: Surge(clock: parts.clock))
    let lists = ListCache(parts.lists, actions: parts.runner.registry.entries.keys, glossary: parts.house.glossary)
    self.lists = lists
    parts.changes.listen(to: lists.tables) { lists.tablesChanged($0) }
    // somebody was forgotten, say
    parts.changes.listen(to: ["persons"]) { [dialogues] _ in dialogues.clear() }
    var allowed: [String: Set<String>] = [:]
    for (name, persona) in parts.delivery.personas.personas {
      allowed[name] = Set(parts.runner.registry.entries.keys.filter { persona.allows($0) })
    }
    allowedIntents = allowed
    looking = Set(parts.runner.registry.entries.filter { $0.value.effect == .read }.keys)
    answered = parts.metrics.counter("thinnai_turns_total", help: "Messages handled.")
    waiting = parts.metrics.histogram("thinnai_step_seconds", step: "lane")
    understanding = parts.metrics.histogram("thinnai_step_seconds", step: "understand")
    acting = parts.metrics.histogram("thinnai_step_seconds", step: "act")
    committing = parts.metrics.histogram("thinnai_step_seconds", step: "commit")
    whole = parts.metrics.histogram("thinnai_step_seconds", step: "turn")
    // what the house says first is part of the memory of that person's conversation
    parts.delivery.onTell { [rings] transaction, person, say, text in
      try rings.keep(say, for: person.id, transaction)
      try transaction.remember(
        Episode(
          person: person.id, door: "house", conversation: "", at: transaction.now, said: "", replied: text.text,
          intent: say.key, actions: []))
    }
  }

  /// Takes a committed message; called in commit order, on the writer's thread, so it only queues.
  package func take(_ item: InboxItem) {
    if mayBeUrgent(item) { urgent.push(item) }
    parts.hearing?.take(item)
    lanes.enqueue(item)
  }

  /// Runs lanes and the emergency path until closed.
  package func run() async {
    await withDiscardingTaskGroup { group in
      let hearing = parts.hearing
      group.addTask {
        await self.lanes.run(isReady: { hearing?.isDone(with: $0) ?? true }) { item in
          await self.handle(hearing?.handOver(item) ?? item)
        }
      }
      for _ in 0..<4 {
        group.addTask { while let item = await self.urgent.next() { await self.handleEmergency(item) } }
      }
    }
  }

  /// Takes up what an earlier run asked.
  package func recover() async throws { try await rings.load(parts.store, now: parts.clock.now) }

  /// Waits until the lanes are empty, but no longer than a limit: the inbox keeps what is left.
  package func drain(for limit: Duration) async {
    let end = ContinuousClock.now + limit
    while !lanes.isIdle, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
  }

  package func close() {
    lanes.close()
    urgent.close()
  }

  /// Handles one message of a lane. Never throws: what goes wrong is answered, logged and settled.
  func handle(_ item: InboxItem) async {
    waiting.observe(parts.clock.now - item.receivedAt)
    let started = ContinuousClock.now
    let mark = parts.marks?.set(item.seq)
    let report = await Trace.with("m\(item.seq)") {
      let report = await self.tryTurn(item)
      // a line a message, for whoever asked for so much: the house is quiet by default
      log.debug(
        "A message was handled",
        [
          "door": .text(item.message.from.door), "intent": .text(report?.intent ?? "none"),
          "ms": .int(Int((ContinuousClock.now - started).microseconds / 1_000)),
        ])
      return report
    }
    if let mark { parts.marks?.clear(mark) }
    whole.observe(ContinuousClock.now - started)
    answered.add()
    parts.onHandled(item.message)
    // a message that the emergency path has settled is answered from there
    let isTaken = takenUrgently.withLock { $0.remove(item.seq) != nil }
    if report == nil, isTaken { return }
    finishWaiting(item, report)
  }

  func finishWaiting(_ item: InboxItem, _ report: TurnReport?) {
    waiters.withLock { $0.removeValue(forKey: item.message.externalID) }?.resume(returning: report)
  }

  private func tryTurn(_ item: InboxItem) async -> TurnReport? {
    var attempt = 0
    while true {
      do {
        return try await turn(item)
      } catch let error as StoreError where error.kind == .busy || error.kind == .full {
        // nothing was written, and nothing of this conversation may overtake it: wait for room, or for the next start
        if lanes.isClosed { return nil }
        if attempt == 0 {
          log.warning("A turn waits for the store", ["seq": .int(Int(item.seq)), "error": .error(error)])
        }
        do { try await parts.clock.sleep(for: .milliseconds(100 << min(attempt, 5))) } catch { return nil }
        attempt += 1
      } catch {
        log.error("A turn failed", ["seq": .int(Int(item.seq)), "error": .error(error)])
        return try? await apologise(item)
      }
    }
  }

  /// Says a line as a person and waits for the answer: the terminal and REST, durable like any door.
  ///
  /// - Throws: `StoreError` when the message could not be accepted.
  package func invoke(_ message: InboundMessage, through inbox: Inbox) async throws -> TurnReport? {
    let key = message.externalID
    let accepted = Mutex<(any Error)?>(nil)
    let report = await withCheckedContinuation { (continuation: CheckedContinuation<TurnReport?, Never>) in
      waiters.withLock { $0[key] = continuation }
      inbox.submit([message]) { result in
        // a refusal or a repeat will never reach a lane
        if case .success(let sequence) = result, sequence.first.flatMap({ $0 }) != nil { return }
        if case .failure(let error) = result { accepted.withLock { $0 = error } }
        self.waiters.withLock { $0.removeValue(forKey: key) }?.resume(returning: nil)
      }
    }
    if let error = accepted.withLock({ $0 }) { throw error }
    return report
  }

  // MARK: What a turn needs to know

  package func context(
    for person: Person, door: String, conversation: ConversationKey?, language: Language? = nil,
    authority: ActionContext.Authority = .full
  ) -> ActionContext? {
    guard let persona = parts.delivery.personas[person.persona] else { return nil }
    return makeContext(
      person, persona, door: door, conversation: conversation, language: language ?? person.language,
      authority: authority)
  }

  private func makeContext(
    _ person: Person, _ persona: Persona, door: String, conversation: ConversationKey?, language: Language,
    authority: ActionContext.Authority
  ) -> ActionContext {
    let runner = parts.runner
    let now = parts.clock.now
    return ActionContext(
      store: parts.store.tenant(person.tenant), actor: person, persona: persona, people: parts.people,
      house: parts.house, language: language, clock: parts.clock, ids: parts.ids,
      origin: .init(door: door, conversation: conversation, trace: Trace.current ?? ""), authority: authority,
      deadline: now + .seconds(30),
      caller: { [self] name, arguments, authority in
        guard let entry = runner.registry[name], entry.effect == .read else {
          throw ActionError("actions.unknown", ["name": .text(name)], sentence: "There is no reading action \(name).")
        }
        let inner = makeContext(
          person, persona, door: door, conversation: conversation, language: language, authority: authority)
        return try await runner.run(ActionCall(name, arguments), in: inner).data
      })
  }

  /// Runs one call for REST, the shell and timers: the same Runner, a transaction of its own.
  package func act(
    _ call: ActionCall, as person: Person, door: String, authority: ActionContext.Authority
  ) async throws -> Outcome {
    guard let context = context(for: person, door: door, conversation: nil, authority: authority) else {
      throw ActionError(
        "personas.unknown", sentence: "The persona \(person.persona) is in no file of Personas/.", field: "persona")
    }
    return try await parts.runner.run(call, in: context)
  }

  /// Reads words as if this person had written them, alone.
  package func read(_ text: String, for person: Person) async -> Understood {
    var request = await request(text, person, Dialogue())
    return await understand(&request, person)
  }

  func request(_ text: String, _ person: Person, _ dialogue: Dialogue) async -> UnderstandingRequest {
    var expected: ExpectedSlot?
    if let question = dialogue.question,
      let kind = parts.runner.registry[question.call.name]?.parameter(question.parameter)?.kind
    {
      expected = ExpectedSlot(intent: question.call.name, slot: question.parameter, kind: kind)
      expected?.hasChoices = !question.options.isEmpty
    }
    let open = dialogue.question?.call.name ?? dialogue.confirmation?.calls.first?.name
    let current = open ?? dialogue.recent?.call.name ?? dialogue.last?.call.name
    let (entries, unread) = lists.known(for: person)
    var request = UnderstandingRequest(
      text: text, now: parts.clock.now, zone: person.zone, languages: [person.language] + person.language.fallbacks,
      allowedIntents: allowedIntents[person.persona], expectedSlot: expected, currentIntent: current,
      names: parts.people.circle(of: person).map(\.name), entities: entries, tenant: person.tenant)
    request.insteads = parts.delivery.personas[person.persona]?.insteads ?? [:]
    request.looking = looking
    request.isLookedAfter = isLookedAfter(person)
    request.quiet = await lists.quiet(
      for: person.id, family: parts.people.elders(of: person.id).map(\.person.id),
      in: parts.store.tenant(person.tenant))
    request.isConfirming = dialogue.confirmation != nil || dialogue.offer != nil
    if open == nil, dialogue.last?.call.name != current { request.earlierIntent = dialogue.last?.call.name }
    request.person = dialogue.person
    request.shown = dialogue.counted?.things.count ?? 0
    if let snooze = ring(for: person, dialogue)?.call(to: ["snooze"]) {
      (request.earlierIntent, request.currentIntent) = (current, snooze.name)
    }
    guard !unread.isEmpty else { return request }
    if case .entity = expected?.kind {
      // the answer is sure to be looked for in a list
      request.entities = await lists.entries(unread, for: person, in: parts.store.tenant(person.tenant))
    } else {
      request.unread = UnreadLists(unread)
    }
    return request
  }

  /// A person's lists by the names of their kinds.
  func entries(_ kinds: [String], for person: Person) async -> [String: NameList] {
    await lists.entries(kinds, for: person, in: parts.store.tenant(person.tenant))
  }

  /// Most sentences need no list; one that does is read again once its lists are there.
  func understand(_ request: inout UnderstandingRequest, _ person: Person) async -> Understood {
    for isLast in [false, true] {
      let understood = await parts.understanding.understand(request)
      guard let wanted = request.unread?.wanted, !wanted.isEmpty else { return understood }
      request.entities = await lists.entries(wanted, for: person, in: parts.store.tenant(person.tenant))
      // what was read may show that another list is needed, once
      request.unread = isLast ? nil : UnreadLists(lists.known(for: person).unread)
    }
    return await parts.understanding.understand(request)
  }

  /// "move it to Marudham", read as of another room: the rows of lists that the action that is meant takes.
  func rows(
    for name: String, in text: String, _ context: ActionContext, _ dialogue: Dialogue
  ) async -> [String: SlotValue] {
    var request = await request(text, context.actor, dialogue)
    var found: [String: SlotValue] = [:]
    for parameter in parts.runner.registry[name]?.parameters ?? [] where parameter.kind != .when {
      if request.list(parameter.name) == nil, let wanted = request.unread?.wanted, !wanted.isEmpty {
        request.entities = await lists.entries(wanted, for: context.actor, in: parts.store.tenant(context.actor.tenant))
      }
      if case .choice(let options) = parameter.kind, !options.isEmpty {
        // "extend it by an hour": how it is moved is said in words of that action alone
        request.expectedSlot = ExpectedSlot(intent: name, slot: parameter.name, kind: parameter.kind)
        found[parameter.name] = parts.understanding.read(text, as: parameter.kind, request)
        request.expectedSlot = nil
        continue
      }
      guard request.list(parameter.name) != nil else { continue }
      found[parameter.name] = parts.understanding.read(text, as: .entity(parameter.name), request)
    }
    return found
  }
}
