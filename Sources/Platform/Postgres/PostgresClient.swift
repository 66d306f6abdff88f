import Base
package import Formats
import Synchronization

/// What a statement gave.
package struct PostgresResult: Sendable, Hashable {
  /// Columns in their order. Whole numbers, numbers, truth, JSON and NULL come as such, all else as the server's text.
  package let rows: [JSONObject]
  /// Rows that it inserted, changed or deleted; 0 for one that only reads.
  package let changed: Int

  package init(rows: [JSONObject], changed: Int) {
    self.rows = rows
    self.changed = changed
  }
}

/// Statements to one PostgreSQL server, one at a time, each on a thread of its own. The connection is kept.
///
/// What a statement sets for its session (`SET`, temporary tables) lasts for those after it: a client is for those who may
/// see each other's.
package final class PostgresClient: Sendable {
  private let address: PostgresAddress
  private let timeout: Duration
  private let turn = Turn()
  private let idle = Mutex<PostgresConnection?>(nil)

  /// - Parameters:
  ///   - address: `postgres://user:password@host:port/database?sslmode=require`; read with the first statement.
  ///   - timeout: for connecting.
  package init(address: String, timeout: Duration) {
    self.address = PostgresAddress(text: address)
    self.timeout = timeout
  }

  /// Runs one statement, which is a transaction of its own. It is sent once; nothing is ever repeated.
  ///
  /// - Parameters:
  ///   - values: for `$1` and on. They are sent beside the statement and never become a part of it; arrays and objects
  ///     go as their JSON.
  ///   - deadline: for all of it, waiting for others included. A statement that runs longer is stopped.
  ///   - limit: rows. They may have 1 MiB together, about as they are in JSON; a single row that has more is
  ///     read before it is refused.
  /// - Throws: `PostgresError`; `CancellationError` when the task was cancelled, and the statement with it;
  ///   `SystemCallError` where the system has no thread left.
  package func run(
    _ sql: String, _ values: [JSON] = [], deadline: Duration, limit: Int
  ) async throws -> PostgresResult {
    let statement = try PostgresStatement(sql, values, limit: limit)
    let call = try PostgresCall(deadline)
    try await turn.take(within: deadline)
    defer { turn.give() }
    return try await withTaskCancellationHandler {
      try await BlockingCall.run("postgres") { [self] in try work(statement, call) }
    } onCancel: {
      call.cancel()
    }
  }

  private func work(_ statement: PostgresStatement, _ call: PostgresCall) throws -> PostgresResult {
    let kept = idle.withLock { idle in
      defer { idle = nil }
      return idle
    }
    let connection: PostgresConnection
    if let kept, kept.isQuiet {
      connection = kept
    } else {
      connection = try PostgresConnection(address, timeout: timeout, call)
    }
    defer { if connection.isReusable { idle.withLock { $0 = connection } } }
    return try connection.run(statement, call)
  }
}
