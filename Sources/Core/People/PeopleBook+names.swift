package import Base
package import Store

extension PeopleBook {
  /// What a speaker calls somebody: the family word where there is one ("Amma"), else the name.
  package func called(_ person: PersonID, by speaker: PersonID) -> String {
    let word = elders(of: speaker).first { $0.person.id == person }?.link.called ?? ""
    return word.isEmpty ? self.person(person)?.name ?? "" : word
  }
}

extension PeopleBook {
  /// Somebody of the same name in the same house: two of them could not be told apart.
  package func namesake(_ name: String, in tenant: TenantID) -> Person? {
    let wanted = name.lowercased()
    return everybody.first { $0.tenant == tenant && $0.name.lowercased() == wanted }
  }

  /// The name, with a number behind it where somebody has it already.
  package func free(_ name: String, in tenant: TenantID) -> String {
    guard namesake(name, in: tenant) != nil else { return name }
    var number = 2
    while namesake("\(name) \(number)", in: tenant) != nil { number += 1 }
    return "\(name) \(number)"
  }
}

extension PeopleBook {
  /// Who has one house, and everybody in it, read from a store that nobody need own.
  package static func household(
    _ house: HouseReader
  ) throws -> (owner: PersonID, tenant: TenantID, people: [(id: PersonID, name: String)])? {
    let owner = try house.query("SELECT id, tenant FROM persons WHERE is_owner = 1 LIMIT 1") {
      (PersonID($0.text(0)), TenantID($0.text(1)))
    }.first
    guard let (id, tenant) = owner else { return nil }
    let people = try house.query("SELECT id, name FROM persons WHERE tenant = ? ORDER BY name", tenant.text) {
      (id: PersonID($0.text(0)), name: $0.text(1))
    }
    return (id, tenant, people)
  }
}
