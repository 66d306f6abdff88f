import Actions
package import Base
import Formats
import Messages
package import Models
package import People
package import Store
import Synchronization
package import Telemetry
import Text

/// Lets a language model read what people told in turns of which the house's own rules made nothing, in the background.
///
/// Turns lie in the store already; how far they were read does as well, in the transaction that writes what was found. So
/// a model that is slow, down or talks rubbish loses nothing and holds nothing up: the turn is read later, or passed over.
package final class ModelFacts: Sendable {
  package enum Step: Sendable, Hashable {
    /// A turn was read or passed over; there may be more.
    case read
    case idle
    /// Nothing can be read before then: the model does not answer, or has been asked often enough today.
    case wait(Duration)
  }

  /// Letters of a turn that are sent at most; longer ones are not sent at all.
  static let longest = 1_000
  private static let pauses: [Duration] = [.seconds(30), .minutes(2), .minutes(10), .hours(1)]
  /// A turn that fails so often is passed over: it must not keep all others from being read.
  private static let most = 12

  private let store: HouseStore
  private let people: PeopleBook
  private let reading: ModelReading
  private let model: any ChatModel
  private let perDay: Int
  private let clock: any WallClock
  private let metrics: Metrics
  private let alarm = WorkQueue<Bool>(limit: 1)
  /// Of the same turn, one after the other.
  private let failures = Mutex(0)
  private let log = Log("memory")

  /// - Parameter perDay: how often the model is asked in a day, for the whole house.
  package init(
    store: HouseStore, people: PeopleBook, reader: FactReader, model: any ChatModel, perDay: Int, changes: ChangeFeed,
    clock: any WallClock, metrics: Metrics
  ) {
    (self.store, self.people, self.model, self.perDay) = (store, people, model, perDay)
    (self.clock, self.metrics) = (clock, metrics)
    reading = ModelReading(reader: reader)
    changes.listen(to: ["episodes"]) { [alarm] _ in alarm.push(true) }
    alarm.push(true)
  }

  /// What was said while no model was asked is not sent to one that comes later.
  package static func rest(_ store: HouseStore) async throws {
    try await store.write { house in try house.execute("DELETE FROM knowledge_model") }
  }

  /// Runs until stopped or cancelled.
  package func run() async {
    while await alarm.next() != nil, !Task.isCancelled {
      do {
        var step = try await next()
        while step != .idle, !Task.isCancelled {
          if case .wait(let pause) = step { try await clock.sleep(for: pause) }
          step = try await next()
        }
      } catch let error as StoreError {
        log.warning("No turn could be read for facts; the next one tries again", ["error": .error(error)])
      } catch {
        return
      }
    }
  }

  package func stop() { alarm.close() }

  private struct Turn: Sendable {
    let seq: Int64
    let tenant: TenantID
    let person: PersonID
    let at: Instant
    let door: String
    let said: String
    let intent: String?
  }

  /// Reads the oldest turn that was not looked at.
  package func next() async throws -> Step {
    guard let turn = try await oldest() else { return .idle }
    guard let person = people.person(turn.person), person.tenant == turn.tenant,
      try await isWorth(turn, person)
    else {
      try await pass(turn)
      return .read
    }
    guard try await takeCall(turn.tenant) else { return .wait(.hours(1)) }
    let answer: String
    do {
      answer = try await model.answer(rules: reading.rules, text: ModelReading.text(turn.said))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      note("failed")
      let failed = failures.withLock { failed in
        failed += 1
        return failed
      }
      if (error as? ModelError)?.kind == .unreadable || failed >= Self.most {
        failures.withLock { $0 = 0 }
        try await pass(turn)
        return .read
      }
      log.warning("The language model did not answer; the turn is read later", ["error": .error(error)])
      return .wait(Self.pauses[min(failed, Self.pauses.count) - 1])
    }
    failures.withLock { $0 = 0 }
    guard let found = reading.candidates(answer, said: turn.said, person.language) else {
      note("unreadable")
      try await pass(turn)
      return .read
    }
    note("answered")
    try await write(found, of: turn, person)
    return .read
  }

  private func note(_ outcome: String) {
    metrics.counter(
      "thinnai_model_calls", ["outcome": outcome], help: "Turns that the language model was asked to read."
    ).add()
  }

  /// Where it stands in each household begins with the first turn after a model was set.
  private func oldest() async throws -> Turn? {
    try await store.write { house in
      for tenant in try house.query("SELECT id FROM tenants ORDER BY id", map: { TenantID($0.text(0)) }) {
        let rows = house.tenant(tenant)
        guard
          let seq = try rows.first("SELECT seq FROM knowledge_model WHERE tenant = :tenant", map: { $0.int(0) })
        else {
          let last =
            try rows.first("SELECT max(seq) FROM episodes WHERE tenant = :tenant") { $0.optionalInt(0) } ?? nil
          try rows.execute(
            "INSERT INTO knowledge_model (tenant, seq, day, calls) VALUES (:tenant, ?, '', 0)", last ?? 0)
          continue
        }
        let turn = try rows.first(
          """
          SELECT seq, person, at, door, said, intent FROM episodes WHERE tenant = :tenant AND seq > ?
          ORDER BY seq LIMIT 1
          """, seq
        ) { row in
          Turn(
            seq: row.int(0), tenant: tenant, person: row.id(1), at: row.instant(2), door: row.text(3),
            said: row.text(4), intent: row.optionalText(5))
        }
        if let turn { return turn }
      }
      return nil
    }
  }

  /// Something told, by somebody who lets it be read, of which nothing was taken yet.
  private func isWorth(_ turn: Turn, _ person: Person) async throws -> Bool {
    let said = turn.said.trimmed
    guard (8...Self.longest).contains(said.count), !said.hasSuffix("?"), !said.hasPrefix("/"),
      SaidWord.cut(said).count > 2
    else { return false }
    // what looks like a key or a token does not leave the house
    guard Redactor.shared.clean(said) == said else { return false }
    let intent = turn.intent ?? ""
    guard !["memory.", "emergency."].contains(where: intent.hasPrefix) else { return false }
    return try await store.tenant(turn.tenant).read { rows in
      guard try rows.letsModelRead(person) else { return false }
      return try rows.facts(toldAt: turn.at, owner: person.id).isEmpty
    }
  }

  private func pass(_ turn: Turn) async throws {
    try await store.tenant(turn.tenant).write { try $0.passModel(turn.seq) }
  }

  /// - Returns: `false` when it was asked often enough today. Counted before it is asked, over restarts.
  private func takeCall(_ tenant: TenantID) async throws -> Bool {
    let (day, perDay) = (String(clock.now.description.prefix(10)), perDay)
    return try await store.write { house in
      let used = try house.first("SELECT sum(calls) FROM knowledge_model WHERE day = ?", day) { $0.optionalInt(0) }
      guard Int(used.flatMap(\.self) ?? 0) < perDay else { return false }
      let rows = house.tenant(tenant)
      try rows.execute(
        """
        UPDATE knowledge_model SET calls = CASE WHEN day = ? THEN calls + 1 ELSE 1 END, day = ?
        WHERE tenant = :tenant
        """, day, day)
      return true
    }
  }

  private func write(_ found: [ModelReading.Candidate], of turn: Turn, _ person: Person) async throws {
    let resolver = FactResolver(person, people, reading.reader, now: turn.at)
    try await store.tenant(turn.tenant).write { transaction in
      try transaction.passModel(turn.seq)
      // whoever forgot the turn meanwhile, or wants nothing read any more, does not get a fact of it
      let isThere = try transaction.first(
        "SELECT said FROM episodes WHERE tenant = :tenant AND seq = ? AND person = ?", turn.seq, person.id
      ) { $0.text(0) }
      guard isThere == turn.said, try transaction.letsModelRead(person) else { return }
      for candidate in found {
        // one that cannot be written leaves the others
        do {
          try transaction.learn(candidate, of: person.id, at: turn.at, door: turn.door, resolver)
        } catch is ActionError { continue }
      }
    }
  }
}

extension Querying {
  /// Whether a language model may read what somebody tells: the owner, who set it, unless they said no; anybody else
  /// once they said yes.
  func letsModelRead(_ person: Person) throws -> Bool {
    let saidNo = "SELECT 1 FROM knowledge_unread WHERE tenant = :tenant AND person = ?"
    let saidYes = "SELECT 1 FROM knowledge_read WHERE tenant = :tenant AND person = ?"
    return person.isOwner
      ? try first(saidNo, person.id) { $0.int(0) } == nil : try first(saidYes, person.id) { $0.int(0) } != nil
  }
}

extension Transaction {
  fileprivate func passModel(_ seq: Int64) throws {
    try execute("UPDATE knowledge_model SET seq = max(seq, ?) WHERE tenant = :tenant", seq)
  }

  /// Keeps what a model read, where nothing that was told says otherwise.
  fileprivate mutating func learn(
    _ candidate: ModelReading.Candidate, of owner: PersonID, at told: Instant, door: String, _ resolver: FactResolver
  ) throws {
    var relation = candidate.relation
    // what nobody told is not shown to relatives either
    relation.sharing = ""
    let folded = FactText.folded(candidate.value)
    for subject in try resolver.find(candidate.subject, self) {
      guard let thing = subject.thing else { continue }
      let known = try believed(owner: owner, subject: thing, relation: relation.name)
      if known.contains(where: { FactText.folded($0.value) == folded }) { return }
      if relation.isSingle, !known.isEmpty { return }
      guard let opposite = relation.opposite else { continue }
      let against = try believed(owner: owner, subject: thing, relation: opposite)
      if against.contains(where: { FactText.folded($0.value) == folded }) { return }
    }
    var change = FactChange()
    let subject = try resolver.make(candidate.subject, &change, in: &self)
    var fact = NewFact(owner: owner, subject: subject.id, relation: relation, value: candidate.value)
    (fact.origin, fact.confidence, fact.door, fact.toldAt) = (.model, ModelReading.confidence, door, told)
    if relation.isThing {
      fact.object = try resolver.make(.name(candidate.value), kind: relation.object, &change, in: &self).id
    }
    _ = try tell(fact, note: &change)
  }
}

/// Whether one's own turns are read by a model.
struct AllowModel: Action {
  static let name = "memory.model"
  static let summary = "Lets the language model of the house read what you tell for facts, or keeps it from it."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("False keeps it from your words.", default: true) var on: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, on) = (context.actor.id, on)
    guard !on || context.house.hasLanguageModel else {
      throw ActionError("memory.model.none", sentence: "This house asks no language model; model.url is not set.")
    }
    return .change { transaction in
      try transaction.execute("DELETE FROM knowledge_unread WHERE tenant = :tenant AND person = ?", person)
      try transaction.execute("DELETE FROM knowledge_read WHERE tenant = :tenant AND person = ?", person)
      if on {
        try transaction.execute("INSERT INTO knowledge_read (tenant, person) VALUES (:tenant, ?)", person)
      } else {
        try transaction.execute("INSERT INTO knowledge_unread (tenant, person) VALUES (:tenant, ?)", person)
      }
      return Outcome(
        Say(on ? "memory.model.on" : "memory.model.off"),
        inverse: ActionCall(Self.name, ["on": .bool(!on)]))
    }
  }
}
