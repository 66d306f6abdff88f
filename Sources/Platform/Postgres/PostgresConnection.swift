import Base
import CPostgres
import Formats
import Glibc

/// One connection. Only the thread of the call that took it out of the client touches it, so no two threads do at once.
final class PostgresConnection: @unchecked Sendable {
  private let pg: OpaquePointer
  private let passwords: [String]
  /// Whether it stands as new, between two statements.
  private(set) var isReusable = false

  /// How long a server may take to say that it stopped a statement.
  private static let grace = Duration.seconds(3)
  private static let byteLimit = 1 << 20
  /// What is read on and thrown away, so that the server can say how a statement with too large an answer ended.
  private static let wasteLimit = 8 << 20

  /// - Throws: `PostgresError`, `CancellationError`.
  init(_ address: PostgresAddress, timeout: Duration, _ call: PostgresCall) throws {
    passwords = try address.passwords()
    let end = min(PostgresCall.uptime + timeout, call.end)
    let milliseconds = max(1, timeout.microseconds / 1_000)
    guard let pg = th_pg_open(address.text, String(milliseconds)) else {
      throw PostgresError(.unreachable, "There is no memory for a connection to PostgreSQL.")
    }
    self.pg = pg
    var step = th_pg_is_broken(pg) != 0 ? Int32(TH_PG_FAILED.rawValue) : Int32(TH_PG_WRITING.rawValue)
    while step != Int32(TH_PG_CONNECTED.rawValue) {
      guard step != Int32(TH_PG_FAILED.rawValue), th_pg_socket(pg) >= 0 else { throw notConnected() }
      let isWriting = step == Int32(TH_PG_WRITING.rawValue)
      switch call.wait(for: th_pg_socket(pg), writing: isWriting, reading: !isWriting, until: end, heeds: true) {
      case .ready: step = th_pg_connect(pg)
      case .cancelled: throw CancellationError()
      case .late:
        throw PostgresError(
          .unreachable,
          "The PostgreSQL server did not answer in time; look whether it runs and whether the address is right.")
      }
    }
  }

  deinit { th_pg_close(pg) }

  /// Whether nothing came since the last statement. What a server says unasked is mostly that it ends the connection.
  var isQuiet: Bool {
    var file = pollfd(fd: th_pg_socket(pg), events: Int16(POLLIN), revents: 0)
    return th_pg_is_idle(pg) != 0 && poll(&file, 1, 0) == 0
  }

  private func notConnected() -> PostgresError {
    let lines = concealed(th_pg_error(pg).map { String(cString: $0) } ?? "").split(separator: "\n")
    var words = lines.filter { !$0.hasPrefix("LOCATION:") }.flatMap { $0.split(separator: " ") }
    let place = words.lastIndex { word in
      word.utf8.count == 6 && word.last == ":" && word.contains(where: \.isNumber)
        && word.dropLast().allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
    }
    let state = place.map { String(words.remove(at: $0).dropLast()) }
    let reason = said(words.joined(separator: " "))
    // Who we are, and the database, stay wrong until somebody puts them right. All else may pass: a server that starts,
    // or has no room.
    if let state, ["28", "3D", "42"].contains(state.prefix(2)) {
      return PostgresError(.refused, "PostgreSQL did not let us in: \(reason)", state: state)
    }
    return PostgresError(.unreachable, "PostgreSQL cannot be reached: \(reason)", state: state)
  }

  // MARK: One statement

  private enum Halt {
    case late
    case cancelled
    case tooLarge(String)
  }

  /// What is known of a statement while it runs.
  private struct Progress {
    let limit: Int
    /// By uptime.
    var end: Duration
    /// Why the server was asked to stop.
    var halt: Halt?
    var rows: [JSONObject] = []
    var columns: [(name: String, type: UInt32)] = []
    /// Of the names and what stands between them, for each row, as in JSON: rows of nothing would be no bytes.
    var rowBytes = 0
    var bytes = 0
    var changed = 0
    var error: PostgresError?
  }

  /// - Throws: `PostgresError`, `CancellationError`.
  func run(_ statement: PostgresStatement, _ call: PostgresCall) throws -> PostgresResult {
    isReusable = false
    guard !call.isCancelled else { throw CancellationError() }
    guard PostgresCall.uptime < call.end else {
      throw PostgresError(.timeout, "There was no time left to run the statement.")
    }
    let copies = statement.values.map { $0.flatMap { strdup($0) } }
    defer { for copy in copies { free(copy) } }
    let pointers = copies.map { UnsafePointer($0) }
    guard th_pg_send(pg, statement.sql, Int32(pointers.count), pointers) != 0 else { throw lost() }
    var progress = Progress(limit: statement.limit, end: call.end)
    while true {
      try awaitResult(call, &progress)
      guard let result = th_pg_next(pg) else { break }
      defer { th_pg_result_free(result) }
      try read(result, &progress)
    }
    return try outcome(progress)
  }

  /// Waits until the next result is whole, and sends what is left of the statement meanwhile.
  private func awaitResult(_ call: PostgresCall, _ progress: inout Progress) throws {
    var isSending = true
    while true {
      if isSending {
        let code = th_pg_flush(pg)
        guard code >= 0 else { throw lost() }
        isSending = code > 0
      }
      if th_pg_is_busy(pg) == 0 { return }
      let heeds = progress.halt == nil
      switch call.wait(for: th_pg_socket(pg), writing: isSending, until: progress.end, heeds: heeds) {
      case .ready: guard th_pg_read(pg) != 0 else { throw lost() }
      case .cancelled: stop(.cancelled, &progress)
      case .late:
        guard let halt = progress.halt else {
          stop(.late, &progress)
          continue
        }
        throw givenUp(halt)
      }
    }
  }

  private func read(_ result: OpaquePointer, _ progress: inout Progress) throws {
    switch th_pg_result_kind(result) {
    case Int32(TH_PG_ROWS.rawValue), Int32(TH_PG_DONE.rawValue):
      if progress.columns.isEmpty {
        progress.columns = (0..<th_pg_column_count(result)).map { column in
          (th_pg_column_name(result, column).map { String(cString: $0) } ?? "", th_pg_column_type(result, column))
        }
        progress.rowBytes = progress.columns.reduce(2) { $0 + $1.name.utf8.count + 4 }
      }
      for row in 0..<th_pg_row_count(result) { try take(row, of: result, &progress) }
      // a SELECT counts its rows too
      let tag = th_pg_result_tag(result).map { String(cString: $0) } ?? ""
      if ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(where: tag.hasPrefix) {
        progress.changed = th_pg_result_changed(result).flatMap { Int(String(cString: $0)) } ?? 0
      }
    case Int32(TH_PG_EMPTY.rawValue): progress.error = PostgresError(.invalid, "There is no statement in the SQL.")
    case Int32(TH_PG_COPY.rawValue):
      // it waits for data; it is undone when the connection is closed
      throw PostgresError(.invalid, "COPY to or from us is not possible; use INSERT or SELECT.")
    default: progress.error = refusal(result)
    }
  }

  private func take(_ row: Int32, of result: OpaquePointer, _ progress: inout Progress) throws {
    progress.bytes += (0..<progress.columns.count).reduce(progress.rowBytes) {
      $0 + Int(th_pg_value_length(result, row, Int32($1)))
    }
    if case .tooLarge(let reason)? = progress.halt, progress.bytes > Self.wasteLimit {
      throw givenUp(.tooLarge(reason))
    }
    guard progress.halt == nil else { return }
    guard progress.rows.count < progress.limit else {
      let rows = progress.limit == 1 ? "one row" : "\(progress.limit) rows"
      return stop(.tooLarge("The answer has more than \(rows)"), &progress)
    }
    guard progress.bytes <= Self.byteLimit else {
      return stop(.tooLarge("The answer is larger than 1 MiB"), &progress)
    }
    let members = progress.columns.enumerated().map { index, column in
      let value = th_pg_is_null(result, row, Int32(index)) != 0 ? .null : field(result, row, Int32(index), column.type)
      return JSONObject.Member(key: column.name, value: value)
    }
    progress.rows.append(JSONObject(members: members))
  }

  private func field(_ result: OpaquePointer, _ row: Int32, _ column: Int32, _ type: UInt32) -> JSON {
    guard let bytes = th_pg_value(result, row, column) else { return .null }
    let count = Int(th_pg_value_length(result, row, column))
    return bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
      PostgresType.value(UnsafeBufferPointer(start: $0, count: count), type: type)
    }
  }

  private func outcome(_ progress: Progress) throws -> PostgresResult {
    if let error = progress.error, error.kind == .unknown { throw error }
    guard th_pg_is_broken(pg) == 0 else { throw lost() }
    // A request to stop that comes late would hit the next statement, so a connection is not used again after one.
    isReusable = progress.halt == nil && th_pg_is_idle(pg) != 0
    if let error = progress.error {
      guard error.state == Self.stopped, let halt = progress.halt else { throw error }
      switch halt {
      case .late: throw PostgresError(.timeout, "The statement took too long and was stopped.", state: Self.stopped)
      case .cancelled: throw CancellationError()
      case .tooLarge(let reason):
        throw PostgresError(.tooLarge, "\(reason), so the statement was stopped; ask for less.", state: Self.stopped)
      }
    }
    if case .tooLarge(let reason)? = progress.halt {
      throw PostgresError(
        .tooLarge, "\(reason); ask for less. The statement came to its end: what it changed, if anything, is kept.")
    }
    guard th_pg_is_idle(pg) != 0 else {
      throw PostgresError(.invalid, "A transaction cannot stay open behind a statement; it was undone.")
    }
    return PostgresResult(rows: progress.rows, changed: progress.changed)
  }

  // MARK: Stopping

  /// The server's code for a statement that was stopped.
  private static let stopped = "57014"

  /// A copy of what is needed, apart from the connection. Only the thread that sends it touches it.
  private struct CancelRequest: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  private func stop(_ halt: Halt, _ progress: inout Progress) {
    progress.halt = halt
    progress.end = PostgresCall.uptime + Self.grace
    guard let request = th_pg_cancel_make(pg).map(CancelRequest.init) else { return }
    // it connects anew, and may wait as long as the system lets it
    do {
      try NamedThread.start("postgres-cancel") { th_pg_cancel_send(request.pointer) }
    } catch {
      th_pg_cancel_free(request.pointer)
    }
  }

  private func givenUp(_ halt: Halt) -> PostgresError {
    switch halt {
    case .tooLarge(let reason):
      PostgresError(
        .tooLarge,
        "\(reason), so it was not read on; ask for less. If the statement changes something, see whether it did.")
    case .late, .cancelled: unknown("PostgreSQL did not say in time that it stopped the statement.")
    }
  }

  // MARK: What the server says

  private func unknown(_ reason: String, state: String? = nil) -> PostgresError {
    PostgresError(
      .unknown, "\(reason) Whether it was done is not known; look before you run it again.", state: state)
  }

  private func lost() -> PostgresError {
    unknown("The connection to PostgreSQL was lost while the statement ran: \(said(th_pg_error(pg)))")
  }

  private func refusal(_ result: OpaquePointer) -> PostgresError {
    func field(_ letter: Unicode.Scalar) -> UnsafePointer<CChar>? { th_pg_result_field(result, Int32(letter.value)) }
    let state = field("C").map { String(cString: $0) }
    let isFatal = ["FATAL", "PANIC"].contains(field("V").map { String(cString: $0) } ?? "FATAL")
    // 08 is the connection's class; 40003 says itself that the outcome is not known
    if isFatal || state?.hasPrefix("08") ?? true || state == "40003" {
      let message = said(field("M") ?? th_pg_error(pg))
      return unknown("PostgreSQL ended the connection while the statement ran: \(message)", state: state)
    }
    let hint = field("H").map { " " + said($0) } ?? ""
    let sentence = "PostgreSQL refused the statement: \(said(field("M")))\(hint)"
    return PostgresError(state == Self.stopped ? .timeout : .refused, sentence, state: state)
  }

  /// A sentence of libpq or the server on one line, short and without the password.
  private func said(_ message: UnsafePointer<CChar>?) -> String { said(message.map { String(cString: $0) } ?? "") }

  private func said(_ message: String) -> String {
    var text = concealed(message).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if text.isEmpty { text = "it said nothing" }
    if text.count > 400 { text = text.prefix(400) + "…" }
    return text.hasSuffix(".") || text.hasSuffix("?") || text.hasSuffix("…") ? text : text + "."
  }

  private func concealed(_ message: String) -> String {
    passwords.reduce(message) { $0.replacing($1, with: "…") }
  }
}
