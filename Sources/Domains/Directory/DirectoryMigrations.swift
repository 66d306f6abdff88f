import Store

enum DirectoryMigrations {
  static let all: [Migration] = [
    Migration(
      room: "directory", number: 1,
      sql: [
        // `number` ties a listing to its words in the two search tables
        """
        CREATE TABLE listings (
          tenant TEXT NOT NULL, number INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL,
          category TEXT NOT NULL, address TEXT NOT NULL, lat REAL, lon REAL, phone TEXT NOT NULL,
          website TEXT NOT NULL, hours TEXT NOT NULL, zone TEXT NOT NULL, updated_at INTEGER NOT NULL,
          UNIQUE (tenant, id)) STRICT
        """,
        "CREATE INDEX listings_by_place ON listings (tenant, lat, lon)",
        "CREATE INDEX listings_by_name ON listings (tenant, name)",
        """
        CREATE VIRTUAL TABLE listings_words USING fts5(
          tenant UNINDEXED, name, category, address, tokenize = 'unicode61 remove_diacritics 2')
        """,
        "CREATE VIRTUAL TABLE listings_letters USING fts5(tenant UNINDEXED, name, tokenize = 'trigram')",
        """
        CREATE TABLE listing_reviews (
          tenant TEXT NOT NULL, listing TEXT NOT NULL, person TEXT NOT NULL, stars INTEGER NOT NULL, comment TEXT,
          at INTEGER NOT NULL, PRIMARY KEY (tenant, listing, person)) STRICT
        """,
        "CREATE INDEX listing_reviews_by_person ON listing_reviews (tenant, person)",
        """
        CREATE TABLE listing_bookings (
          tenant TEXT NOT NULL, id TEXT NOT NULL, listing TEXT NOT NULL, person TEXT NOT NULL,
          starts_at INTEGER NOT NULL, people INTEGER, state TEXT NOT NULL, asked_at INTEGER NOT NULL,
          decided_at INTEGER, decided_by TEXT, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX listing_bookings_by_person ON listing_bookings (tenant, person, starts_at)",
      ]),
    Migration(
      room: "directory", number: 2,
      sql: [
        """
        CREATE TABLE listing_shown (
          tenant TEXT NOT NULL, person TEXT NOT NULL, listings TEXT NOT NULL, current TEXT, at INTEGER NOT NULL,
          PRIMARY KEY (tenant, person)) STRICT, WITHOUT ROWID
        """
      ]),
    // what the list was asked for with, so that "which of them is open?" can ask again
    Migration(room: "directory", number: 3, sql: ["ALTER TABLE listing_shown ADD COLUMN query TEXT"]),
    // names by their sound, for who says them in another script or by another spelling
    Migration(
      room: "directory", number: 4,
      sql: [
        """
        CREATE TABLE listing_sounds (
          tenant TEXT NOT NULL, sound TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (tenant, sound, word)) STRICT,
          WITHOUT ROWID
        """
      ]),
    Migration(room: "directory", number: 5) { house in
      let listings = try house.query("SELECT tenant, name, address FROM listings") { row in
        (row.text(0), row.text(1), row.text(2))
      }
      for (tenant, name, address) in listings {
        for (sound, word) in Spellings.all(name: name, address: address) {
          try house.execute(
            "INSERT OR IGNORE INTO listing_sounds (tenant, sound, word) VALUES (?, ?, ?)", tenant, sound, word)
        }
      }
    },
    Migration(room: "directory", number: 6, sql: ["ALTER TABLE listing_bookings ADD COLUMN guest TEXT"]),
  ]
}
