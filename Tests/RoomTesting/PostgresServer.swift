import Base
import Foundation
import Glibc
package import Postgres
import Synchronization

/// A real PostgreSQL server on a socket and a free port, with data of its own; it goes with whoever holds it.
package final class PostgresServer: Sendable {
  /// The newest that is installed.
  private static let programs: String? = {
    let base = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []).compactMap(Int.init).sorted()
    return versions.reversed().map { "\(base)/\($0)/bin" }.first {
      FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
    }
  }()
  package static var isInstalled: Bool { programs != nil }

  package static let password = "s3cret-Wörd@/?"
  private static let writtenPassword = "s3cret-W%C3%B6rd%40%2F%3F"

  private let folder: TestFolder
  private let port: Int
  private let process = Mutex<pid_t>(0)
  /// By the socket, without a password.
  package let client: PostgresClient

  package init() async throws {
    folder = try TestFolder("postgres")
    port = try Self.freePort()
    client = PostgresClient(
      address: "postgres:///postgres?host=\(folder.path)&port=\(port)&user=owner", timeout: .seconds(20))
    try prepare()
    let words = ["initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    let initdb = try start(words)
    let status = try await BlockingCall.run("initdb") { Self.wait(for: initdb) }
    guard status == 0 else { throw PostgresError(.unreachable, "initdb ended with \(status).") }
    try "local all all trust\nhost all all all scram-sha-256\n".write(
      toFile: data + "/pg_hba.conf", atomically: false, encoding: .utf8)
    try await begin()
    try await ask("CREATE ROLE guest LOGIN PASSWORD '\(Self.password)'")
  }

  deinit { end(process.withLock { $0 }) }

  /// By TCP, with a password, which need not be the right one.
  package func address(password: String? = nil) -> String {
    "postgres://guest:\(password ?? Self.writtenPassword)@127.0.0.1:\(port)/postgres"
  }

  /// Stops the server and starts it anew, with the same data.
  package func restart() async throws {
    stop()
    try await begin()
  }

  package func stop() {
    end(
      process.withLock { process in
        defer { process = 0 }
        return process
      })
  }

  private var data: String { folder.path + "/data" }

  private func ask(_ sql: String) async throws { _ = try await client.run(sql, deadline: .seconds(20), limit: 10) }

  private func begin() async throws {
    let started = try start([
      "postgres", "-D", data, "-k", folder.path, "-h", "127.0.0.1", "-p", "\(port)", "-c", "fsync=off",
      "-c", "full_page_writes=off", "-c", "shared_buffers=16MB", "-c", "max_connections=100",
    ])
    process.withLock { $0 = started }
    Self.running.add(started)
    for _ in 0..<1_500 {
      if (try? await ask("SELECT 1")) != nil { return }
      try await SystemClock().sleep(for: .milliseconds(20))
    }
    throw PostgresError(.unreachable, "postgres did not start.")
  }

  // MARK: The user

  /// The server refuses to run as root. As somebody else of our group it comes through the run's folder, alone.
  private func prepare() throws {
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
    guard geteuid() == 0, let nobody = getpwnam("nobody")?.pointee.pw_uid else { return }
    let run = try TestFolder.run.get()
    guard chown(run, 0, getegid()) == 0, chmod(run, 0o710) == 0, chown(folder.path, nobody, getegid()) == 0,
      chown(data, nobody, getegid()) == 0
    else { throw SystemCallError("chown") }
  }

  private func start(_ words: [String]) throws -> pid_t {
    guard let programs = Self.programs, let program = words.first else {
      throw PostgresError(.unavailable, "postgresql is not installed.")
    }
    let user = geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=nobody", "--regid=\(getegid())", "--clear-groups"] : []
    let log = Spawn.Stream.appending(folder.path + "/log")
    return try Spawn.start(
      user + ["\(programs)/\(program)"] + words.dropFirst(), environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"],
      streams: (.nothing, log, log), keepsFiles: false)
  }

  /// At once, without a tidy end. A kill would leave its workers and its shared memory behind.
  private func end(_ process: pid_t) {
    guard process > 0 else { return }
    Self.running.remove(process)
    kill(process, SIGQUIT)
    _ = Self.wait(for: process)
  }

  /// One that is shared by tests is let go by nobody, so the process ends it.
  private final class Running: Sendable {
    private let processes = Mutex<Set<pid_t>>([])
    init() { atexit { PostgresServer.running.endAll() } }
    func add(_ process: pid_t) { processes.withLock { _ = $0.insert(process) } }
    func remove(_ process: pid_t) { processes.withLock { _ = $0.remove(process) } }
    func endAll() {
      for process in processes.withLock({ $0 }) {
        kill(process, SIGQUIT)
        _ = PostgresServer.wait(for: process)
      }
    }
  }
  private static let running = Running()

  private static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return -1 } }
    return status
  }

  private static func freePort() throws -> Int {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard file >= 0 else { throw SystemCallError("socket") }
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, size) + getsockname(file, $0, &size) }
    }
    guard code == 0 else { throw SystemCallError("bind") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
