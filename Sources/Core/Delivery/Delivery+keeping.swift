package import Base
import Formats
import Messages
package import People
package import Store
import Text

extension Keeper {
  package static let delivery = Keeper(
    "delivery", migrations: DeliveryMigrations.all,
    forget: { person, transaction in
      var gone = 0
      for (door, user, chat) in try accounts(of: person, transaction) {
        // by the chat where they read, and by the sender's id inside the message (in any chat)
        gone += try transaction.widened().execute(
          """
          DELETE FROM inbox WHERE door = ? AND (chat = ? OR
            ? IN (json_extract(iif(json_valid(payload), payload, '{}'), '$.from.user'),
              json_extract(iif(json_valid(payload), payload, '{}'), '$.alias.user')))
          """, door, chat, user)
        gone += try transaction.execute(
          "DELETE FROM outbox WHERE tenant = :tenant AND door = ? AND user = ?", door, user)
      }
      for table in ["outbox", "kept_files", "wanted_files"] {
        gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND person = ?", person)
      }
      // a button that others may press too stays theirs
      gone += try transaction.execute("DELETE FROM buttons WHERE tenant = :tenant AND allowed = ?", person)
      try transaction.execute(
        """
        UPDATE buttons SET allowed = trim(replace(allowed, ?, '')) WHERE tenant = :tenant AND instr(allowed, ?) > 0
        """, person, person)
      return gone
    },
    unsay: { person, names, transaction in
      var gone = try transaction.forgetMessages(of: person, at: [], saying: [], naming: names)
      // a button that nobody else may press holds the call, and what stands on it
      let buttons = try transaction.query(
        "SELECT id, arguments, label FROM buttons WHERE tenant = :tenant AND allowed = ?", person
      ) { (id: $0.text(0), words: $0.text(1) + " " + $0.text(2)) }
      for button in buttons where names.contains(where: { WordSearch.holds(button.words, $0) }) {
        gone += try transaction.execute("DELETE FROM buttons WHERE tenant = :tenant AND id = ?", button.id)
      }
      return try gone + transaction.unsayFiles(of: person, names)
    },
    export: { person, house in
      let sent = try house.query(
        "SELECT created_at, door, state, payload FROM outbox WHERE person = ? ORDER BY created_at, id", person
      ) { row -> JSON in
        [
          "at": .string(row.instant(0).description), "door": .string(row.text(1)), "state": .string(row.text(2)),
          "message": (try? JSON.parse(row.text(3))) ?? .null,
        ]
      }
      let files = try house.query(
        "SELECT id, type, name, length(bytes), created_at FROM kept_files WHERE person = ? ORDER BY created_at", person
      ) { row -> JSON in
        [
          "id": .string(row.text(0)), "type": .string(row.text(1)), "name": JSON(row.optionalText(2)),
          "bytes": .integer(row.int(3)), "at": .string(row.instant(4).description),
        ]
      }
      return sent.isEmpty && files.isEmpty ? .null : ["sent": .array(sent), "files": .array(files)]
    })

  /// The person's ids at the doors, with the chat that belongs to each.
  fileprivate static func accounts(
    of person: PersonID, _ transaction: Transaction
  ) throws -> [(door: String, user: String, chat: String)] {
    let people = try transaction.peopleBook()
    let chats = people.reaches(of: person).reduce(into: [Address: String]()) { $0[$1.address] = $1.chat }
    return people.addresses(of: person).map { ($0.door, $0.user, chats[$0] ?? $0.user) }
      + PeopleBook.ownDoors.sorted().map { ($0, person.text, person.text) }
  }
}

extension Querying {
  /// Files of a person whose name or caption holds one of some names: those that are kept, and those still to be fetched.
  package func filesNaming(_ names: [String], of person: PersonID) throws -> [String] {
    guard !names.isEmpty else { return [] }
    return try query(
      """
      SELECT id, name FROM kept_files WHERE tenant = :tenant AND person = ? AND name IS NOT NULL UNION ALL
      SELECT source, media FROM wanted_files WHERE tenant = :tenant AND person = ?
      """, person, person
    ) { (id: $0.text(0), words: $0.text(1)) }.filter { file in names.contains { WordSearch.holds(file.words, $0) } }
      .map(\.id)
  }
}

extension Transaction {
  /// - Returns: how many files went.
  fileprivate func unsayFiles(of person: PersonID, _ names: [String]) throws -> Int {
    var gone = 0
    for file in try filesNaming(names, of: person) {
      gone += try execute(
        "DELETE FROM kept_files WHERE tenant = :tenant AND person = ? AND id = ?", person, file)
      gone += try execute(
        "DELETE FROM wanted_files WHERE tenant = :tenant AND person = ? AND source = ?", person, file)
    }
    return gone
  }

  /// Takes what is to be forgotten out of a person's messages: what was sent in some moments or names somebody goes, what
  /// came in stays as a mark that it came, without its words.
  ///
  /// - Parameters:
  ///   - moments: when turns were answered.
  ///   - said: words of these turns; what came in holds one of them.
  ///   - names: whoever is to be forgotten, whenever they were named.
  /// - Returns: how many messages.
  @discardableResult
  package func forgetMessages(
    of person: PersonID, at moments: Set<Instant>, saying said: [String], naming names: [String]
  ) throws -> Int {
    var sent: [String] = []
    try scan(
      "SELECT id, created_at, payload FROM outbox WHERE tenant = :tenant AND person = ? AND state IN ('sent', 'failed')",
      person
    ) { row in
      let text = row.text(2)
      if moments.contains(row.instant(1)) || names.contains(where: { WordSearch.holds(text, $0) }) {
        sent.append(row.text(0))
      }
      return true
    }
    for id in sent { try execute("DELETE FROM outbox WHERE tenant = :tenant AND id = ?", id) }
    var came: [Int64] = []
    let house = widened()
    for (door, user, chat) in try Keeper.accounts(of: person, self) {
      try house.scan(
        """
        SELECT seq, received_at, payload FROM inbox WHERE door = ? AND state <> 'waiting' AND payload <> '{}' AND (chat = ?
          OR json_extract(iif(json_valid(payload), payload, '{}'), '$.from.user') = ?)
        """, door, chat, user
      ) { row in
        let (at, text) = (row.instant(1), row.text(2))
        let isOfTurn = moments.contains { at <= $0 && at > $0 - .minutes(10) } && said.contains { text.contains($0) }
        if isOfTurn || names.contains(where: { WordSearch.holds(text, $0) }) { came.append(row.int(0)) }
        return true
      }
    }
    for seq in came { try house.execute("UPDATE inbox SET payload = '{}' WHERE seq = ?", seq) }
    return sent.count + came.count
  }
}
