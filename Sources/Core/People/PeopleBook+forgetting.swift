import Base
import Formats
import Messages
import Store
import Synchronization

extension Keeper {
  package static let people = Keeper(
    "people", migrations: PeopleMigrations.all + PeopleBook.voiceMigrations,
    forget: { person, transaction in
      var house = transaction.widened()
      return try transaction.peopleBook().forget(person, in: &house)
    },
    export: { person, house in try PeopleBook.export(person, house) })
}

extension PeopleBook {
  /// Removes a person: from memory at once, so that no address, token or session of theirs is good any more, and from
  /// every table of this room. A transaction that fails brings them back.
  ///
  /// - Returns: how many rows went.
  func forget(_ id: PersonID, in house: inout HouseTransaction) throws -> Int {
    let forgotten = state.withLock { $0.remove(id) }
    house.onRollback { [self] in state.withLock { $0.restore(forgotten) } }
    // a change of theirs that commits together with this one must not bring them back
    house.afterCommit { [self] in state.withLock { _ = $0.remove(id) } }
    var gone = 0
    // a code is bound to the account that asked, whichever of our accounts it asked
    gone += try house.execute(
      """
      DELETE FROM pairings WHERE EXISTS
        (SELECT 1 FROM addresses a WHERE a.person = ? AND a.door = pairings.door AND a.user = pairings.user)
      """, id)
    gone += try house.execute("DELETE FROM pairing_guesses WHERE guesser = ?", id)
    gone += try house.execute("DELETE FROM tokens WHERE person = ?", id)
    gone += try house.execute("DELETE FROM family_links WHERE elder = ? OR relative = ?", id, id)
    gone += try house.execute("DELETE FROM voice_wishes WHERE person = ?", id)
    gone += try house.execute("DELETE FROM addresses WHERE person = ?", id)
    gone += try house.execute("DELETE FROM persons WHERE id = ?", id)
    return gone
  }

  static func export(_ id: PersonID, _ house: HouseReader) throws -> JSON {
    let person = try house.first(
      "SELECT name, persona, language, zone, country, is_owner, created_at FROM persons WHERE id = ?", id
    ) { row -> JSON in
      [
        "name": .string(row.text(0)), "persona": .string(row.text(1)), "language": .string(row.text(2)),
        "zone": .string(row.text(3)), "country": .string(row.text(4)), "owner": .bool(row.bool(5)),
        "added": .string(row.instant(6).description),
      ]
    }
    let addresses = try house.query(
      "SELECT door, user, chat, is_reachable, last_seen_at FROM addresses WHERE person = ? ORDER BY door, user", id
    ) { row -> JSON in
      [
        "door": .string(row.text(0)), "id": .string(row.text(1)), "chat": .string(row.text(2)),
        "reachable": .bool(row.bool(3)), "last_seen": .string(row.instant(4).description),
      ]
    }
    let links = try house.query(
      "SELECT elder, relative, called, rights FROM family_links WHERE elder = ? OR relative = ?", id, id
    ) { row -> JSON in
      [
        "elder": .string(row.text(0)), "relative": .string(row.text(1)), "called": .string(row.text(2)),
        "rights": JSON(row.text(3).split(separator: ",").map(String.init)),
      ]
    }
    let tokens = try house.query(
      "SELECT id, scopes, created_at, expires_at, revoked_at FROM tokens WHERE person = ? ORDER BY created_at", id
    ) { row -> JSON in
      [
        "id": .string(row.text(0)), "scopes": .string(row.text(1)), "made": .string(row.instant(2).description),
        "expires": JSON(row.optionalInstant(3)?.description), "revoked": JSON(row.optionalInstant(4)?.description),
      ]
    }
    guard let person else { return .null }
    return [
      "person": person, "addresses": .array(addresses), "family": .array(links), "tokens": .array(tokens),
      "voice": try exportVoice(id, house),
    ]
  }
}

extension PeopleBook.State {
  /// What was held of one person.
  struct Forgotten: Sendable {
    let person: Person?
    let addresses: [Address]
    let reaches: [PeopleBook.Reach]
    let links: [FamilyLink]
    let tokens: [Token]
    let voice: VoiceWishes?
    let id: PersonID
  }

  mutating func remove(_ id: PersonID) -> Forgotten {
    let forgotten = Forgotten(
      person: persons[id], addresses: byAddress.filter { $0.value == id }.map(\.key), reaches: reaches[id] ?? [],
      links: links.filter { $0.elder == id || $0.relative == id }, tokens: tokens.values.filter { $0.person == id },
      voice: voices[id], id: id)
    persons[id] = nil
    voices[id] = nil
    for address in forgotten.addresses {
      byAddress[address] = nil
      seenOnDisk[address] = nil
    }
    reaches[id] = nil
    (heard[id], heardOnDisk[id]) = (nil, nil)
    links.removeAll { $0.elder == id || $0.relative == id }
    for token in forgotten.tokens { tokens[token.id] = nil }
    return forgotten
  }

  mutating func restore(_ forgotten: Forgotten) {
    persons[forgotten.id] = forgotten.person
    voices[forgotten.id] = forgotten.voice
    for address in forgotten.addresses { byAddress[address] = forgotten.id }
    reaches[forgotten.id] = forgotten.reaches
    links += forgotten.links
    for token in forgotten.tokens { tokens[token.id] = token }
  }
}
