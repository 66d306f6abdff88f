package import Actions
import Base
import Events
import Formats
import Schedule
import Store

/// Reminders: once or again and again, for oneself or a linked person, told once for each due time.
package enum Reminders {
  package static let room = Room(
    name: "reminders", migrations: migrations,
    actions: [
      CreateReminder.self, RemindBefore.self, ListReminders.self, ReminderDone.self, SnoozeReminder.self,
      SkipReminder.self,
      EditReminder.self, CancelReminder.self, RestoreReminder.self, ReopenReminder.self,
      RemindAtPlace.self, CancelPlaceReminder.self, AddToList.self, ShowList.self, TakeOffList.self,
      MarkListItems.self, ShareList.self,
    ],
    reactions: [
      Reaction(to: "place.reached", PlaceReminders.hear), Reaction(to: "times.move", MovedTimes.move),
      Reaction(to: "zones.changed", MovedTimes.replan),
    ],
    dueHandlers: [DueHandler(kind, ReminderFiring.handle)],
    lists: [
      EntityList("reminders", tables: ["reminders", "place_reminders"]) { person, reader in
        try Reminder.active(around: person, reader).map { .init(id: $0.id, name: $0.text) }
          + PlaceReminders.waiting(around: person, reader).map { .init(id: $0.id, name: $0.text) }
      }
    ],
    deeds: ReminderDeeds.all,
    forget: { person, transaction in
      // by their ids alone: a row that cannot be read any more must go as well
      let reminders = try transaction.query(
        "SELECT id FROM reminders WHERE tenant = :tenant AND person = ?", person
      ) { $0.text(0) }
      for reminder in reminders { try ReminderFiring.unscheduleAll(reminder, transaction) }
      let fires = try transaction.execute("DELETE FROM reminder_fires WHERE tenant = :tenant AND person = ?", person)
      let own = try transaction.execute("DELETE FROM reminders WHERE tenant = :tenant AND person = ?", person)
      // what the person set for others stays theirs, without the name of who set it
      try transaction.execute("UPDATE reminders SET creator = person WHERE tenant = :tenant AND creator = ?", person)
      try transaction.execute(
        "UPDATE reminder_fires SET settled_by = NULL WHERE tenant = :tenant AND settled_by = ?", person)
      return try fires + own + forgetLists(person, transaction)
    },
    mentions: ReminderMentions.all,
    export: { person, reader in
      let reminders = try Reminder.of(person, reader)
      let all = try reminders.map { reminder -> JSON in
        var json = reminder.json
        json["fires"] = .array(try ReminderFire.all(of: reminder.id, reader).map(\.json))
        return json
      }
      let lists = try SharedList.of(person, reader).map { list -> JSON in
        var json = list.json
        json["items"] = JSON(try list.items(reader).map(\.text))
        return json
      }
      // as it always was, with what has come since behind it
      return .array(all + (try PlaceReminders.all(of: person, reader)) + lists)
    })

  /// A person's own lists go, and what they wrote in those of others.
  private static func forgetLists(_ person: PersonID, _ transaction: Transaction) throws -> Int {
    var gone = 0
    for list in try SharedList.of(person, transaction) where list.owner == person {
      gone += try transaction.execute("DELETE FROM list_items WHERE tenant = :tenant AND list = ?", list.id)
      gone += try transaction.execute("DELETE FROM list_members WHERE tenant = :tenant AND list = ?", list.id)
    }
    for table in ["list_items", "list_members", "lists", "place_reminders"] {
      gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND person = ?", person)
    }
    try transaction.execute(
      "UPDATE place_reminders SET creator = person WHERE tenant = :tenant AND creator = ?", person)
    return gone
  }

  /// What is due is a reminder, a snoozed fire or the next nag of one: all of a person together make one message.
  static let kind = "reminders.due"

  private static let migrations: [Migration] = [
    Migration(
      room: "reminders", number: 1,
      sql: [
        """
        CREATE TABLE reminders (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, creator TEXT NOT NULL, text TEXT NOT NULL,
          timetable TEXT NOT NULL, nags INTEGER NOT NULL, state TEXT NOT NULL
          CHECK (state IN ('active', 'ended', 'cancelled')), next_at INTEGER, created_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX reminders_by_person ON reminders (tenant, person, state, next_at)",
        "CREATE INDEX reminders_by_creator ON reminders (tenant, creator, state)",
        """
        CREATE TABLE reminder_fires (
          tenant TEXT NOT NULL, id TEXT NOT NULL, reminder TEXT NOT NULL, person TEXT NOT NULL,
          due_at INTEGER NOT NULL, state TEXT NOT NULL
          CHECK (state IN ('due', 'sent', 'acknowledged', 'skipped', 'missed', 'cancelled')), fired_at INTEGER,
          again_at INTEGER, told INTEGER NOT NULL, settled_by TEXT, settled_door TEXT, settled_at INTEGER,
          PRIMARY KEY (tenant, id), UNIQUE (tenant, reminder, due_at)) STRICT
        """,
        "CREATE INDEX reminder_fires_by_person ON reminder_fires (tenant, person, state, fired_at)",
      ]),
    Migration(
      room: "reminders", number: 2,
      sql: [
        """
        CREATE TABLE place_reminders (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, creator TEXT NOT NULL, text TEXT NOT NULL,
          place TEXT NOT NULL, created_at INTEGER NOT NULL, told_at INTEGER, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX place_reminders_by_person ON place_reminders (tenant, person, place)",
        """
        CREATE TABLE lists (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX lists_by_person ON lists (tenant, person)",
        """
        CREATE TABLE list_members (
          tenant TEXT NOT NULL, list TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (tenant, list, person)) STRICT
        """,
        "CREATE INDEX list_members_by_person ON list_members (tenant, person)",
        """
        CREATE TABLE list_items (
          tenant TEXT NOT NULL, id TEXT NOT NULL, list TEXT NOT NULL, text TEXT NOT NULL, person TEXT NOT NULL,
          at INTEGER NOT NULL, done_at INTEGER, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX list_items_by_list ON list_items (tenant, list, done_at)",
      ]),
  ]
}
