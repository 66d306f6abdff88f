import Actions
import Base
import Formats
import Messages
import People
import Store
import Synchronization

/// What rang last for each person (a reminder, a dose), so that "in 5 minutes" and "done" are about it, whatever was
/// talked of before.
///
/// Kept in the store with the words that rang, and in memory: a program that was started anew knows what it asked.
final class Rings: Sendable {
  struct Ring: Sendable {
    /// What its buttons do.
    var buttons: [Say.Button]
    var at: Instant

    func call(to verbs: Set<String>) -> ActionCall? {
      buttons.lazy.map { ActionCall($0.action, $0.arguments) }
        .first { call in call.name.split(separator: ".").last.map { verbs.contains(String($0)) } ?? false }
    }
  }

  private static let capacity = 4_096
  /// After so long nobody means it without naming it.
  private static let memory: Duration = .hours(2)
  private let known = Mutex<[PersonID: Ring]>([:])
  /// What was told last with buttons that put nothing off: their words may be typed, and a plain yes may be about one of
  /// them. In memory: the buttons stay.
  private let questions = Mutex<[PersonID: Ring]>([:])

  /// What stands under the latest answer: its words may be typed. In memory: the buttons stay.
  private let answers = Mutex<[PersonID: Ring]>([:])

  /// Notes the buttons of an answer; an answer without any ends those of the one before.
  func show(_ buttons: [Say.Button], to person: PersonID, _ transaction: Transaction) {
    let own = buttons.filter { !$0.action.hasPrefix("dialogue.") }
    let ring = own.isEmpty ? nil : Ring(buttons: own, at: transaction.now)
    transaction.afterCommit { [self] in
      answers.withLock { known in
        guard known[person] != nil || ring != nil else { return }
        if known.count >= Self.capacity, let other = known.keys.first { known[other] = nil }
        known[person] = ring
      }
    }
  }

  func shown(to person: PersonID, now: Instant) -> Ring? {
    answers.withLock { $0[person] }.flatMap { now - $0.at < Self.memory ? $0 : nil }
  }

  /// Notes what somebody is told, where it can be put off.
  func keep(_ say: Say, for person: PersonID, _ transaction: Transaction) throws {
    let ring = Ring(buttons: say.buttons, at: transaction.now)
    guard ring.call(to: ["snooze"]) != nil else {
      guard !say.buttons.isEmpty else { return }
      return transaction.afterCommit { [self] in
        questions.withLock { known in
          if known.count >= Self.capacity, let other = known.keys.first { known[other] = nil }
          known[person] = ring
        }
      }
    }
    try transaction.execute(
      """
      INSERT INTO rings (tenant, person, buttons, at) VALUES (:tenant, ?, ?, ?)
      ON CONFLICT (tenant, person) DO UPDATE SET buttons = excluded.buttons, at = excluded.at
      """, person, JSON.array(ring.buttons.map(\.ring)).text(), ring.at)
    transaction.afterCommit { [self] in put(ring, for: person, over: true) }
  }

  /// Takes up what rang before the program was started.
  func load(_ store: HouseStore, now: Instant) async throws {
    let since = now - Self.memory
    let rows = try await store.read { house in
      try house.query("SELECT person, buttons, at FROM rings WHERE at > ?", since) { row -> (PersonID, Ring) in
        let buttons = (try? JSON.parse(row.text(1)))?.array ?? []
        return (row.id(0), Ring(buttons: buttons.compactMap { Say.Button(ring: $0) }, at: row.instant(2)))
      }
    }
    for (person, ring) in rows { put(ring, for: person, over: false) }
  }

  private func put(_ ring: Ring, for person: PersonID, over: Bool) {
    known.withLock { known in
      guard over || known[person] == nil else { return }
      if known.count >= Self.capacity, known[person] == nil, let other = known.keys.first { known[other] = nil }
      known[person] = ring
    }
  }

  /// What was asked since a moment, unless it is long ago.
  func question(for person: PersonID, since moment: Instant, now: Instant) -> Ring? {
    questions.withLock { $0[person] }.flatMap { ring in
      ring.at > moment && now - ring.at < Self.memory ? ring : nil
    }
  }

  func answered(_ person: PersonID) { questions.withLock { $0[person] = nil } }

  /// What rang since a moment, unless it is long ago.
  func ring(for person: PersonID, since moment: Instant, now: Instant) -> Ring? {
    known.withLock { $0[person] }.flatMap { ring in
      ring.at > moment && now - ring.at < Self.memory ? ring : nil
    }
  }
}

extension Say.Button {
  /// What is kept of a button under what rang: its label and what it does.
  fileprivate var ring: JSON {
    ["label": .string(label), "action": .string(action), "arguments": .object(arguments), "offer": .bool(isOffer)]
  }

  fileprivate init?(ring json: JSON) {
    guard let label = json["label"].string, let action = json["action"].string else { return nil }
    self.init(label, action: action, arguments: json["arguments"].object ?? [:], isSingleUse: false)
    isOffer = json["offer"] == true
  }
}
