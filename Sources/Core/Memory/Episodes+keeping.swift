import Base
import Formats
package import People
import Store

extension Keeper {
  package static let memory = Keeper(
    "memory", migrations: MemoryMigrations.all,
    forget: { person, transaction in
      try transaction.execute(
        """
        DELETE FROM episodes_text WHERE tenant = :tenant
          AND rowid IN (SELECT seq FROM episodes WHERE tenant = :tenant AND person = ?)
        """, person)
      let gone = try transaction.execute("DELETE FROM episodes WHERE tenant = :tenant AND person = ?", person)
      // the index keeps deleted words in its older parts until these are merged
      if gone > 0 {
        try transaction.widened().execute("INSERT INTO episodes_text (episodes_text) VALUES ('optimize')")
      }
      return gone
    },
    export: { person, house in
      let episodes = try house.query(
        "SELECT at, door, said, replied, intent, actions FROM episodes WHERE person = ? ORDER BY at, seq", person
      ) { row -> JSON in
        [
          "at": .string(row.instant(0).description), "door": .string(row.text(1)), "said": .string(row.text(2)),
          "replied": .string(row.text(3)), "intent": JSON(row.optionalText(4)),
          "actions": JSON(row.text(5).split(separator: " ").map(String.init)),
        ]
      }
      return episodes.isEmpty ? .null : .array(episodes)
    })
}
