package import Store

/// The tables of tenants, persons, their addresses and links, pairing codes and tokens.
package enum PeopleMigrations {
  private static let plainNumber = ["+", "-", "(", ")", ".", "/"].reduce("user") { "replace(\($0), '\($1)', '')" }

  package static let all: [Migration] = [
    Migration(
      room: "people", number: 1,
      sql: [
        """
        CREATE TABLE tenants (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE persons (
          tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, persona TEXT NOT NULL, language TEXT NOT NULL,
          zone TEXT NOT NULL, country TEXT NOT NULL, is_owner INTEGER NOT NULL, created_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        """
        CREATE TABLE addresses (
          door TEXT NOT NULL, account TEXT NOT NULL, user TEXT NOT NULL, person_tenant TEXT NOT NULL,
          person TEXT NOT NULL, chat TEXT NOT NULL, is_reachable INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
          PRIMARY KEY (door, account, user)) STRICT
        """,
        """
        CREATE TABLE family_links (
          tenant TEXT NOT NULL, elder TEXT NOT NULL, relative TEXT NOT NULL, called TEXT NOT NULL,
          rights TEXT NOT NULL, PRIMARY KEY (tenant, elder, relative)) STRICT
        """,
        """
        CREATE TABLE pairings (
          id TEXT PRIMARY KEY, code_hash TEXT NOT NULL, door TEXT NOT NULL, account TEXT NOT NULL, user TEXT NOT NULL,
          chat TEXT NOT NULL, name TEXT NOT NULL, asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
          state TEXT NOT NULL) STRICT
        """,
        """
        CREATE TABLE pairing_guesses (guesser TEXT NOT NULL, at INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE tokens (
          id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL, person_tenant TEXT NOT NULL, person TEXT NOT NULL,
          scopes TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER) STRICT
        """,
      ]),
    // a second id of the same account, by which somebody is known but not written to
    Migration(
      room: "people", number: 2,
      sql: ["ALTER TABLE addresses ADD COLUMN is_alias INTEGER NOT NULL DEFAULT 0"]),
    // to see medicines was to change them, until these were two rights
    Migration(
      room: "people", number: 3,
      sql: ["UPDATE family_links SET rights = rights || ',log,notes' WHERE instr(rights, 'medicines') > 0"]),
    Migration(room: "people", number: 4, sql: ["ALTER TABLE persons ADD COLUMN silent_phrase TEXT"]),
    // numbers that were kept as somebody typed them: no message ever came from those
    Migration(
      room: "people", number: 5,
      sql: [
        """
        UPDATE OR IGNORE addresses SET user = ltrim(user, '+'), chat = ltrim(user, '+')
        WHERE door = 'telegram' AND account = '' AND chat = user AND user GLOB '+[1-9]*'
        """,
        """
        UPDATE OR IGNORE addresses SET user = substr(user, 3), chat = substr(user, 3)
        WHERE door = 'whatsapp' AND account = '' AND chat = user AND user GLOB '00[1-9]*'
        """,
        """
        UPDATE OR IGNORE addresses SET user = \(plainNumber), chat = \(plainNumber)
        WHERE door = 'whatsapp' AND account = '' AND chat = user AND user GLOB '*[0-9]*'
          AND user GLOB '*[^0-9]*' AND user NOT GLOB '*[^0-9+()./-]*'
        """,
      ]),
    // being added is not being heard from: whoever was seen no later than that has not written
    Migration(
      room: "people", number: 6,
      sql: [
        "ALTER TABLE persons ADD COLUMN heard_at INTEGER",
        """
        UPDATE persons SET heard_at = (
          SELECT max(last_seen_at) FROM addresses
          WHERE addresses.person = persons.id AND last_seen_at > persons.created_at + 60000000)
        """,
      ]),
    // a stranger who asks again is answered, in the language that their app has
    Migration(
      room: "people", number: 7,
      sql: [
        "ALTER TABLE pairings ADD COLUMN language TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE pairings ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0",
      ]),
  ]
}
