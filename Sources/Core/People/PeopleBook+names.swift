package import Base

extension PeopleBook {
  /// What a speaker calls somebody: the family word where there is one ("Amma"), else the name.
  package func called(_ person: PersonID, by speaker: PersonID) -> String {
    let word = elders(of: speaker).first { $0.person.id == person }?.link.called ?? ""
    return word.isEmpty ? self.person(person)?.name ?? "" : word
  }
}
