package import Base
package import Messages
package import Store
import Synchronization
import Text
package import Time

extension PeopleBook {
  /// Adds a person; memory follows after the commit.
  package func add(_ person: Person, in house: inout HouseTransaction) throws {
    _ = try house.execute(
      """
      INSERT INTO persons (tenant, id, name, persona, language, zone, country, is_owner, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, person.tenant, person.id, person.name, person.persona, person.language.code, person.zone.identifier,
      person.country, person.isOwner, house.now)
    house.afterCommit { [self] in state.withLock { $0.persons[person.id] = person } }
  }

  /// Stores what changed about a person (name, persona, language, zone, country).
  package func update(_ person: Person, in house: inout HouseTransaction) throws {
    let changed = try house.execute(
      "UPDATE persons SET name = ?, persona = ?, language = ?, zone = ?, country = ? WHERE tenant = ? AND id = ?",
      person.name, person.persona, person.language.code, person.zone.identifier, person.country, person.tenant,
      person.id)
    guard changed > 0 else { return }
    house.afterCommit { [self] in state.withLock { $0.persons[person.id] = person } }
  }

  /// Binds an address to a person; an address has one owner, so a rebinding moves it.
  package func bind(
    _ address: Address, chat: String, to person: Person, in house: inout HouseTransaction
  ) throws {
    let now = house.now
    _ = try house.execute(
      """
      INSERT INTO addresses (door, account, user, person_tenant, person, chat, is_reachable, last_seen_at)
      VALUES (?, ?, ?, ?, ?, ?, 1, ?)
      ON CONFLICT (door, account, user) DO UPDATE SET person_tenant = excluded.person_tenant, person = excluded.person,
        chat = excluded.chat, is_reachable = 1, is_alias = 0, last_seen_at = excluded.last_seen_at
      """, address.door, address.account, address.user, person.tenant, person.id, chat, now)
    house.afterCommit { [self] in
      state.withLock { state in
        if let previous = state.byAddress[address] {
          state.reaches[previous]?.removeAll { $0.address == address }
        }
        state.byAddress[address] = person.id
        state.seenOnDisk[address] = now
        state.reaches[person.id, default: []].append(
          Reach(address: address, chat: chat, isReachable: true, lastSeen: now))
      }
    }
  }

  /// Marks an address that the platform refuses for good (blocked, deactivated), until it writes again.
  package func markUnreachable(_ address: Address, in house: inout HouseTransaction) throws {
    let address = state.withLock { $0.known(address) }
    _ = try house.execute(
      "UPDATE addresses SET is_reachable = 0 WHERE door = ? AND account = ? AND user = ?", address.door,
      address.account, address.user)
    house.afterCommit { [self] in
      state.withLock { state in
        guard let person = state.byAddress[address],
          let index = state.reaches[person]?.firstIndex(where: { $0.address == address })
        else { return }
        state.reaches[person]?[index].isReachable = false
      }
    }
  }

  package func link(_ link: FamilyLink, tenant: TenantID, in house: inout HouseTransaction) throws {
    let rights = link.rights.map(\.rawValue).sorted().joined(separator: ",")
    _ = try house.execute(
      """
      INSERT INTO family_links (tenant, elder, relative, called, rights) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (tenant, elder, relative) DO UPDATE SET called = excluded.called, rights = excluded.rights
      """, tenant, link.elder, link.relative, link.called, rights)
    house.afterCommit { [self] in
      state.withLock { state in
        state.links.removeAll { $0.elder == link.elder && $0.relative == link.relative }
        state.links.append(link)
      }
    }
  }

  /// Sets what a relative may, for an elder of the transaction's own tenant; a link that is there already is changed.
  package func link(_ link: FamilyLink, in transaction: Transaction) throws {
    var house = transaction.widened()
    try self.link(link, tenant: transaction.tenant, in: &house)
  }

  /// Makes tenant `home` and its owner on the first start.
  ///
  /// - Returns: the owner, made or found.
  package func ensureOwner(name: String, zone: Zone, ids: IDGenerator) async throws -> Person {
    let tenant = TenantID("home")
    if let owner = owner(of: tenant) { return owner }
    let person = Person(
      id: PersonID(ids.next()), tenant: tenant, name: name, persona: "founder", language: .english, zone: zone,
      isOwner: true)
    try await store.write { [self] house in
      _ = try house.execute(
        "INSERT INTO tenants (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tenant, "home", house.now)
      try add(person, in: &house)
    }
    return person
  }
}
