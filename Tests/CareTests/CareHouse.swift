import Actions
import Base
import Care
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing
import Text
import Time

/// The elder Lakshmi (Tamil), her son Ravi (the owner) and, where asked for, her daughter Priya.
///
/// It is Monday 23 November 2026, 10:00 in Kolkata.
struct CareHouse {
  let house: RoomHarness
  let priya: Person?

  init(withPriya: Bool = false, rights: Set<FamilyLink.Right> = Set(FamilyLink.Right.allCases)) async throws {
    let house = try await RoomHarness([Care.room])
    self.house = house
    guard withPriya else {
      priya = nil
      return
    }
    let (people, elder) = (house.people, house.elder)
    let priya = Person(
      id: PersonID("01900000-0000-7000-8000-00000000aaaa"), tenant: house.owner.tenant, name: "Priya",
      persona: "founder", language: .english, zone: house.owner.zone)
    try await house.store.write { transaction in
      try people.add(priya, in: &transaction)
      try people.link(
        FamilyLink(elder: elder.id, relative: priya.id, called: "Mummy", rights: rights), tenant: elder.tenant,
        in: &transaction)
      try people.bind(
        Address(door: "telegram", account: "1", user: "priya"), chat: "priya", to: priya, in: &transaction)
    }
    self.priya = priya
  }

  /// Changes what the son may do.
  func grant(_ rights: Set<FamilyLink.Right>) async throws {
    let (people, elder, owner) = (house.people, house.elder, house.owner)
    try await house.store.write {
      try people.link(
        FamilyLink(elder: elder.id, relative: owner.id, called: "Amma", rights: rights), tenant: elder.tenant, in: &$0)
    }
  }

  /// Gives the daughter the rights again, or takes them all.
  func link(_ priya: Person, rights: Set<FamilyLink.Right> = Set(FamilyLink.Right.allCases)) async throws {
    let (people, elder) = (house.people, house.elder)
    try await house.store.write {
      try people.link(
        FamilyLink(elder: elder.id, relative: priya.id, called: "Mummy", rights: rights), tenant: elder.tenant, in: &$0)
    }
  }

  func unlink(_ priya: Person) async throws { try await link(priya, rights: []) }

  func addMedicine(_ name: String, at: String, _ more: JSONObject = [:], as person: Person? = nil) async throws {
    var arguments: JSONObject = [
      "name": .string(name), "schedule": ["at": .string("2026-11-23T" + at), "rrule": "FREQ=DAILY"],
    ]
    for member in more.members { arguments[member.key] = member.value }
    try await house.run("medicine.add", arguments, as: person ?? house.elder)
    _ = house.told()
  }

  func doses() async throws -> [String] {
    try await house.tenant().read { reader in
      try reader.query("SELECT state FROM doses WHERE tenant = :tenant ORDER BY due_at, id") { $0.text(0) }
    }
  }

  @discardableResult
  func tap(_ label: String, as person: Person) async throws -> Outcome {
    let call = try #require(try await house.call(ofButton: label, to: person))
    return try await house.run(call.name, call.arguments, as: person)
  }

  func code(_ name: String, _ arguments: JSONObject = [:], as person: Person? = nil) async -> String? {
    do {
      try await house.run(name, arguments, as: person)
      return nil
    } catch {
      return (error as? ActionError)?.code
    }
  }

  func field(_ name: String, _ arguments: JSONObject = [:], as person: Person? = nil) async -> String? {
    do {
      try await house.run(name, arguments, as: person)
      return nil
    } catch {
      return (error as? ActionError)?.field
    }
  }
}
