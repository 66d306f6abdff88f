package import Base
package import Formats
package import Messages
package import People
package import Store
import Synchronization
package import Text
import Time

/// Decides where a word to a person goes, renders it, and writes it to the outbox within the change's transaction.
package final class Delivery: Sendable {
  package let people: PeopleBook
  package let personas: PersonaLibrary
  package let replies: Replies
  private let random: any RandomSource
  /// Doors that are running now, and whether they can speak first.
  private let openDoors = Mutex<Set<String>>([])
  /// Those of them that can change what they sent.
  private let editingDoors = Mutex<Set<String>>([])
  // Structs, because a bare closure behind a mutex is wrapped anew by every read of it.
  struct HandOver: Sendable { let call: @Sendable (OutboxItem) -> Void }
  private struct Listener: Sendable { let call: @Sendable (Transaction, Person, Say, StyledText) throws -> Void }
  private let outbox = Mutex<HandOver?>(nil)
  private let listeners = Mutex<[Listener]>([])
  /// Who waits for words that no channel took; `nil` until it was read.
  let owing = Mutex<Set<PersonID>?>(nil)

  package init(people: PeopleBook, personas: PersonaLibrary, replies: Replies, random: any RandomSource) {
    self.people = people
    self.personas = personas
    self.replies = replies
    self.random = random
  }

  /// - Parameter handOver: called on the writer's thread, in the order of the commits.
  package func attach(outbox handOver: @escaping @Sendable (OutboxItem) -> Void) {
    outbox.withLock { $0 = HandOver(call: handOver) }
  }
  /// - Parameter canEdit: it can change a message afterwards.
  package func open(door: String, canEdit: Bool = false) {
    openDoors.withLock { _ = $0.insert(door) }
    if canEdit { editingDoors.withLock { _ = $0.insert(door) } }
  }
  /// Whether a state can be shown there in one message that changes.
  package func canEdit(door: String) -> Bool { editingDoors.withLock { $0.contains(door) } }
  package func close(door: String) { openDoors.withLock { _ = $0.remove(door) } }
  /// Those that are open.
  package var doors: Set<String> { openDoors.withLock { $0 } }
  package func isOpen(door: String) -> Bool { openDoors.withLock { $0.contains(door) } }

  /// Called in the transaction when a person is told something that no message asked for, so that the conversation
  /// remembers it ("done" answers it).
  package func onTell(_ listener: @escaping @Sendable (Transaction, Person, Say, StyledText) throws -> Void) {
    listeners.withLock { $0.append(Listener(call: listener)) }
  }

  package func reader(_ person: Person) -> Reader {
    Reader(language: person.language, zone: person.zone, persona: person.persona)
  }

  /// Renders a `Say` for a person and stores its buttons.
  ///
  /// - Parameter known: buttons under the state before: those that do the same stay, so that a tap on it counts.
  package func render(
    _ say: Say, for person: Person, language: Language? = nil, known: [OutboundMessage.Button] = [],
    in transaction: Transaction
  ) throws -> OutboundMessage {
    var reader = reader(person)
    if let language { reader.language = language }
    let text = replies.text(of: say, for: reader, now: transaction.now)
    var buttons: [OutboundMessage.Button] = []
    for button in say.buttons {
      if let same = try known.first(where: { try isOpen($0, as: button, in: transaction) }) {
        buttons.append(same)
        continue
      }
      let id = random.code(12, alphabet: "abcdefghijkmnpqrstuvwxyz23456789")
      let label = replies.label(of: button, for: reader, now: transaction.now)
      let allowed = (button.allowed ?? [person.id]).map(\.text).joined(separator: " ")
      try transaction.execute(
        """
        INSERT INTO buttons (tenant, id, message, action, arguments, allowed, label, is_single_use, expires_at)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?)
        """, id, say.key, button.action, JSON.object(button.arguments).text(), allowed, label, button.isSingleUse,
        transaction.now + button.lifetime)
      buttons.append(.init(id: id, label: label))
    }
    return OutboundMessage(text: text, buttons: buttons, picture: say.picture, location: say.location)
  }

  /// Where what was committed goes.
  var handOver: HandOver? { outbox.withLock { $0 } }

  /// Puts a rendered message into the outbox for one chat.
  package func post(
    _ message: OutboundMessage, to person: Person, at reach: PeopleBook.Reach, urgency: Urgency, dueAt: Instant? = nil,
    dedupeKey: String? = nil, version: Int = 0, about: JSON? = nil, in transaction: Transaction
  ) throws {
    let id = transaction.newID()
    let now = transaction.now
    let due = dueAt ?? now
    // born "sending" when it leaves at once: after a crash such a row may or may not have left, and is marked so
    let isImmediate = due <= now
    let inserted = try transaction.execute(
      """
      INSERT INTO outbox (tenant, id, person, door, account, user, chat, payload, urgency, state, due_at, created_at,
        dedupe_key, version, about)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, id, person.id, reach.address.door, reach.address.account, reach.address.user, reach.chat,
      message.stored, urgency.rawValue, isImmediate ? "sending" : "waiting", due, now, dedupeKey,
      version, about?.text())
    guard inserted > 0, let handOver else { return }
    var item = OutboxItem(
      tenant: transaction.tenant, id: id, person: person.id, address: reach.address, chat: reach.chat,
      message: message, urgency: urgency, dueAt: isImmediate ? .epoch : due, createdAt: now,
      isMarkedSending: isImmediate)
    item.version = version
    let next = item
    transaction.afterCommit { handOver.call(next) }
  }

  /// Tells a person something, by the channel that suits the urgency.
  func tell(
    _ id: PersonID, _ say: Say, urgency: Urgency, doors: Set<String> = [], dedupeKey: String?,
    avoiding door: String? = nil, in transaction: Transaction
  ) throws {
    guard let person = people.person(id), person.tenant == transaction.tenant else { return }
    // a door that only tells and is not open has nobody waiting at it
    let all = people.reaches(of: id).filter { reach in
      !PeopleBook.oneWayDoors.contains(reach.address.door) || isOpen(door: reach.address.door)
    }
    let wished = all.filter { $0.isReachable && doors.contains($0.address.door) }
    let reaches = choose(wished.isEmpty ? all : wished, urgency: urgency, avoiding: door)
    let due = dueTime(for: person, urgency: urgency, now: transaction.now)
    var message = try render(say, for: person, in: transaction)
    message.purpose = urgency == .emergency ? "alert" : String(say.key.prefix { $0 != "." })
    for listener in listeners.withLock({ $0 }) { try listener.call(transaction, person, say, message.text) }
    // with nowhere to go it waits at the web page, where the person finds it
    let page = PeopleBook.Reach(
      address: Address(door: "web", user: id.text), chat: id.text, isReachable: true, lastSeen: .epoch)
    var targets = reaches.isEmpty ? [page] : reaches
    if urgency == .emergency, !reaches.isEmpty, doors.isEmpty || doors.contains("web"), isOpen(door: "web") {
      targets.append(page)
    }
    for (index, reach) in targets.enumerated() {
      let key = dedupeKey.map { index == 0 ? $0 : "\($0)#\(reach.address.door)" }
      try post(message, to: person, at: reach, urgency: urgency, dueAt: due, dedupeKey: key, in: transaction)
    }
  }

  private func choose(
    _ reaches: [PeopleBook.Reach], urgency: Urgency, avoiding door: String?
  ) -> [PeopleBook.Reach] {
    let reachable = reaches.filter(\.isReachable)
    if urgency == .emergency { return reachable.isEmpty ? reaches : reachable }
    var open = reachable.filter { isOpen(door: $0.address.door) }
    open = open.filter { $0.address.door != door } + open.filter { $0.address.door == door }
    return (open.first ?? reachable.first ?? reaches.first).map { [$0] } ?? []
  }

  /// Low urgency waits for the end of the persona's quiet hours.
  private func dueTime(for person: Person, urgency: Urgency, now: Instant) -> Instant? {
    guard urgency == .low, let quiet = personas[person.persona]?.quietHours else { return nil }
    let local = person.zone.civil(now)
    guard quiet.contains(local.time) else { return nil }
    let day = local.time < quiet.to ? local.date : local.date.adding(days: 1)
    return person.zone.instant(of: day.at(quiet.to))
  }
}

extension Transaction {
  /// Speaks to somebody who becomes a person with this change, so that no channel of theirs is known yet.
  package func tell(newcomer person: Person, at address: Address, chat: String, _ say: Say) throws {
    guard let delivery = service(Delivery.self) else { return }
    let reach = PeopleBook.Reach(address: address, chat: chat, isReachable: true, lastSeen: now)
    try delivery.post(
      delivery.render(say, for: person, in: self), to: person, at: reach, urgency: .normal, in: self)
  }

  /// Speaks to a person first. The text is made in their language and zone, and commits with this change.
  ///
  /// - Parameters:
  ///   - urgency: `.low` waits for the end of quiet hours, `.emergency` goes to every channel.
  ///   - doors: only by these; by all as usual when empty, or when none of them reaches the person.
  ///   - dedupeKey: a second telling under the same key does nothing.
  ///   - door: not by this one, if there is another: it is what the message complains of.
  package func tell(
    _ person: PersonID, _ say: Say, urgency: Urgency = .normal, doors: Set<String> = [], dedupeKey: String? = nil,
    avoiding door: String? = nil
  ) throws {
    try service(Delivery.self)?.tell(
      person, say, urgency: urgency, doors: doors, dedupeKey: dedupeKey, avoiding: door, in: self)
  }
}
