import Base
import Foundation
import Glibc

/// A temporary home and the surroundings in which the measured program runs.
final class BenchmarkHome: Sendable {
  static let token = "42:benchmark-token"
  static let secret = "benchmark-secret"
  let folder: String
  let port: Int
  let binary: String
  private let environment: [String: String]

  /// - Parameter api: port of the Bot API's stand-in.
  init(binary: String, share: String, api: Int) throws {
    self.binary = binary
    port = try Socket.freePort()
    var pattern = Array((NSTemporaryDirectory() + "/thinnai-bench-XXXXXX").utf8CString)
    guard mkdtemp(&pattern) != nil else {
      throw BenchmarkError(.notStarted, "No temporary folder can be made: \(String(cString: strerror(errno))).")
    }
    folder = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let outer = ProcessInfo.processInfo.environment
    // The trained model is the login's, as it is for every home.
    let cache =
      outer["THINNAI_CACHE"] ?? outer["XDG_CACHE_HOME"].map { $0 + "/thinnai" }
      ?? LoginHome.path(outer) + "/.cache/thinnai"
    environment = [
      "PATH": outer["PATH"] ?? "/usr/bin:/bin", "THINNAI_CACHE": cache,
      "HOME": folder, "LANG": "C.UTF-8", "THINNAI_HOME": folder + "/home", "THINNAI_SHARE": share,
      "THINNAI_LISTEN": "127.0.0.1:\(port)", "THINNAI_TELEGRAM_TOKEN": Self.token,
      "THINNAI_TELEGRAM_SECRET": Self.secret, "THINNAI_TELEGRAM_API": "http://127.0.0.1:\(api)",
      // The platform's own limits would be measured otherwise.
      "THINNAI_TELEGRAM_PACE_CHAT_PER_S": "0", "THINNAI_TELEGRAM_PACE_TOTAL_PER_S": "0",
    ]
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The store's log of what is not in its file yet.
  var wal: String { folder + "/home" + "/thinnai.db-wal" }
  var store: String { folder + "/home" + "/thinnai.db" }
  /// Where the program takes requests of this machine.
  var socket: String { folder + "/home" + "/thinnai.sock" }
  var log: String { folder + "/serve.log" }

  func start(_ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(binary, arguments, environment: environment, output: log, errors: log)
  }

  func start(path: String, arguments: [String]) throws -> ChildProcess {
    try ChildProcess(path, arguments, environment: environment, output: log, errors: log)
  }

  /// Runs a command to its end.
  func run(_ arguments: [String]) throws {
    let child = try start(arguments)
    guard child.wait(seconds: 60) == 0 else { throw failure("\(arguments.joined(separator: " ")) failed") }
  }

  /// Trains what may not be trained yet, and adds people.
  func addPeople(_ count: Int) throws {
    try run(["nlu", "warm"])
    for index in 0..<count {
      try run([
        "people", "add", "Person \(index + 1)", "--persona", "founder", "--language", "en", "--zone", "Asia/Kolkata",
        "--telegram", String(LoadLoop.firstChat + index),
      ])
    }
  }

  /// - Returns: seconds until the program called itself ready.
  @discardableResult
  func waitUntilReady(_ child: ChildProcess, since: Double, path: String = "/readyz", limit: Double = 60) throws
    -> Double
  {
    while Stopwatch.now - since < limit {
      if isReady(path) { return Stopwatch.now - since }
      guard child.isRunning else { throw failure("the server ended before it was ready") }
      usleep(500)
    }
    throw failure("the server was not ready within \(Int(limit)) s")
  }

  private func isReady(_ path: String) -> Bool {
    guard let descriptor = try? Socket.connect(port: port) else { return false }
    defer { close(descriptor) }
    // The next lines wait for one short answer.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
    var answer = [UInt8](repeating: 0, count: 64)
    let count = recv(descriptor, &answer, answer.count, 0)
    return count > 12 && answer[9..<12].elementsEqual("200".utf8)
  }

  private func failure(_ what: String) -> BenchmarkError {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    let last = text.split(separator: "\n").suffix(8).joined(separator: "\n")
    return BenchmarkError(.notReady, "\(what); its last words:\n\(last)")
  }
}

/// Blocking work on a thread of its own, so that it holds none of the pool.
func aside<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
  }
}
