package import Actions
import Base
import Formats
import Schedule
import Store

/// The elder's day: medicines, appointments, where they are, and help when they call for it.
package enum Care {
  package static let room = Room(
    name: "care", migrations: migrations,
    actions: [
      AddMedicine.self, ListMedicines.self, MedicineTaken.self, SkipMedicine.self, SnoozeMedicine.self,
      StopMedicine.self, ResumeMedicine.self, ReopenDose.self, CareStatus.self, AddAppointment.self,
      ListAppointments.self, CancelAppointment.self, RestoreAppointment.self, RaiseAlert.self, AcknowledgeAlert.self,
      CancelAlert.self,
      TestAlert.self, ShowLocation.self, TrackCare.self, ShowDay.self, SayWell.self,
    ],
    dueHandlers: [
      DueHandler(doseKind, DoseFiring.handle), DueHandler(alertKind, AlertLadder.handle),
      DueHandler(appointmentKind, Appointments.handle),
    ],
    lists: [
      EntityList("medicines", tables: ["medicines"]) { person, reader in
        try Medicine.active(for: person, reader).map { .init(id: $0.id, name: $0.name) }
      }
    ],
    forget: { person, transaction in
      // by their ids alone: a row that cannot be read any more must go as well
      func ids(_ table: String) throws -> [String] {
        try transaction.query("SELECT id FROM \(table) WHERE tenant = :tenant AND person = ?", person) { $0.text(0) }
      }
      for medicine in try ids("medicines") { try DoseFiring.unscheduleAll(medicine, transaction) }
      for appointment in try ids("appointments") {
        try transaction.unschedule(appointmentKind, subject: appointment)
      }
      for alert in try ids("alerts") { try transaction.unschedule(alertKind, subject: alert) }
      var gone = 0
      for table in ["doses", "medicines", "appointments", "locations", "care_events", "alerts"] {
        gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND person = ?", person)
      }
      gone += try transaction.execute("DELETE FROM alert_steps WHERE tenant = :tenant AND person = ?", person)
      // in what is kept for others, who did it is no longer named
      try transaction.execute("UPDATE doses SET settled_by = NULL WHERE tenant = :tenant AND settled_by = ?", person)
      try transaction.execute("UPDATE alerts SET taken_by = NULL WHERE tenant = :tenant AND taken_by = ?", person)
      try transaction.execute("UPDATE alert_steps SET who = NULL WHERE tenant = :tenant AND who = ?", person)
      // a column that must name somebody names whom it is about
      for (table, column) in [("medicines", "creator"), ("appointments", "creator"), ("care_events", "reported_by")] {
        try transaction.execute(
          "UPDATE \(table) SET \(column) = person WHERE tenant = :tenant AND \(column) = ?", person)
      }
      return gone
    },
    export: { person, reader in
      [
        "medicines": .array(
          try Medicine.all(for: person, reader).map { medicine in
            var json = medicine.json
            json["doses"] = .array(try Dose.all(of: medicine.id, reader).map(\.json))
            return json
          }),
        "appointments": .array(try Appointment.all(for: person, reader).map(\.json)),
        "locations": .array(try Location.all(for: person, reader).map(\.json)),
        "events": .array(try CareEvent.all(for: person, reader)),
        "alerts": .array(
          try Alert.all(for: person, reader).map { alert in
            var json = alert.json
            json["steps"] = .array(try Alert.steps(of: alert.id, reader))
            return json
          }),
      ]
    })

  static let doseKind = "care.dose"
  static let alertKind = "care.alert"
  static let appointmentKind = "care.appointment"

  private static let migrations: [Migration] = [
    Migration(
      room: "care", number: 1,
      sql: [
        """
        CREATE TABLE medicines (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, creator TEXT NOT NULL, name TEXT NOT NULL,
          dose TEXT, timetable TEXT NOT NULL, is_critical INTEGER NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('active', 'stopped')), next_at INTEGER, created_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX medicines_by_person ON medicines (tenant, person, state)",
        """
        CREATE TABLE doses (
          tenant TEXT NOT NULL, id TEXT NOT NULL, medicine TEXT NOT NULL, person TEXT NOT NULL, due_at INTEGER NOT NULL,
          state TEXT NOT NULL
          CHECK (state IN ('asked', 'later', 'taken', 'skipped', 'missed', 'unknown', 'stopped')), asked_at INTEGER,
          next_at INTEGER, asks INTEGER NOT NULL, is_family_told INTEGER NOT NULL DEFAULT 0, settled_by TEXT,
          settled_door TEXT, settled_at INTEGER, PRIMARY KEY (tenant, id), UNIQUE (tenant, medicine, due_at)) STRICT
        """,
        "CREATE INDEX doses_by_person ON doses (tenant, person, due_at)",
        """
        CREATE TABLE appointments (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, creator TEXT NOT NULL, title TEXT NOT NULL,
          starts_at INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('planned', 'cancelled')),
          created_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX appointments_by_person ON appointments (tenant, person, starts_at)",
        """
        CREATE TABLE locations (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, latitude REAL NOT NULL,
          longitude REAL NOT NULL, accuracy_m REAL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX locations_by_person ON locations (tenant, person, at)",
        """
        CREATE TABLE care_events (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL,
          data TEXT NOT NULL, reported_by TEXT NOT NULL, door TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX care_events_by_person ON care_events (tenant, person, at)",
        """
        CREATE TABLE alerts (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, what TEXT, is_test INTEGER NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('open', 'taken', 'cancelled', 'ended')), ladder TEXT NOT NULL,
          step INTEGER NOT NULL, raised_at INTEGER NOT NULL, door TEXT NOT NULL, latitude REAL, longitude REAL,
          located_at INTEGER, taken_by TEXT, taken_at INTEGER, closed_at INTEGER, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX alerts_by_person ON alerts (tenant, person, state)",
        """
        CREATE TABLE alert_steps (
          tenant TEXT NOT NULL, alert TEXT NOT NULL, number INTEGER NOT NULL, person TEXT NOT NULL,
          at INTEGER NOT NULL, what TEXT NOT NULL, who TEXT, PRIMARY KEY (tenant, alert, number)) STRICT
        """,
      ])
  ]
}
