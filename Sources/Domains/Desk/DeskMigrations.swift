import Store

enum DeskMigrations {
  static let all: [Migration] = [
    Migration(
      room: "desk", number: 1,
      sql: [
        """
        CREATE TABLE desk_projects (
          tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, made_by TEXT,
          created_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX desk_projects_once ON desk_projects (tenant, folded)",
        """
        CREATE TABLE desk_links (
          tenant TEXT NOT NULL, id TEXT NOT NULL, project TEXT NOT NULL, platform TEXT NOT NULL,
          external_id TEXT NOT NULL, person TEXT NOT NULL, created_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX desk_links_once ON desk_links (tenant, platform, external_id)",
        """
        CREATE TABLE desk_tasks (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, title TEXT NOT NULL, project TEXT,
          due_at INTEGER, due_day TEXT, state TEXT NOT NULL, created_at INTEGER NOT NULL, settled_at INTEGER,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX desk_tasks_open ON desk_tasks (tenant, person) WHERE state = 'open'",
        """
        CREATE TABLE desk_expenses (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
          what TEXT, project TEXT, day TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX desk_expenses_day ON desk_expenses (tenant, person, day)",
        """
        CREATE TABLE desk_events (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, title TEXT NOT NULL, starts TEXT NOT NULL,
          zone TEXT NOT NULL, seconds INTEGER NOT NULL, is_all_day INTEGER NOT NULL, rule TEXT,
          created_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX desk_events_person ON desk_events (tenant, person)",
        // what a calendar file says for all its events: zones, and the zone it is shown in
        """
        CREATE TABLE desk_calendars (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, header BLOB NOT NULL,
          imported_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX desk_calendars_name ON desk_calendars (tenant, person, name)",
        // events as they were written; `last_day` is empty for those that repeat or were changed
        """
        CREATE TABLE desk_calendar_events (
          tenant TEXT NOT NULL, person TEXT NOT NULL, uid TEXT NOT NULL, instance TEXT NOT NULL,
          calendar TEXT NOT NULL, sequence INTEGER NOT NULL, first_day TEXT NOT NULL, last_day TEXT,
          is_free INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (tenant, person, uid, instance)) STRICT
        """,
        "CREATE INDEX desk_calendar_events_last ON desk_calendar_events (tenant, person, last_day)",
      ]),
    // in the order in which they are listed, so that a list reads no more than it shows; all of them are counted from the
    // index alone
    Migration(
      room: "desk", number: 2,
      sql: [
        "DROP INDEX desk_tasks_open",
        """
        CREATE INDEX desk_tasks_open ON desk_tasks (tenant, person, due_at IS NULL, due_at, id, project, state)
        WHERE state = 'open'
        """,
      ]),
  ]
}
