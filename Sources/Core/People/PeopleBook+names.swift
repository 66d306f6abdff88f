package import Base

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
