import Store

extension Care {
  static let migrations: [Migration] = [
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
      ]),
    Migration(
      room: "care", number: 2,
      sql: [
        "ALTER TABLE medicines ADD COLUMN said TEXT",
        "ALTER TABLE medicines ADD COLUMN stock REAL",
        "ALTER TABLE medicines ADD COLUMN warn_days INTEGER",
        "ALTER TABLE medicines ADD COLUMN is_warned INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE medicines ADD COLUMN min_gap_s INTEGER",
        "ALTER TABLE medicines ADD COLUMN daily_max INTEGER",
        "ALTER TABLE medicines ADD COLUMN note TEXT",
        "ALTER TABLE medicines ADD COLUMN family_after_s INTEGER",
        "ALTER TABLE doses ADD COLUMN message TEXT",
        """
        CREATE TABLE dose_entries (
          tenant TEXT NOT NULL, dose TEXT NOT NULL, number INTEGER NOT NULL, person TEXT NOT NULL, was TEXT,
          state TEXT NOT NULL, done_at INTEGER, who TEXT, door TEXT NOT NULL, at INTEGER NOT NULL,
          PRIMARY KEY (tenant, dose, number)) STRICT
        """,
        "CREATE INDEX dose_entries_by_person ON dose_entries (tenant, person, at)",
        """
        CREATE TABLE meal_times (
          tenant TEXT NOT NULL, person TEXT NOT NULL, meal TEXT NOT NULL, second INTEGER NOT NULL,
          PRIMARY KEY (tenant, person, meal)) STRICT
        """,
        "ALTER TABLE appointments ADD COLUMN prepare TEXT",
        "ALTER TABLE appointments ADD COLUMN travel_s INTEGER",
        """
        CREATE TABLE checkins (
          tenant TEXT NOT NULL, person TEXT NOT NULL, creator TEXT NOT NULL, ask_second INTEGER NOT NULL,
          tell_second INTEGER NOT NULL, any_message INTEGER NOT NULL, PRIMARY KEY (tenant, person)) STRICT
        """,
        """
        CREATE TABLE checkin_days (
          tenant TEXT NOT NULL, person TEXT NOT NULL, day TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'seen', 'silent')), asked_at INTEGER,
          answered_at INTEGER, message TEXT, PRIMARY KEY (tenant, person, day)) STRICT
        """,
        """
        CREATE TABLE birthdays (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, whose TEXT NOT NULL, subject TEXT,
          month INTEGER NOT NULL, day INTEGER NOT NULL, year INTEGER, created_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX birthdays_by_person ON birthdays (tenant, person)",
      ]),
    // when an alert's next step is due stands with the alert too, so that somebody else than the scheduler can see it
    Migration(
      room: "care", number: 3,
      sql: [
        "ALTER TABLE alerts ADD COLUMN next_at INTEGER",
        "ALTER TABLE alerts ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE alerts ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0",
        """
        UPDATE alerts SET next_at = (
          SELECT min(at) FROM due WHERE due.tenant = alerts.tenant AND kind = 'care.alert' AND subject = alerts.id)
        WHERE state = 'open'
        """,
        "CREATE INDEX alerts_next ON alerts (next_at) WHERE next_at IS NOT NULL",
        """
        CREATE TABLE ladders (
          tenant TEXT NOT NULL, person TEXT NOT NULL, ladder TEXT NOT NULL, set_by TEXT NOT NULL, set_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, person)) STRICT
        """,
      ]),
    Migration(
      room: "care", number: 4,
      sql: [
        """
        CREATE TABLE family_notes (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL,
          at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX family_notes_by_person ON family_notes (tenant, person, at)",
        """
        CREATE TABLE family_summaries (
          tenant TEXT NOT NULL, person TEXT NOT NULL, relative TEXT NOT NULL, timetable TEXT NOT NULL,
          PRIMARY KEY (tenant, person, relative)) STRICT
        """,
      ]),
    Migration(
      room: "care", number: 5,
      sql: [
        """
        CREATE TABLE location_consents (
          tenant TEXT NOT NULL, person TEXT NOT NULL, relative TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('asked', 'yes', 'no')), at INTEGER NOT NULL, door TEXT NOT NULL,
          PRIMARY KEY (tenant, person, relative)) STRICT
        """,
        """
        CREATE TABLE location_views (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, viewer TEXT NOT NULL, reason TEXT NOT NULL,
          subject TEXT, at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX location_views_by_person ON location_views (tenant, person, at)",
        """
        CREATE TABLE places (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, latitude REAL NOT NULL,
          longitude REAL NOT NULL, radius_m REAL NOT NULL, side TEXT, pending TEXT, count INTEGER NOT NULL,
          since INTEGER, seen_at INTEGER, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX places_by_person ON places (tenant, person)",
        """
        CREATE TABLE place_watchers (
          tenant TEXT NOT NULL, place TEXT NOT NULL, person TEXT NOT NULL, relative TEXT NOT NULL,
          PRIMARY KEY (tenant, place, relative)) STRICT
        """,
        """
        CREATE TABLE location_signals (
          tenant TEXT NOT NULL, person TEXT NOT NULL, silence_s INTEGER, set_at INTEGER NOT NULL,
          is_silent INTEGER NOT NULL, is_low INTEGER NOT NULL, PRIMARY KEY (tenant, person)) STRICT
        """,
      ]),
    Migration(
      room: "care", number: 6, sql: ["ALTER TABLE alerts ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0"]),
    // when the family hears of a dose at the latest: it does not move with every "later"
    Migration(room: "care", number: 7, sql: ["ALTER TABLE doses ADD COLUMN family_at INTEGER"]),
    // what was said, so that an appointment follows new rules of its zone; unknown for those made before
    Migration(
      room: "care", number: 8,
      sql: ["ALTER TABLE appointments ADD COLUMN wall TEXT", "ALTER TABLE appointments ADD COLUMN zone TEXT"]),
    Migration(
      room: "care", number: 9,
      sql: [
        """
        CREATE TABLE measures (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, value REAL NOT NULL,
          second REAL, eaten TEXT, noted_by TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX measures_by_person ON measures (tenant, person, at)",
      ]),
  ]
}
