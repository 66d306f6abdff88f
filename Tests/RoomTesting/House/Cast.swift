package import Actions
package import Base
import Foundation
package import Messages
import People
import Store
import Synchronization
import Text
import Time

/// Who lives in the simulated house. Lakshmi is looked after by Ravi and Priya; Bob and Carol are another tenant's.
package enum Cast {
  package struct Member: Sendable {
    package let name: String
    package let tenant: String
    package let persona: String
    package let zone: String
    package var isOwner = false
  }

  package static let members = [
    Member(name: "Ravi", tenant: "home", persona: "founder", zone: "Asia/Kolkata", isOwner: true),
    Member(name: "Priya", tenant: "home", persona: "founder", zone: "Asia/Kolkata"),
    Member(name: "Lakshmi", tenant: "home", persona: "elder", zone: "Asia/Kolkata"),
    Member(name: "Arun", tenant: "home", persona: "founder", zone: "America/New_York"),
    Member(name: "Meena", tenant: "home", persona: "founder", zone: "Europe/Berlin"),
    Member(name: "Bob", tenant: "acme", persona: "founder", zone: "UTC", isOwner: true),
    Member(name: "Carol", tenant: "acme", persona: "founder", zone: "Asia/Kolkata"),
  ]
  package static let elder = 2
  package static let relatives = [0, 1]

  package static func chat(_ index: Int) -> String { "c\(index)" }
  package static func id(_ index: Int) -> PersonID { PersonID("01900000-0000-7000-8000-00000000000\(index)") }
  package static func address(_ index: Int) -> Address { Address(door: "telegram", account: "1", user: chat(index)) }

  /// Stores with everybody in them by the rooms they hold, each made once and copied for each house.
  private static let templates = Mutex<[String: TestFolder]>([:])

  private static func makeTemplate(_ rooms: [Room]) throws -> TestFolder {
    let folder = try TestFolder("cast")
    let path = folder.path + "/house.db"
    var options = StoreOptions(clock: FixedClock(Instant(seconds: 1_700_000_000)), random: SeededRandom(seed: 1))
    options.ballastBytes = 4_096
    let database = try SQLiteDatabase(path: path, options: options)
    let house = HouseStore(database)
    let people = PeopleBook(store: house, zones: .shared)
    try SimulatedHouse.wait {
      try await database.migrate(SimulatedHouse.migrations(rooms))
      try await house.write { transaction in
        for tenant in ["home", "acme"] {
          try transaction.execute("INSERT INTO tenants (id, name, created_at) VALUES (?, ?, 0)", tenant, tenant)
        }
        for (index, member) in members.enumerated() {
          let person = Person(
            id: id(index), tenant: TenantID(member.tenant), name: member.name, persona: member.persona,
            language: .english, zone: try Zone.named(member.zone), isOwner: member.isOwner)
          try people.add(person, in: &transaction)
          try people.bind(address(index), chat: chat(index), to: person, in: &transaction)
        }
        for relative in relatives {
          try people.link(
            FamilyLink(elder: id(elder), relative: id(relative)), tenant: TenantID("home"), in: &transaction)
        }
      }
      await database.close()
    }
    return folder
  }

  /// Puts a fresh store at a path.
  package static func makeStore(at path: String, rooms: [Room]) throws {
    let key = rooms.map(\.name).joined(separator: ",")
    let template = try templates.withLock { templates in
      if let known = templates[key] { return known }
      let made = try makeTemplate(rooms)
      templates[key] = made
      return made
    }
    try FileManager.default.copyItem(atPath: template.path + "/house.db", toPath: path)
  }
}
