import Base
import Benchmarking
import Formats
import Foundation
import HTTP
import RoomTesting
import Store
import Synchronization
import Testing

/// The real program with a home of its own: commands run to their end, or a server that is killed and started again.
final class Porch: Sendable {
  struct Ran: Sendable, CustomStringConvertible {
    let code: Int32
    let out: String
    let err: String
    var lines: [String] { out.split(separator: "\n").map(String.init) }
    var json: [JSON] { lines.compactMap { try? JSON.parse(Array($0.utf8)) } }
    var description: String { "exit \(code)\nstdout: \(out)\nstderr: \(err.suffix(2_000))" }
  }

  static let share: String =
    ProcessInfo.processInfo.environment["THINNAI_SHARE"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The program under test, if it was built.
  static let binary: String? = {
    let named = ProcessInfo.processInfo.environment["THINNAI_BINARY"].map { [$0] } ?? []
    return (named + [share + "/.build/release/Thinnai", share + "/.build/debug/Thinnai"]).first {
      access($0, X_OK) == 0
    }
  }()
  static let isLong = ProcessInfo.processInfo.environment["THINNAI_TEST_LONG"] != nil
  static let client: HTTPClient? = try? HTTPClient()
  /// Where the trained model is kept for all homes of this run.
  private static let cache = (try? TestFolder.run.get()).map { $0 + "/cache" } ?? NSTemporaryDirectory()
  /// The program trains once; every home finds it trained.
  private static let trained = Task {
    guard let binary else { return }
    // the launcher has trained the same model after building: a copy spares both processors more than a minute
    let outer = ProcessInfo.processInfo.environment
    let known = outer["THINNAI_CACHE"] ?? (outer["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache") + "/thinnai"
    try? FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: known)) ?? [] {
      try? FileManager.default.copyItem(atPath: known + "/" + name, toPath: cache + "/" + name)
    }
    let environment = [
      "THINNAI_SHARE": share, "THINNAI_CACHE": cache, "HOME": cache, "LANG": "C.UTF-8",
    ]
    _ = await (try? ChildProcess(binary, ["nlu", "warm"], environment: environment))?.waitAside(seconds: 300)
  }

  private let place: TestFolder
  var folder: String { place.path }
  let port: Int
  private let environment: [String: String]
  private let server = Mutex<ChildProcess?>(nil)
  private let counter = Mutex(0)

  init(
    telegram: TelegramStandIn? = nil, telegramSecret: String? = "standin-secret_1", whatsApp: WhatsAppStandIn? = nil,
    environment more: [String: String?] = [:]
  ) throws {
    place = try TestFolder("porch")
    let folder = place.path
    port = try Ports.next()
    var environment: [String: String] = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8",
      "TZ": "Asia/Kolkata", "THINNAI_CACHE": Self.cache, "THINNAI_HOME": folder + "/home", "THINNAI_SHARE": Self.share,
      "THINNAI_LISTEN": "127.0.0.1:\(port)",
    ]
    if let telegram {
      environment["THINNAI_TELEGRAM_TOKEN"] = telegram.token
      environment["THINNAI_TELEGRAM_API"] = telegram.url
      environment["THINNAI_TELEGRAM_SECRET"] = telegramSecret
      // These tests count answers, not the platform's patience.
      environment["THINNAI_TELEGRAM_PACE_CHAT_PER_S"] = "0"
      environment["THINNAI_TELEGRAM_PACE_TOTAL_PER_S"] = "0"
    }
    if let whatsApp {
      environment["THINNAI_WHATSAPP_TOKEN"] = whatsApp.token
      environment["THINNAI_WHATSAPP_APP_SECRET"] = "standin-app-secret"
      environment["THINNAI_WHATSAPP_VERIFY_TOKEN"] = "standin-verify"
      environment["THINNAI_WHATSAPP_PHONE_NUMBER_ID"] = whatsApp.phoneNumberID
      environment["THINNAI_WHATSAPP_API"] = whatsApp.url
      environment["THINNAI_WHATSAPP_PACE_CHAT_PER_S"] = "0"
      environment["THINNAI_WHATSAPP_PACE_TOTAL_PER_S"] = "0"
    }
    for (key, value) in more { environment[key] = value }
    self.environment = environment
  }

  deinit {
    server.withLock { $0 }?.end(SIGKILL)
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var home: String { folder + "/home" }

  // MARK: Commands

  /// Runs the program to its end.
  func run(_ arguments: String..., input: String? = nil, seconds: Double = 60, environment more: [String: String] = [:])
    async throws -> Ran
  {
    try await run(arguments, input: input, seconds: seconds, environment: more)
  }

  /// - Parameter inputFile: bytes to read, where they are no text.
  func run(
    _ arguments: [String], input: String? = nil, inputFile: String? = nil, seconds: Double = 60,
    environment more: [String: String] = [:]
  ) async throws -> Ran {
    let binary = try #require(Self.binary)
    await Self.trained.value
    let number = counter.withLock { counter in
      counter += 1
      return counter
    }
    let base = "\(folder)/run-\(number)"
    if let input { try input.write(toFile: base + ".in", atomically: false, encoding: .utf8) }
    let child = try ChildProcess(
      binary, arguments, environment: environment.merging(more) { $1 }, output: base + ".out", errors: base + ".err",
      input: inputFile ?? (input == nil ? nil : base + ".in"))
    guard let code = await child.waitAside(seconds: seconds) else {
      child.end(SIGKILL)
      Issue.record("\(arguments.joined(separator: " ")) did not end within \(seconds) s")
      return Ran(code: -1, out: read(base + ".out"), err: read(base + ".err"))
    }
    return Ran(code: code, out: read(base + ".out"), err: read(base + ".err"))
  }

  private func read(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  // MARK: The server

  var log: String { read(folder + "/serve.log") }
  var process: ChildProcess? { server.withLock { $0 } }

  /// Starts `serve` and waits until it calls itself ready.
  func start(under wrapper: [String] = [], arguments: [String] = []) async throws {
    let child = try await launch(under: wrapper, arguments: arguments)
    guard await becomesReady(child) else {
      throw PorchError(
        text: "serve was not ready; its log ends: \(log.suffix(1_500)) \(read(folder + "/serve.out").suffix(500))")
    }
    // it answers a moment before it tells its owner where; on a full disk it cannot
    _ = await eventually(2) { greeting.contains("listens on") }
  }

  /// Starts `serve`, under another program where one is named, and waits for nothing.
  @discardableResult
  func launch(under wrapper: [String] = [], arguments: [String] = []) async throws -> ChildProcess {
    let binary = try #require(Self.binary)
    await Self.trained.value
    let words = wrapper + [binary, "serve"] + arguments
    let child = try ChildProcess(
      words[0], Array(words.dropFirst()), environment: environment, output: folder + "/serve.out",
      errors: folder + "/serve.log")
    server.withLock { $0 = child }
    return child
  }

  private func becomesReady(_ child: ChildProcess) async -> Bool {
    let end = Stopwatch.now + 60
    while Stopwatch.now < end, child.isRunning {
      if let response = try? await get("/readyz"), response.status == 200 { return true }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return false
  }

  /// What `serve` printed for its owner.
  var greeting: String { read(folder + "/serve.out") }

  /// Ends it at once, as a power cut does.
  func kill() async {
    guard let child = process else { return }
    child.signal(SIGKILL)
    _ = await child.waitAside(seconds: 10)
    server.withLock { $0 = nil }
  }

  /// Asks it to end and gives its exit code.
  @discardableResult
  func stop() async -> Int32? {
    guard let child = process else { return nil }
    child.signal(SIGTERM)
    let code = await child.waitAside(seconds: 30)
    if code == nil { child.end(SIGKILL) }
    server.withLock { $0 = nil }
    return code
  }

  func get(_ path: String, headers: HTTPHeaders = [:]) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest.get(url + path, headers: headers)
    request.timeout = .seconds(20)
    return try await #require(Self.client).send(request)
  }

  func post(_ path: String, _ body: [UInt8], headers: HTTPHeaders = [:]) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(method: "POST", url: url + path, headers: headers, body: body)
    if request.headers["Content-Type"] == nil { request.headers.add("Content-Type", "application/json") }
    request.timeout = .seconds(20)
    return try await #require(Self.client).send(request)
  }

  func post(_ path: String, _ json: JSON, token: String? = nil) async throws -> HTTPClientResponse {
    try await post(path, json.bytes(), headers: token.map { ["Authorization": "Bearer " + $0] } ?? [:])
  }

  /// A bearer token for a person, as the owner is shown it once.
  func token(for name: String, scope: String) async throws -> String {
    let ran = try await run("people", "token", name, "--scope", scope)
    try #require(ran.code == 0, "\(ran)")
    return try #require(ran.out.split(whereSeparator: \.isWhitespace).map(String.init).max { $0.count < $1.count })
  }

  /// Waits until nothing that was accepted waits to be handled, and nothing that was said waits to be sent: what would
  /// still come, has come.
  func settles(_ seconds: Double = 20) async throws {
    let isSettled = try await eventually(seconds) {
      try await rows(
        """
        SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')
          + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND door <> 'web')
        """
      ) { $0.integer(0) } == [0]
    }
    if !isSettled {
      throw PorchError(text: "something still waits after \(seconds) s; the log ends: \(log.suffix(800))")
    }
  }

  /// Looks at rows behind the program's back, with a connection that only reads.
  func rows<T: Sendable>(_ query: String, _ map: @escaping @Sendable (Row) throws -> T) async throws -> [T] {
    let names = try FileManager.default.contentsOfDirectory(atPath: home)
    let file = try #require(names.first { $0.hasSuffix(".db") }, "no database among \(names)")
    return try await SQLiteDatabase.inspect(home + "/" + file) { try $0.query(query, map: map) }
  }
}

struct PorchError: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}

extension ChildProcess {
  /// Waits without holding a thread.
  func waitAside(seconds: Double) async -> Int32? {
    let end = Stopwatch.now + seconds
    while Stopwatch.now < end {
      if let code = poll() { return code }
      try? await Task.sleep(for: .milliseconds(3))
    }
    return poll()
  }
}

/// Ports below those that the kernel gives to others, so that a server may come back to its own.
enum Ports {
  private static let last = Mutex(20_000 + Int(getpid() % 97) * 100)

  static func next() throws -> Int {
    try last.withLock { last in
      for _ in 0..<2_000 {
        last = last >= 31_900 ? 20_001 : last + 1
        if Wire.isFree(last) { return last }
      }
      throw PorchError(text: "no free port")
    }
  }
}

/// Waits until something holds; the reason is the caller's.
@discardableResult
func eventually(_ seconds: Double = 30, _ condition: () async throws -> Bool) async rethrows -> Bool {
  let end = Stopwatch.now + seconds
  while true {
    if try await condition() { return true }
    if Stopwatch.now >= end { return false }
    try? await Task.sleep(for: .milliseconds(10))
  }
}
