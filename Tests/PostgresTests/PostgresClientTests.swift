import Base
import Formats
import Postgres
import RoomTesting
import Testing

struct PostgresAddressTests {
  @Test(
    "what is no address is said without naming it",
    arguments: [
      "", "http://h/d", "postgres", "postgres://u:a@hidden@h/d", "postgres://u:a/hidden@h/d",
      "postgres://u:a?hidden@h/d",
      "postgres://u:100%hidden@h/d", "postgres://u:hidden@h/d?nonsense=1", "postgres://u:hidden@h/d\0",
    ])
  func refuses(_ address: String) async throws {
    let client = PostgresClient(address: address, timeout: .seconds(1))
    let error = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT 1", deadline: .seconds(1), limit: 1)
    }
    #expect(error?.kind == .invalid)
    #expect(error?.sentence.contains("hidden") == false)
  }

  @Test("where nobody listens is unreachable")
  func unreachable() async throws {
    for address in ["postgres://u:hidden@127.0.0.1:1/d", "postgres://u:hidden@/d?host=/nowhere"] {
      let client = PostgresClient(address: address, timeout: .seconds(5))
      let error = await #expect(throws: PostgresError.self) {
        try await client.run("SELECT 1", deadline: .seconds(5), limit: 1)
      }
      #expect(error?.kind == .unreachable)
      #expect(error?.sentence.contains("hidden") == false)
    }
  }

  @Test("a server that accepts and says nothing is given up in time")
  func silent() async throws {
    let listener = try SilentListener()
    let client = PostgresClient(
      address: "postgres://u:hidden@127.0.0.1:\(listener.port)/d?sslmode=disable", timeout: .milliseconds(200))
    let error = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT 1", deadline: .seconds(30), limit: 1)
    }
    #expect(error?.kind == .unreachable)
    #expect(error?.sentence.contains("in time") == true)
  }
}

@Suite(.enabled(if: PostgresServer.isInstalled, "postgresql is not installed"), .timeLimit(.minutes(5)))
struct PostgresClientTests {
  private static let long = Duration.seconds(60)

  /// One for all tests but those that stop it.
  private actor Shared {
    static let one = Shared()
    private var starting: Task<PostgresServer, any Error>?

    func server() async throws -> PostgresServer {
      let task = starting ?? Task { try await PostgresServer() }
      starting = task
      return try await task.value
    }
  }

  private func client() async throws -> PostgresClient {
    PostgresClient(address: try await Shared.one.server().address(), timeout: Self.long)
  }

  private func one(_ sql: String, _ values: [JSON] = []) async throws -> JSON {
    let result = try await client().run(sql, values, deadline: Self.long, limit: 1)
    return result.rows.first?.members.first?.value ?? "no row"
  }

  private func failure(_ sql: String, _ values: [JSON] = []) async throws -> PostgresError? {
    let client = try await client()
    return await #expect(throws: PostgresError.self) {
      try await client.run(sql, values, deadline: Self.long, limit: 10)
    }
  }

  @Test(
    "values come as what they are",
    arguments: [
      ("7::int2", 7), ("-7::int4", -7), ("9223372036854775807::int8", 9_223_372_036_854_775_807), ("0.1::float8", 0.1),
      ("1.5::float4", 1.5), ("'NaN'::float8", "NaN"),
      (
        "12345678901234567890.12345678901234567890::numeric",
        "12345678901234567890.12345678901234567890"
      ), ("true", true), ("false", false), ("NULL::text", .null),
      ("NULL::int", .null), ("''::text", ""), ("'வணக்கம்'", "வணக்கம்"),
      ("'{\"a\":[1,null]}'::jsonb", ["a": [1, .null]]),
      ("'[1.5]'::json", [1.5]), ("'1e999'::json", "1e999"), ("DATE '2026-02-03'", "2026-02-03"),
      ("ARRAY[1,2]", "{1,2}"),
      ("'\\x00ff'::bytea", "\\x00ff"),
    ] as [(String, JSON)])
  func types(_ expression: String, _ value: JSON) async throws {
    #expect(try await one("SELECT \(expression)") == value)
  }

  @Test(
    "values go beside the statement and come back whole",
    arguments: [
      ("text", "'; DROP TABLE people; --"), ("text", "\\'\"$1%s{}\n\u{1}"), ("text", ""), ("text", "NULL"),
      ("text", "é💧"),
      ("text", .null), ("int", .null), ("int", 5), ("int8", -9_223_372_036_854_775_808), ("int", .number(2)),
      ("float8", 1e-300), ("float8", 2.5), ("bool", true), ("bool", false), ("jsonb", ["k": ["v", 1, .null]]),
      ("jsonb", [1, "x'"]),
    ] as [(String, JSON)])
  func parameters(_ type: String, _ value: JSON) async throws {
    let back = try await one("SELECT $1::\(type)", [value])
    #expect(back == value || back.double == value.double && back.double != nil)
  }

  @Test("a zero byte is refused before anything is sent")
  func zeroByte() async throws {
    #expect(try await failure("SELECT $1::text", ["a\0b"])?.kind == .invalid)
    #expect(try await failure("SELECT 1 \0")?.kind == .invalid)
    #expect(try await failure("  ")?.kind == .invalid)
  }

  @Test("rows keep their columns' order, and what changed is counted")
  func changed() async throws {
    let client = try await client()
    func run(_ sql: String, _ values: [JSON] = []) async throws -> PostgresResult {
      try await client.run(sql, values, deadline: Self.long, limit: 10)
    }
    #expect(try await run("CREATE TEMP TABLE t (id int PRIMARY KEY, name text)").changed == 0)
    let inserted = try await run("INSERT INTO t VALUES (1, $1), (2, $2) RETURNING name, id", ["a", .null])
    #expect(inserted.changed == 2)
    #expect(inserted.rows.map(\.keys) == [["name", "id"], ["name", "id"]])
    #expect(inserted.rows.last == ["name": .null, "id": 2])
    #expect(try await run("UPDATE t SET name = 'x' WHERE id > 5").changed == 0)
    #expect(try await run("DELETE FROM t").changed == 2)
    #expect(try await run("SELECT * FROM t") == PostgresResult(rows: [], changed: 0))
  }

  @Test("what the server refuses is said in its words, and the connection goes on")
  func refused() async throws {
    let client = try await client()
    let before = try await client.run("SELECT pg_backend_pid() AS pid", deadline: Self.long, limit: 1)
    let error = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT nothing FROM nowhere", deadline: Self.long, limit: 1)
    }
    #expect(error?.kind == .refused)
    #expect(error?.state == "42P01")
    #expect(error?.sentence.contains("nowhere") == true)
    let after = try await client.run("SELECT pg_backend_pid() AS pid", deadline: Self.long, limit: 1)
    #expect(before == after)
  }

  @Test("two statements are none")
  func several() async throws {
    let error = try await failure("SELECT 1; SELECT 2")
    #expect(error?.kind == .refused)
    #expect(error?.state == "42601")
  }

  @Test("what would outlast its statement is refused", arguments: ["BEGIN", "COPY t TO STDOUT", "COPY t FROM STDIN"])
  func outlasting(_ sql: String) async throws {
    let client = try await client()
    _ = try await client.run("CREATE TEMP TABLE t (a int)", deadline: Self.long, limit: 1)
    let error = await #expect(throws: PostgresError.self) { try await client.run(sql, deadline: Self.long, limit: 1) }
    #expect(error?.kind == .invalid)
    // the table went with its connection
    let result = try await client.run("SELECT to_regclass('t') AS t", deadline: Self.long, limit: 1)
    #expect(result.rows == [["t": .null]])
  }

  @Test("a statement is stopped at its deadline, and the next one runs")
  func deadline() async throws {
    let client = try await client()
    let start = SystemClock().uptime
    let error = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT pg_sleep(50) -- late", deadline: .seconds(1), limit: 1)
    }
    #expect(error?.kind == .timeout)
    #expect(SystemClock().uptime - start < .seconds(20))
    #expect(try await running("late") == 0)
    #expect(try await client.run("SELECT 1 AS a", deadline: Self.long, limit: 1).rows == [["a": 1]])
  }

  @Test("cancelling the task stops the statement")
  func cancelled() async throws {
    let client = try await client()
    let task = Task { try await client.run("SELECT pg_sleep(50) -- unwanted", deadline: Self.long, limit: 1) }
    while try await running("unwanted") == 0 { try await SystemClock().sleep(for: .milliseconds(20)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await running("unwanted") == 0)
    #expect(try await client.run("SELECT 1 AS a", deadline: Self.long, limit: 1).rows == [["a": 1]])
  }

  @Test("who waits for others gives up in time, and may be cancelled")
  func waiting() async throws {
    let client = try await client()
    let first = Task { try await client.run("SELECT pg_sleep(50) -- first", deadline: Self.long, limit: 1) }
    while try await running("first") == 0 { try await SystemClock().sleep(for: .milliseconds(20)) }
    let error = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT 1", deadline: .milliseconds(50), limit: 1)
    }
    #expect(error?.kind == .timeout)
    let second = Task { try await client.run("SELECT 1", deadline: Self.long, limit: 1) }
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
  }

  @Test("many at once take their turns")
  func turns() async throws {
    let client = try await client()
    let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
      for number in 0..<50 {
        group.addTask {
          let result = try await client.run("SELECT $1::int AS n", [JSON(number)], deadline: Self.long, limit: 1)
          return result.rows.first?["n"]?.int64 ?? -1_000
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 1_225)
  }

  @Test(
    "an answer beyond its limits is an error, and the next one comes",
    arguments: [
      "SELECT g FROM generate_series(1, 11) g", "SELECT g FROM generate_series(1, 3000000) g",
      "SELECT repeat('x', 1100000)",
      "SELECT NULL FROM generate_series(1, 11)",
    ])
  func tooLarge(_ sql: String) async throws {
    let client = try await client()
    let error = await #expect(throws: PostgresError.self) { try await client.run(sql, deadline: Self.long, limit: 10) }
    #expect(error?.kind == .tooLarge)
    let result = try await client.run("SELECT g FROM generate_series(1, 10) g", deadline: Self.long, limit: 10)
    #expect(result.rows.count == 10)
  }

  @Test("rows of nothing are bounded too")
  func emptyRows() async throws {
    let client = try await client()
    let error = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT FROM generate_series(1, 600000)", deadline: Self.long, limit: .max)
    }
    #expect(error?.kind == .tooLarge)
  }

  @Test("a wrong password is not let in and not named")
  func password() async throws {
    let server = try await Shared.one.server()
    let client = PostgresClient(address: server.address(password: "guest"), timeout: Self.long)
    let error = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT 1", deadline: Self.long, limit: 1)
    }
    #expect(error?.kind == .refused)
    #expect(error?.state == "28P01")
    #expect(error?.sentence.contains("guest") == false)
    #expect(error?.sentence.contains("LOCATION") == false)
  }

  @Test("the password is not named where the server would")
  func concealed() async throws {
    let error = try await failure("SELECT $1::int", [.string("it is " + PostgresServer.password)])
    #expect(error?.state == "22P02")
    #expect(error?.sentence.contains("it is …") == true)
    #expect(error?.sentence.contains("s3cret") == false)
  }

  @Test("a server that started anew between two calls is connected to again; one that goes meanwhile leaves it open")
  func restarted() async throws {
    let server = try await PostgresServer()
    let client = PostgresClient(address: server.address(), timeout: Self.long)
    #expect(try await client.run("SELECT 1 AS a", deadline: Self.long, limit: 1).rows == [["a": 1]])
    try await server.restart()
    #expect(try await client.run("SELECT 2 AS a", deadline: Self.long, limit: 1).rows == [["a": 2]])
    let task = Task { try await client.run("SELECT pg_sleep(50)", deadline: Self.long, limit: 1) }
    let sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    while try await server.client.run(sleeping, deadline: Self.long, limit: 9).rows.isEmpty {
      try await SystemClock().sleep(for: .milliseconds(20))
    }
    server.stop()
    let lost = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(lost?.kind == .unknown)
    let gone = await #expect(throws: PostgresError.self) {
      try await client.run("SELECT 1", deadline: Self.long, limit: 1)
    }
    #expect(gone?.kind == .unreachable)
  }

  private func running(_ mark: String) async throws -> Int {
    let result = try await Shared.one.server().client.run(
      "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1", [.string("%-- " + mark)],
      deadline: Self.long, limit: 100)
    return result.rows.count
  }
}
