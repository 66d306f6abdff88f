import Actions
import Base
import Store

/// Reminders and lists that speak of something that is to be forgotten.
///
/// What a person set for somebody else, and what others wrote on a list they share, is theirs and stays.
enum ReminderMentions {
  static let all = Mentions(
    find: { person, sought, rows in
      try timed(person, sought, rows) + placed(person, sought, rows) + listed(person, sought, rows)
    },
    remove: { mention, person, transaction in
      let (kind, id) = kindOf(mention.id)
      switch kind {
      case "reminders":
        try ReminderFiring.unscheduleAll(id, transaction)
        try transaction.execute("DELETE FROM reminder_fires WHERE tenant = :tenant AND reminder = ?", id)
        try transaction.execute("DELETE FROM reminders WHERE tenant = :tenant AND id = ? AND person = ?", id, person)
      case "place_reminders":
        try transaction.execute(
          "DELETE FROM place_reminders WHERE tenant = :tenant AND id = ? AND person = ?", id, person)
      case "list_items":
        try transaction.execute("DELETE FROM list_items WHERE tenant = :tenant AND id = ? AND person = ?", id, person)
      default:
        try transaction.execute("DELETE FROM list_items WHERE tenant = :tenant AND list = ?", id)
        try transaction.execute("DELETE FROM lists WHERE tenant = :tenant AND id = ? AND person = ?", id, person)
      }
    })

  private static func timed(
    _ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying
  ) throws -> [Mention] {
    try rows.query(
      "SELECT id, text, state, person FROM reminders WHERE tenant = :tenant AND (person = ? OR creator = ?)", person,
      person
    ) { row -> Mention? in
      guard sought.stand(in: row.text(1)) else { return nil }
      return Mention(
        .reminder, id: "reminders/" + row.text(0), words: row.text(1), fate: row.id(3) == person ? .goes : .kept,
        isOpen: row.text(2) == Reminder.State.active.rawValue)
    }.compactMap(\.self)
  }

  private static func placed(
    _ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying
  ) throws -> [Mention] {
    try rows.query(
      "SELECT id, text, place, person FROM place_reminders WHERE tenant = :tenant AND (person = ? OR creator = ?)",
      person, person
    ) { row -> Mention? in
      guard sought.stand(in: row.text(1)) || sought.stand(in: row.text(2)) else { return nil }
      return Mention(
        .reminder, id: "place_reminders/" + row.text(0), words: row.text(1),
        fate: row.id(3) == person ? .goes : .kept, isOpen: true)
    }.compactMap(\.self)
  }

  private static func listed(
    _ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying
  ) throws -> [Mention] {
    var found: [Mention] = []
    for list in try SharedList.of(person, rows) {
      if sought.stand(in: list.name) {
        let isAlone = try list.owner == person && list.members(rows).isEmpty
        found.append(Mention(.list, id: "lists/" + list.id, words: list.name, fate: isAlone ? .goes : .kept))
        // its lines go with it
        if isAlone { continue }
      }
      found += try rows.query(
        "SELECT id, text, person, done_at FROM list_items WHERE tenant = :tenant AND list = ?", list.id
      ) { row -> Mention? in
        guard sought.stand(in: row.text(1)) else { return nil }
        return Mention(
          .listItem, id: "list_items/" + row.text(0), words: row.text(1), fate: row.id(2) == person ? .goes : .kept,
          isOpen: row.optionalInstant(3) == nil)
      }.compactMap(\.self)
    }
    return found
  }

  /// The table and the row in it.
  private static func kindOf(_ id: String) -> (String, String) {
    let parts = id.split(separator: "/", maxSplits: 1).map(String.init)
    return (parts[0], parts.count > 1 ? parts[1] : "")
  }
}
