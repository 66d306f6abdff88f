package import Base
import Formats
import Messages
import People
package import Store
import Telemetry
import Time

/// A message that its channel gave up goes on by the person's next one; where there is none, the owner is told.
extension Delivery {
  /// How often one channel is tried with a message that it took and then lost.
  static let triesPerChannel = 3
  private static let doorNames = [
    "telegram": "Telegram", "whatsapp": "WhatsApp", PeopleBook.emailDoor: "e-mail",
  ]

  /// The message as it was given up, and where it has been before.
  private struct Lost {
    let person: PersonID
    let reach: PeopleBook.Reach
    let message: OutboundMessage
    let urgency: Urgency
    /// All that carry the same words begin their dedupe key with it.
    let root: String
  }

  private struct Carrier {
    let id: String
    let door: String
    let user: String
    let state: String
    let receipt: String?

    /// It has the words there, or may yet. What waits at the web page waits until somebody looks.
    var isGood: Bool { state != "failed" && receipt != "failed" && (door != "web" || state == "sent") }
  }

  /// Passes a message on in the transaction that gives it up.
  ///
  /// - Parameters:
  ///   - id: of the outbox.
  ///   - pause: its own channel may take it yet: it goes there once more after this, a few times at most.
  func passOn(_ id: String, againAfter pause: Duration? = nil, in transaction: Transaction) throws {
    guard let lost = try lost(id, transaction), let person = people.person(lost.person),
      // a stranger's code and a word to a group are nobody else's business
      people.person(at: lost.reach.address)?.id == person.id,
      !OutboundMessage.passing.contains(lost.message.purpose ?? ""),
      !PeopleBook.ownDoors.contains(lost.reach.address.door)
    else { return }
    let carriers = try carriers(lost.root, id, transaction)
    guard !carriers.contains(where: { $0.id != id && $0.isGood }) else { return }
    func send(_ reach: PeopleBook.Reach, after pause: Duration) throws {
      try post(
        lost.message, to: person, at: reach, urgency: lost.urgency, dueAt: transaction.now + pause,
        dedupeKey: "\(lost.root)#\(reach.address.door)+\(carriers.count)", in: transaction)
    }
    func tries(_ address: Address) -> Int { carriers.count { $0.door == address.door && $0.user == address.user } }
    if let pause, tries(lost.reach.address) < Self.triesPerChannel { return try send(lost.reach, after: pause) }
    let next = people.reaches(of: person.id).first { reach in
      reach.isReachable && isOpen(door: reach.address.door) && tries(reach.address) == 0
    }
    if let next { return try send(next, after: .zero) }
    try owe(id, to: person.id, in: transaction)
    let teller = Self.teller(lost.root)
    if let teller {
      try tell(
        teller, Say("delivery.untold", ["name": .text(person.name), "text": .text(lost.message.text.text)]),
        urgency: .normal, dedupeKey: "un\(lost.root)", in: transaction)
    }
    try report(lost, person, knows: teller, transaction)
  }

  /// The key of words that somebody passes on: who hears when they do not arrive.
  package static func relayKey(by teller: PersonID, in transaction: Transaction) -> String {
    "told.\(teller).\(transaction.newID())"
  }

  private static func teller(_ key: String) -> PersonID? {
    let parts = key.split(separator: ".")
    return parts.count == 3 && parts[0] == "told" ? PersonID(String(parts[1])) : nil
  }

  /// Tells the owner, once a day about one person, and never about the telling itself.
  private func report(_ lost: Lost, _ person: Person, knows teller: PersonID?, _ transaction: Transaction) throws {
    let door = lost.reach.address.door
    guard let owner = people.owner(of: person.tenant), owner.id != person.id else {
      return Log("delivery").error("The owner could not be reached by any channel", ["door": .text(door)])
    }
    guard owner.id != teller else { return }
    let day = owner.zone.civil(transaction.now).date
    try tell(
      owner.id,
      Say("delivery.unreached", ["name": .text(person.name), "door": .text(Self.doorNames[door] ?? door)]),
      urgency: .normal, dedupeKey: "unreached.\(person.id).\(day)", in: transaction)
  }

  private func lost(_ id: String, _ transaction: Transaction) throws -> Lost? {
    try transaction.first(
      """
      SELECT person, door, account, user, chat, payload, urgency, dedupe_key FROM outbox
      WHERE tenant = :tenant AND id = ?
      """, id
    ) { row -> Lost? in
      guard let message = OutboundMessage(stored: row.text(5)) else { return nil }
      let key = row.optionalText(7) ?? "passed.\(id)"
      return Lost(
        person: PersonID(row.text(0)),
        reach: PeopleBook.Reach(
          address: Address(door: row.text(1), account: row.text(2), user: row.text(3)), chat: row.text(4),
          isReachable: true, lastSeen: .epoch),
        message: message, urgency: Urgency(rawValue: row.integer(6)) ?? .normal,
        root: key.lastIndex(of: "#").map { String(key[..<$0]) } ?? key)
    } ?? nil
  }

  private func carriers(_ root: String, _ id: String, _ transaction: Transaction) throws -> [Carrier] {
    let origin = root.hasPrefix("passed.") ? String(root.dropFirst(7)) : id
    return try transaction.query(
      """
      SELECT id, door, user, state, receipt FROM outbox WHERE tenant = :tenant
        AND (dedupe_key = ? OR dedupe_key >= ? AND dedupe_key < ? OR id = ?)
      """, root, root + "#", root + "$", origin
    ) { row in
      Carrier(
        id: row.text(0), door: row.text(1), user: row.text(2), state: row.text(3), receipt: row.optionalText(4))
    }
  }
}

extension HouseTransaction {
  /// What was given up goes on by another way, where a house is running.
  func passOn(_ id: String, of tenant: TenantID, againAfter pause: Duration? = nil) throws {
    try service(Delivery.self)?.passOn(id, againAfter: pause, in: self.tenant(tenant))
  }
}
