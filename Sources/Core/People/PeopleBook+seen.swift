package import Base
package import Messages
package import Store
import Synchronization
import Telemetry

/// When and by which ids people are seen: noted in memory with every message, on the disk in the background.
extension PeopleBook {
  /// A last-seen time on the disk may be older than the true one by this much; it orders addresses, no more.
  static let seenGrain: Duration = .minutes(5)
  private static let log = Log("people")

  /// Who wrote a message: by the address that it came from, else by the sender's other id at that door.
  package func person(from message: InboundMessage) -> Person? {
    person(at: message.from) ?? message.alias.flatMap { person(at: $0) }
  }

  /// Notes that a person wrote, and learns the second id of a sender who is known by one.
  ///
  /// Both ids must come from the platform's own authenticated words: this is what makes one as good as the other.
  package func saw(_ message: InboundMessage, at instant: Instant) {
    learn(message)
    saw(message.from, at: instant)
    // nothing is bound at our own doors, and words said there count as well
    if Self.ownDoors.contains(message.from.door), let person = person(at: message.from) {
      heard(person.id, at: instant)
    }
  }

  /// When somebody last wrote or tapped, wherever that was; `nil` for whoever never did.
  package func lastHeard(of person: PersonID) -> Instant? { state.withLock { $0.heard[person] } }

  private func heard(_ person: PersonID, at instant: Instant) {
    guard state.withLock({ $0.hear(person, at: instant) }) else { return }
    store.submit {
      try Self.writeHeard(person, instant, in: $0)
    } completion: { [self] result in
      if case .failure = result { state.withLock { $0.heardOnDisk[person] = nil } }
    }
  }

  private static func writeHeard(_ person: PersonID, _ instant: Instant, in house: HouseTransaction) throws {
    try house.execute("UPDATE persons SET heard_at = max(coalesce(heard_at, 0), ?) WHERE id = ?", instant, person)
  }

  /// Notes that a person was seen at an address. Costs a write at most once in five minutes an address, and at once when
  /// the address had been given up.
  package func saw(_ address: Address, at instant: Instant) {
    let due = state.withLock { state -> (address: Address?, person: PersonID?) in
      let address = state.known(address)
      guard let person = state.byAddress[address] else { return (nil, nil) }
      let heard = state.hear(person, at: instant) ? person : nil
      guard let index = state.reaches[person]?.firstIndex(where: { $0.address == address }) else { return (nil, heard) }
      let wasReachable = state.reaches[person]?[index].isReachable ?? true
      state.reaches[person]?[index].lastSeen = instant
      state.reaches[person]?[index].isReachable = true
      if wasReachable, let stored = state.seenOnDisk[address], instant - stored < Self.seenGrain { return (nil, heard) }
      state.seenOnDisk[address] = instant
      return (address, heard)
    }
    guard due.address != nil || due.person != nil else { return }
    store.submit { house in
      if let address = due.address {
        try house.execute(
          """
          UPDATE addresses SET last_seen_at = max(last_seen_at, ?), is_reachable = 1
          WHERE door = ? AND account = ? AND user = ?
          """, instant, address.door, address.account, address.user)
      }
      if let person = due.person { try Self.writeHeard(person, instant, in: house) }
    } completion: { [self] result in
      // the next message tries again
      guard case .failure = result else { return }
      state.withLock { state in
        if let address = due.address { state.seenOnDisk[address] = nil }
        if let person = due.person { state.heardOnDisk[person] = nil }
      }
    }
  }

  private func learn(_ message: InboundMessage) {
    guard let alias = message.alias, !Self.ownDoors.contains(message.from.door) else { return }
    let (byAddress, byAlias) = (person(at: message.from), person(at: alias))
    let job: @Sendable (inout HouseTransaction) throws -> Void
    switch (byAddress, byAlias) {
    case (let known?, nil):
      job = { [self] in try remember(alias, chat: message.chat, of: known, isAlias: true, in: &$0) }
    case (nil, let known?):
      // answers go where the person writes from now on
      job = { [self] house in
        guard try remember(message.from, chat: message.chat, of: known, isAlias: false, in: &house) else { return }
        try demote(alias, in: &house)
      }
    case (let one?, let other?) where one.id != other.id:
      Self.log.warning("Two people share an account by its two ids", ["door": .text(message.from.door)])
      return
    default: return
    }
    store.submit(.normal, job) { result in
      if case .failure(let error) = result { Self.log.warning("A second id was not kept", ["error": .error(error)]) }
    }
  }

  /// Adds an id for a person, unless somebody has it already.
  @discardableResult
  private func remember(
    _ address: Address, chat: String, of person: Person, isAlias: Bool, in house: inout HouseTransaction
  ) throws -> Bool {
    guard try holder(of: address, in: house) == nil,
      try house.exists("SELECT 1 FROM persons WHERE id = ?", person.id)
    else { return false }
    let now = house.now
    try house.execute(
      """
      INSERT INTO addresses (door, account, user, person_tenant, person, chat, is_reachable, last_seen_at, is_alias)
      VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)
      """, address.door, address.account, address.user, person.tenant, person.id, chat, now, isAlias)
    house.afterCommit { [self] in
      state.withLock { state in
        state.byAddress[address] = person.id
        guard !isAlias else { return }
        state.seenOnDisk[address] = now
        state.reaches[person.id, default: []].append(
          Reach(address: address, chat: chat, isReachable: true, lastSeen: now))
      }
    }
    return true
  }

  /// Keeps an address as an id only: nothing is sent there any more.
  private func demote(_ address: Address, in house: inout HouseTransaction) throws {
    guard let held = try holder(of: address, in: house) else { return }
    let key = held.address
    try house.execute(
      "UPDATE addresses SET is_alias = 1 WHERE door = ? AND account = ? AND user = ?", key.door, key.account, key.user)
    house.afterCommit { [self] in
      state.withLock { $0.reaches[held.person]?.removeAll { $0.address == key } }
    }
  }

  /// A platform says that somebody's number or id changed: the address moves with the person.
  ///
  /// - Returns: false, and nothing changes, when nobody is known by the old one or somebody else has the new one.
  @discardableResult
  package func move(
    _ old: Address, to new: Address, chat: String, in house: inout HouseTransaction
  ) throws -> Bool {
    guard old != new, let held = try holder(of: old, in: house) else { return false }
    if let other = try holder(of: new, in: house) {
      guard other.person == held.person else { return false }
      try delete(other.address, in: house)
    }
    try delete(held.address, in: house)
    guard let person = person(held.person) else { return false }
    var address = new
    // an address that was typed in goes on to hold for any account of ours
    address.account = held.address.account
    return try remember(address, chat: chat, of: person, isAlias: held.isAlias, in: &house)
  }

  private func delete(_ address: Address, in house: HouseTransaction) throws {
    try house.execute(
      "DELETE FROM addresses WHERE door = ? AND account = ? AND user = ?", address.door, address.account, address.user)
    house.afterCommit { [self] in
      state.withLock { state in
        guard let person = state.byAddress.removeValue(forKey: address) else { return }
        state.seenOnDisk[address] = nil
        state.reaches[person]?.removeAll { $0.address == address }
      }
    }
  }

  /// Who has an address, as the transaction sees it: under our account there, or typed in for any of them.
  private func holder(
    of address: Address, in house: HouseTransaction
  ) throws -> (person: PersonID, address: Address, isAlias: Bool)? {
    try house.first(
      """
      SELECT person, account, is_alias FROM addresses
      WHERE door = ? AND user = ? AND account IN (?, '') ORDER BY account DESC LIMIT 1
      """, address.door, address.user, address.account
    ) { row in
      (
        PersonID(row.text(0)), Address(door: address.door, account: row.text(1), user: address.user), row.bool(2)
      )
    }
  }
}
