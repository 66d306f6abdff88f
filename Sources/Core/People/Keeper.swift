package import Base
package import Formats
package import Store

/// The rows that a room of Core or a door keeps: its tables, and what it forgets and exports of a person.
///
/// A house takes tables from rooms and keepers only, so none can be left out when somebody is forgotten. What others
/// wrote or were told stays theirs.
package struct Keeper: Sendable {
  package let name: String
  package let migrations: [Migration]
  /// Removes everything it keeps of a person. - Returns: how many rows went.
  package let forget: @Sendable (PersonID, inout Transaction) throws -> Int
  /// Takes what a person said and was told out of what it keeps, wherever one of some names stands in it. Nothing but the
  /// words goes: what was done stays. - Returns: how many rows were changed or went.
  package let unsay: @Sendable (PersonID, [String], inout Transaction) throws -> Int
  /// Everything it keeps of a person, readable; null when that is nothing.
  package let export: @Sendable (PersonID, HouseReader) throws -> JSON

  package init(
    _ name: String, migrations: [Migration],
    forget: @escaping @Sendable (PersonID, inout Transaction) throws -> Int,
    unsay: @escaping @Sendable (PersonID, [String], inout Transaction) throws -> Int = { _, _, _ in 0 },
    export: @escaping @Sendable (PersonID, HouseReader) throws -> JSON
  ) {
    self.name = name
    self.migrations = migrations
    self.forget = forget
    self.unsay = unsay
    self.export = export
  }
}

extension Transaction {
  /// The book of this house, for what keepers must know of a person's addresses.
  ///
  /// - Throws: `store.misuse` where no house is running: rows must not go while memory keeps the person.
  package func peopleBook() throws -> PeopleBook {
    guard let people = service(PeopleBook.self) else {
      throw StoreError(.misuse, "This house has no book of people.")
    }
    return people
  }
}
