package import Actions
package import Base
import Foundation
package import Messages
import People
import Store
import Synchronization
package import Text
import Time

/// Who lives in the simulated house. Lakshmi is looked after by Ravi and Priya; Bob and Carol are another tenant's.
package enum Cast {
  package struct Member: Sendable, Hashable {
    package let name: String
    package let tenant: String
    package let persona: String
    package let zone: String
    package var language = Language.english
    package var isOwner = false

    package init(
      name: String, tenant: String = "home", persona: String, zone: String, language: Language = .english,
      isOwner: Bool = false
    ) {
      (self.name, self.tenant, self.persona, self.zone) = (name, tenant, persona, zone)
      (self.language, self.isOwner) = (language, isOwner)
    }
  }

  /// Who looks after whom, by their places among the members.
  package struct Link: Sendable, Hashable {
    package let elder: Int
    package let relative: Int
    package let called: String

    package init(elder: Int, relative: Int, called: String = "") {
      (self.elder, self.relative, self.called) = (elder, relative, called)
    }
  }

  package static let links = relatives.map { Link(elder: elder, relative: $0) }
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

  /// Stores by the rooms they hold and who is in them, each made once and copied for each house.
  private static let templates = Mutex<[Key: TestFolder]>([:])

  private struct Key: Hashable {
    var rooms: [String]
    var members: [Member]
    var links: [Link]
  }

  /// Everybody is added to a copy of the empty store: making its tables is what takes long.
  private static func makeTemplate(_ rooms: [Room], _ members: [Member], _ links: [Link]) throws -> TestFolder {
    let folder = try TestFolder("cast")
    let path = folder.path + "/house.db"
    if !members.isEmpty { try makeStore(at: path, rooms: rooms, members: [], links: []) }
    var options = StoreOptions(clock: FixedClock(Instant(seconds: 1_700_000_000)), random: SeededRandom(seed: 1))
    options.ballastBytes = 4_096
    let database = try SQLiteDatabase(path: path, options: options)
    let house = HouseStore(database)
    let people = PeopleBook(store: house, zones: .shared)
    try SimulatedHouse.wait {
      try await database.migrate(SimulatedHouse.migrations(rooms))
      try await house.write { transaction in
        if members.isEmpty { return }
        for tenant in Set(members.map(\.tenant)).union(["home"]).sorted() {
          try transaction.execute("INSERT INTO tenants (id, name, created_at) VALUES (?, ?, 0)", tenant, tenant)
        }
        for (index, member) in members.enumerated() {
          let person = Person(
            id: id(index), tenant: TenantID(member.tenant), name: member.name, persona: member.persona,
            language: member.language, zone: try Zone.named(member.zone), isOwner: member.isOwner)
          try people.add(person, in: &transaction)
          try people.bind(address(index), chat: chat(index), to: person, in: &transaction)
        }
        for link in links {
          try people.link(
            FamilyLink(elder: id(link.elder), relative: id(link.relative), called: link.called),
            tenant: TenantID(members[link.elder].tenant), in: &transaction)
        }
      }
      await database.close()
    }
    return folder
  }

  /// Puts a fresh store at a path.
  package static func makeStore(
    at path: String, rooms: [Room], members: [Member] = Cast.members, links: [Link] = Cast.links
  ) throws {
    let key = Key(rooms: rooms.map(\.name), members: members, links: links)
    let known = templates.withLock { $0[key] }
    let template = try known ?? makeTemplate(rooms, members, links)
    templates.withLock { $0[key] = template }
    try FileManager.default.copyItem(atPath: template.path + "/house.db", toPath: path)
  }
}
