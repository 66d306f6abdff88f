import Base
import Formats
import People
import Store

/// A list of things, of one person or of several who all write in it: the shopping list.
struct SharedList: Sendable, Hashable {
  struct Item: Sendable, Hashable {
    let id: String
    let text: String
    let by: PersonID
    let at: Instant
  }

  let id: String
  let owner: PersonID
  let name: String

  static let usual = "shopping"
  static let itemLimit = 200

  private init(_ row: Row) {
    id = row.text(0)
    owner = row.id(1)
    name = row.text(2)
  }

  init(id: String, owner: PersonID, name: String) {
    self.id = id
    self.owner = owner
    self.name = name
  }

  /// Those that somebody writes in: their own first.
  static func of(_ person: PersonID, _ reader: some Querying) throws -> [SharedList] {
    try reader.query(
      """
      SELECT id, person, name FROM lists WHERE tenant = :tenant AND (person = ? OR id IN
        (SELECT list FROM list_members WHERE tenant = :tenant AND person = ?))
      ORDER BY person <> ?, created_at, id LIMIT 100
      """, person, person, person
    ) { SharedList($0) }
  }

  /// Those that may be seen: not the list of somebody from whom every right was taken, nor theirs who took it.
  static func of(_ person: PersonID, among people: PeopleBook, _ reader: some Querying) throws -> [SharedList] {
    try of(person, reader).filter { !isClosed(person, $0.owner, people) }
  }

  static func isClosed(_ one: PersonID, _ other: PersonID, _ people: PeopleBook) -> Bool {
    people.isClosed(one, to: other) || people.isClosed(other, to: one)
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT INTO lists (tenant, id, person, name, created_at) VALUES (:tenant, ?, ?, ?, ?)", id, owner, name,
      transaction.now)
  }

  func members(_ reader: some Querying) throws -> [PersonID] {
    try reader.query(
      "SELECT person FROM list_members WHERE tenant = :tenant AND list = ? ORDER BY person", id
    ) { $0.id(0) }
  }

  func share(with member: PersonID, _ isShared: Bool, _ transaction: Transaction) throws {
    if isShared {
      try transaction.execute(
        "INSERT INTO list_members (tenant, list, person) VALUES (:tenant, ?, ?) ON CONFLICT DO NOTHING", id, member)
    } else {
      try transaction.execute(
        "DELETE FROM list_members WHERE tenant = :tenant AND list = ? AND person = ?", id, member)
    }
  }

  /// What is still on it, oldest first.
  func items(_ reader: some Querying) throws -> [Item] {
    try reader.query(
      """
      SELECT id, text, person, at FROM list_items WHERE tenant = :tenant AND list = ? AND done_at IS NULL
      ORDER BY at, id LIMIT ?
      """, id, Self.itemLimit
    ) { Item(id: $0.text(0), text: $0.text(1), by: $0.id(2), at: $0.instant(3)) }
  }

  func add(_ text: String, by person: PersonID, _ transaction: Transaction) throws -> Item {
    let item = Item(id: transaction.newID(), text: text, by: person, at: transaction.now)
    try transaction.execute(
      "INSERT INTO list_items (tenant, id, list, text, person, at) VALUES (:tenant, ?, ?, ?, ?, ?)", item.id, id, text,
      person, item.at)
    return item
  }

  /// Takes items off it, or puts them back.
  func mark(_ items: [String], done: Bool, _ transaction: Transaction) throws -> Int {
    var changed = 0
    let at: Instant? = done ? transaction.now : nil
    for item in items {
      changed += try transaction.execute(
        "UPDATE list_items SET done_at = ? WHERE tenant = :tenant AND list = ? AND id = ?", at, id, item)
    }
    return changed
  }

  var json: JSON { ["id": .string(id), "owner": .string(owner.text), "name": .string(name)] }
}
