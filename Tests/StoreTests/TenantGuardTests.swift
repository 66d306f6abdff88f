import Base
import Testing

@testable import Store

/// Two tenants with the same rows: whatever one asks, it never sees or changes the other's.
struct TenantGuardTests {
  static let schema = [
    Migration(
      room: "notes", number: 1,
      sql: [
        """
        CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, n INTEGER, body TEXT, "end" INTEGER,
          PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID;
        CREATE TABLE marks (tenant TEXT NOT NULL, seq INTEGER PRIMARY KEY, note TEXT NOT NULL, code TEXT UNIQUE,
          left INTEGER, window INTEGER,
          FOREIGN KEY (tenant, note) REFERENCES notes (tenant, id) ON DELETE CASCADE) STRICT;
        CREATE TABLE doors (id TEXT PRIMARY KEY, secret TEXT) STRICT;
        CREATE VIEW all_notes AS SELECT * FROM notes;
        CREATE VIRTUAL TABLE words USING fts5(tenant UNINDEXED, id UNINDEXED, body);
        CREATE TRIGGER notes_words AFTER INSERT ON notes BEGIN
          INSERT INTO words (tenant, id, body) VALUES (new.tenant, new.id, new.body);
        END;
        """
      ])
  ]

  struct Case: CustomTestStringConvertible {
    let sql: String, arguments: Int
    init(_ sql: String, _ arguments: Int = 0) {
      self.sql = sql
      self.arguments = arguments
    }
    var testDescription: String { sql }
  }

  private func outcome(_ c: Case) async throws -> (error: StoreError?, other: [String], own: [String]) {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    for tenant in ["a", "b"] {
      try await store.tenant(TenantID(tenant)).write { transaction in
        for n in 1...3 {
          try transaction.execute(
            "INSERT INTO notes (tenant, id, n, body) VALUES (:tenant, ?, ?, ?)", "\(n)", n,
            "\(transaction.tenant) rain \(n)")
          try transaction.execute("INSERT INTO marks (tenant, note) VALUES (:tenant, ?)", "\(n)")
        }
      }
    }
    let before = try await dump(store)
    var refusal: StoreError?
    var seen: [String] = []
    do {
      seen = try await store.tenant(TenantID("a")).write { transaction in
        var cells: [String] = []
        try transaction.scan(c.sql, arguments: Array(repeating: 1, count: c.arguments)) { row in
          for index in 0..<row.count { cells.append(row.text(index)) }
          return true
        }
        return cells
      }
    } catch let error as StoreError {
      refusal = error
    }
    #expect(!seen.contains { $0 == "b" || $0.hasPrefix("b ") }, "another tenant's row was shown")
    let after = try await dump(store)
    #expect(
      after.filter { $0.hasPrefix("b") } == before.filter { $0.hasPrefix("b") }, "another tenant's row was changed")
    await home.close()
    return (refusal, after, seen)
  }

  private func dump(_ store: HouseStore) async throws -> [String] {
    try await store.read { reader in
      try reader.query("SELECT tenant, id, n, body FROM notes ORDER BY 1, 2") {
        "\($0.text(0)) \($0.text(1)) \($0.text(2)) \($0.text(3))"
      }
        + reader.query("SELECT tenant, seq, note, code FROM marks ORDER BY 1, 2") {
          "\($0.text(0)) \($0.text(1)) \($0.text(2)) \($0.text(3))"
        }
        + reader.query("SELECT tenant, id, body FROM words ORDER BY 1, 2") {
          "\($0.text(0)) \($0.text(1)) \($0.text(2))"
        }
    }
  }

  @Test(
    "statements that hold every table to the tenant are allowed",
    arguments: [
      Case("SELECT tenant, body FROM notes WHERE tenant = :tenant"),
      Case("select n.body from Notes as n where :tenant == n.tenant and n.id > ?", 1),
      Case("SELECT \"body\" FROM \"notes\" WHERE \"tenant\" = :tenant ORDER BY n DESC LIMIT ? OFFSET ?", 2),
      Case("SELECT count(*) FROM notes WHERE (tenant = :tenant AND (n = ? OR n > 0))", 1),
      Case("SELECT body FROM notes WHERE n BETWEEN ? AND 3 AND tenant = :tenant", 1),
      Case("SELECT body FROM notes WHERE tenant = :tenant AND CASE WHEN n > 1 AND n < 9 THEN 1 ELSE 0 END"),
      Case("SELECT body FROM notes WHERE tenant = :tenant AND \"end\" IS NOT DISTINCT FROM ?", 1),
      Case(
        "SELECT a.body, b.note FROM notes a JOIN marks b ON b.tenant = a.tenant AND b.note = a.id WHERE a.tenant = :tenant"
      ),
      Case("SELECT a.body, b.note FROM notes a JOIN marks b USING (tenant) WHERE a.tenant = :tenant"),
      Case(
        "SELECT a.body FROM notes a LEFT JOIN marks b ON b.tenant = :tenant AND b.note = a.id WHERE a.tenant = :tenant"),
      Case("SELECT a.body FROM notes a, marks b WHERE a.tenant = b.tenant AND b.tenant = :tenant"),
      Case("SELECT body FROM notes WHERE tenant = :tenant AND id IN (SELECT note FROM marks WHERE tenant = :tenant)"),
      Case(
        "SELECT body FROM notes n WHERE n.tenant = :tenant AND EXISTS (SELECT 1 FROM marks m WHERE m.tenant = :tenant AND m.note = n.id)"
      ),
      Case("SELECT (SELECT max(n) FROM notes WHERE tenant = :tenant) - 1"),
      Case("SELECT x.body FROM (SELECT body FROM notes WHERE tenant = :tenant) x"),
      Case(
        "WITH recent AS (SELECT * FROM notes WHERE tenant = :tenant), two(x) AS (VALUES (1), (2)) SELECT body FROM recent JOIN two ON x = n"
      ),
      Case("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5) SELECT x FROM c"),
      Case(
        "SELECT body FROM notes WHERE tenant = :tenant UNION SELECT note FROM marks WHERE tenant = :tenant ORDER BY 1"),
      Case("SELECT n, sum(n) OVER w FROM notes WHERE tenant = :tenant WINDOW w AS (PARTITION BY id ORDER BY n)"),
      Case("SELECT count(*) FILTER (WHERE n > 1) FROM notes WHERE tenant = :tenant GROUP BY id HAVING count(*) > 0"),
      Case("SELECT value FROM notes, json_each('[1,2]') WHERE tenant = :tenant AND value = n"),
      Case(
        "SELECT body, highlight(words, 2, '[', ']') FROM words WHERE words MATCH 'rain' AND tenant = :tenant ORDER BY rank"
      ),
      Case(
        "SELECT n.body FROM words w JOIN notes n ON n.tenant = :tenant AND n.id = w.id WHERE words MATCH 'rain' AND w.tenant = :tenant"
      ),
      Case("INSERT INTO notes (tenant, id, body) VALUES (:tenant, ? || 'x', 'x'), (:tenant, 'y', 'y')", 1),
      Case("INSERT INTO notes VALUES (:tenant, 'z', 1, 'x', NULL) RETURNING tenant"),
      Case("INSERT INTO notes (id, tenant) SELECT id || 'x', :tenant FROM notes WHERE tenant = :tenant"),
      Case(
        "INSERT INTO notes (tenant, id, n) VALUES (:tenant, 1, ?) ON CONFLICT (tenant, id) DO UPDATE SET n = excluded.n WHERE n < 5",
        1),
      Case(
        "INSERT INTO notes (tenant, id) SELECT :tenant, note FROM marks WHERE tenant = :tenant AND true ON CONFLICT DO NOTHING"
      ),
      Case("INSERT OR REPLACE INTO notes (tenant, id, body) VALUES (:tenant, 1, 'new')"),
      Case("INSERT OR IGNORE INTO marks (tenant, note) VALUES (:tenant, 1)"),
      Case("INSERT INTO words (tenant, id, body) VALUES (:tenant, 9, 'more')"),
      Case("UPDATE notes SET n = n + ?, body = 'from' WHERE tenant = :tenant AND id = 2", 1),
      Case(
        "UPDATE notes AS x SET n = m.seq FROM marks m WHERE x.tenant = :tenant AND m.tenant = x.tenant AND m.note = x.id"
      ),
      Case("UPDATE words SET body = 'q' WHERE tenant = :tenant AND id = 1"),
      Case("DELETE FROM notes WHERE tenant = :tenant AND id = ? RETURNING id", 1),
      Case("DELETE FROM words WHERE tenant = :tenant"),
      Case("SELECT 'it''s -- not a comment' /* FROM doors */ -- FROM doors\n, x'00', 1e-5, .5"),
    ])
  func allowed(_ c: Case) async throws {
    let found = try await outcome(c)
    #expect(found.error == nil, "\(found.error?.description ?? "")")
  }

  @Test(
    "statements that could reach further are refused",
    arguments: [
      Case("SELECT body FROM notes"),
      Case("SELECT body FROM notes WHERE tenant = ?", 1),
      Case("SELECT body FROM notes WHERE tenant = 'b'"),
      Case("SELECT body FROM notes WHERE tenant = :tenant OR 1"),
      Case("SELECT body FROM notes WHERE (tenant = :tenant OR 1)"),
      Case("SELECT body FROM notes WHERE (tenant = :tenant) = 0"),
      Case("SELECT body FROM notes WHERE NOT tenant = :tenant"),
      Case("SELECT body FROM notes WHERE NOT (tenant = :tenant)"),
      Case("SELECT body FROM notes WHERE tenant <> :tenant"),
      Case("SELECT body FROM notes WHERE tenant = :tenant = 0"),
      Case("SELECT body FROM notes WHERE 0 = tenant = :tenant"),
      Case("SELECT body FROM notes WHERE tenant = :tenant || 'x' AND 1"),
      Case("SELECT body FROM notes WHERE n BETWEEN 0 AND tenant = :tenant"),
      Case("SELECT body FROM notes WHERE n NOT BETWEEN 1 AND tenant = :tenant"),
      Case("SELECT body FROM notes WHERE CASE WHEN n = 9 AND tenant = :tenant AND 1 THEN 0 ELSE 1 END"),
      Case("SELECT body FROM notes WHERE CASE WHEN end AND tenant = :tenant AND 1 THEN 0 ELSE 1 END"),
      Case("SELECT body, tenant = :tenant FROM notes"),
      Case("SELECT body FROM notes GROUP BY id HAVING tenant = :tenant"),
      Case("SELECT body FROM notes WHERE n = 1 -- AND tenant = :tenant"),
      Case("SELECT body FROM notes WHERE n = 1 /* AND tenant = :tenant */"),
      Case("SELECT body FROM notes WHERE body <> 'AND tenant = :tenant'"),
      Case("SELECT n.body FROM notes n JOIN notes o ON o.n = n.n WHERE n.tenant = :tenant"),
      Case("SELECT o.body FROM notes n, notes o WHERE n.tenant = :tenant"),
      Case("SELECT b.note FROM marks b LEFT JOIN notes a ON b.tenant = :tenant AND a.tenant = :tenant"),
      Case("SELECT a.body FROM notes a LEFT JOIN marks b ON a.tenant = :tenant AND b.tenant = a.tenant"),
      Case("SELECT b.note FROM notes a RIGHT JOIN marks b ON b.tenant = :tenant WHERE a.tenant = :tenant"),
      Case("SELECT b.note FROM notes a FULL JOIN marks b ON b.tenant = :tenant AND a.tenant = :tenant"),
      Case("SELECT body FROM notes NATURAL JOIN marks WHERE notes.tenant = :tenant"),
      Case("SELECT x.body FROM (notes AS x JOIN marks AS y ON x.tenant = :tenant AND y.tenant = :tenant)"),
      Case("SELECT body FROM notes WHERE tenant = :tenant AND id IN (SELECT note FROM marks)"),
      Case(
        "SELECT body FROM notes n WHERE n.tenant = :tenant AND EXISTS (SELECT 1 FROM marks m WHERE n.tenant = :tenant)"),
      Case("SELECT (SELECT max(body) FROM notes)"),
      Case("SELECT x.body FROM (SELECT * FROM notes) x WHERE x.tenant = :tenant"),
      Case("WITH x AS (SELECT * FROM notes) SELECT * FROM x WHERE tenant = :tenant"),
      Case("WITH notes AS (SELECT 1 AS tenant) SELECT * FROM notes WHERE tenant = :tenant"),
      Case("SELECT body FROM notes WHERE tenant = :tenant UNION ALL SELECT body FROM notes"),
      Case("SELECT body FROM notes WHERE tenant = :tenant ORDER BY (SELECT body FROM notes LIMIT 1)"),
      Case("SELECT body FROM main.notes WHERE tenant = :tenant"),
      Case("SELECT body FROM 'notes' WHERE tenant = :tenant"),
      Case("SELECT note FROM marks WHERE tenant = :tenant AND window = 1 OR 1"),
      Case("SELECT a.note FROM marks a JOIN marks b ON a.tenant = :tenant AND b.tenant = :tenant AND left = 1 OR 1"),
      Case("SELECT body FROM all_notes WHERE tenant = :tenant"),
      Case("SELECT secret FROM doors"),
      Case("SELECT body FROM notes JOIN doors ON true WHERE notes.tenant = :tenant"),
      Case("SELECT sql FROM sqlite_schema"),
      Case("SELECT sql FROM sqlite_master"),
      Case("WITH sqlite_master AS (SELECT 1 AS sql) SELECT (SELECT sql FROM sqlite_master)"),
      Case("SELECT name FROM pragma_table_info('notes')"),
      Case("SELECT room FROM migrations"),
      Case("SELECT body FROM words WHERE words MATCH 'rain'"),
      Case("SELECT body FROM words('rain') WHERE tenant = :tenant"),
      Case("SELECT c0 FROM words_content"),
      Case("SELECT 1 WHERE 1 IN notes"),
      Case("INSERT INTO notes (tenant, id) VALUES ('b', 'x')"),
      Case("INSERT INTO notes (tenant, id) VALUES (?, 'x')", 1),
      Case("INSERT INTO notes (tenant, id) VALUES (:tenant, 'x'), ('b', 'x')"),
      Case("INSERT INTO notes (id, tenant) VALUES (:tenant, 'b')"),
      Case("INSERT INTO notes (id, n) VALUES ('x', 1)"),
      Case("INSERT INTO notes DEFAULT VALUES"),
      Case("INSERT INTO notes (tenant, id) SELECT tenant, id FROM notes WHERE tenant = :tenant"),
      Case("INSERT INTO notes (tenant, id) SELECT :tenant, id FROM notes"),
      Case("INSERT INTO notes SELECT *, :tenant FROM notes WHERE tenant = :tenant"),
      Case("INSERT INTO notes (tenant, id) SELECT :tenant, 'k' UNION SELECT 'b', 'k'"),
      Case("INSERT INTO doors (id) VALUES ('x')"),
      Case("INSERT INTO marks (tenant, note, code) VALUES (:tenant, 1, 'x') ON CONFLICT (code) DO UPDATE SET note = 2"),
      Case("INSERT INTO marks (tenant, note, code) VALUES (:tenant, 1, 'x') ON CONFLICT DO UPDATE SET note = 2"),
      Case("INSERT OR REPLACE INTO marks (tenant, seq, note) VALUES (:tenant, 4, 1)"),
      Case("REPLACE INTO marks (tenant, seq, note) VALUES (:tenant, 4, 1)"),
      Case("INSERT OR ROLLBACK INTO notes (tenant, id) VALUES (:tenant, 1)"),
      Case("INSERT INTO words (words) VALUES ('delete-all')"),
      Case("INSERT INTO words (words, tenant) VALUES ('rebuild', :tenant)"),
      Case("UPDATE notes SET n = 0"),
      Case("UPDATE notes SET tenant = 'b' WHERE tenant = :tenant"),
      Case("UPDATE notes SET (n, tenant) = (1, 'b') WHERE tenant = :tenant"),
      Case("UPDATE OR REPLACE notes SET id = 1 WHERE tenant = :tenant"),
      Case("UPDATE notes SET n = (SELECT max(seq) FROM marks) WHERE tenant = :tenant"),
      Case("UPDATE notes SET n = m.seq FROM marks m WHERE m.tenant = :tenant"),
      Case("UPDATE notes SET n = m.seq FROM marks m WHERE notes.tenant = :tenant"),
      Case("DELETE FROM notes"),
      Case("DELETE FROM notes WHERE id = ?", 1),
      Case("DELETE FROM doors"),
      Case("ATTACH 'other.db' AS other"),
      Case("PRAGMA journal_mode"),
      Case("PRAGMA table_info(notes)"),
      Case("COMMIT"), Case("ROLLBACK"), Case("SAVEPOINT x"), Case("BEGIN"), Case("RELEASE job"),
      Case("BEGIN IMMEDIATE"), Case("SAVEPOINT job"),
      Case("DROP TABLE notes"), Case("CREATE TABLE x (a INTEGER) STRICT"), Case("CREATE TEMP TABLE x (a)"),
      Case("EXPLAIN SELECT 1"), Case("VACUUM"), Case("ANALYZE"), Case("REINDEX"),
      Case("SELECT 1; DELETE FROM notes"),
      Case("SELECT body FROM notes WHERE tenant = :tenant AND id = ?1"),
      Case("SELECT body FROM notes WHERE tenant = :tenant AND id = :id"),
      Case(""), Case("-- nothing"),
    ])
  func refused(_ c: Case) async throws {
    let found = try await outcome(c)
    #expect(found.error?.kind == .misuse)
    if let error = found.error, !c.sql.isEmpty { #expect(!error.sentence.isEmpty) }
  }

  @Test("readers search the full text of their tenant only")
  func search() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema) { $0.readers = 1 }
    for tenant in ["a", "b"] {
      try await store.tenant(TenantID(tenant)).write {
        try $0.execute("INSERT INTO notes (tenant, id, body) VALUES (:tenant, 1, ?)", "rain over \($0.tenant)")
      }
    }
    let found = try await store.tenant(TenantID("a")).read {
      try $0.query("SELECT body FROM words WHERE words MATCH ? AND tenant = :tenant", "rain") { $0.text(0) }
    }
    #expect(found == ["rain over a"])
    let listed = try await store.tenant(TenantID("a")).read {
      try $0.query("SELECT value FROM json_each(?)", "[1,2]") { $0.integer(0) }
    }
    #expect(listed == [1, 2])
    await #expect(throws: StoreError.self) {
      try await store.tenant(TenantID("a")).read { try $0.count("SELECT count(*) FROM words WHERE words MATCH 'rain'") }
    }
    await home.close()
  }

  @Test("the house reads what a tenant may not, but it cannot touch the schema or the transaction either")
  func house() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    #expect(try await store.read { try $0.count("SELECT count(*) FROM doors") } == 0)
    for sql in ["COMMIT", "PRAGMA journal_mode = DELETE", "DROP TABLE notes", "ATTACH ':memory:' AS m"] {
      await #expect(throws: StoreError.self) { try await store.write { try $0.execute(sql) } }
      await #expect(throws: StoreError.self) { try await store.read { try $0.count(sql) } }
    }
    await #expect(throws: StoreError.self) { try await store.read { try $0.exists("DELETE FROM doors") } }
    await #expect(throws: StoreError.self) {
      try await store.read { try $0.exists("SELECT 1 FROM notes WHERE tenant = :tenant") }
    }
    await home.close()
  }
}
