import Benchmarking
import Formats
import Foundation
import HTTP
import RoomTesting
import Testing

/// A real browser, driven over WebDriver's JSON.
final class Browser: Sendable {
  private let driver: ChildProcess
  private let base: String
  private let session: String
  /// A browser binds a socket in its temporary folder, and a socket's path has at most 107 bytes: a short one for it
  /// alone, gone with it.
  private let temporary: TestFolder

  static let programs: (driver: String, browser: String)? = {
    func isThere(_ path: String) -> Bool { access(path, X_OK) == 0 }
    let drivers = ["/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver"].filter(isThere)
    let browsers = ["/usr/bin/chromium", "/usr/bin/google-chrome"].filter(isThere)
    guard let driver = drivers.first, let browser = browsers.first else { return nil }
    return (driver, browser)
  }()

  /// - Parameter folder: for its profile and log; a name of its own below it, so that several may run.
  init(folder: String, width: Int, height: Int, name: String = "browser") async throws {
    let folder = folder + "/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let programs = try #require(Self.programs)
    let port = try Ports.next()
    var environment = ["PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"]
    temporary = try TestFolder("browser", isInMemory: true)
    environment["TMPDIR"] = temporary.path
    driver = try ChildProcess(
      programs.driver, ["--port=\(port)", "--log-level=WARNING"], environment: environment,
      output: folder + "/chromedriver.log", errors: folder + "/chromedriver.log")
    base = "http://127.0.0.1:\(port)"
    let (base, client) = (base, try #require(Porch.client))
    let isReady = await eventually(20) { ((try? await client.send(.get(base + "/status")))?.status ?? 0) == 200 }
    try #require(isReady, "chromedriver does not answer")
    let answer = try await Self.call(
      "POST", base + "/session",
      [
        "capabilities": [
          "alwaysMatch": [
            "browserName": "chrome",
            "goog:chromeOptions": [
              "binary": .string(programs.browser),
              "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                .string("--window-size=\(width),\(height)"), .string("--user-data-dir=\(folder)/profile"),
              ],
            ],
          ]
        ]
      ])
    session = base + "/session/" + (try #require(answer["sessionId"].string, "\(answer)"))
  }

  func close() async {
    _ = try? await Self.call("DELETE", session, nil)
    driver.signal(SIGTERM)
    _ = await driver.waitAside(seconds: 5)
  }

  func open(_ url: String) async throws { _ = try await Self.call("POST", session + "/url", ["url": .string(url)]) }
  var url: String { get async throws { try await Self.call("GET", session + "/url", nil).string ?? "" } }

  @discardableResult
  func run(_ script: String, _ arguments: [JSON] = []) async throws -> JSON {
    try await Self.call("POST", session + "/execute/sync", ["script": .string(script), "args": .array(arguments)])
  }

  /// Types into the first element that matches, as a person would.
  func type(_ text: String, into selector: String) async throws {
    let found = try await Self.call(
      "POST", session + "/element", ["using": "css selector", "value": .string(selector)])
    let id = try #require(found.object?.members.first?.value.string, "no \(selector): \(found)")
    _ = try await Self.call("POST", session + "/element/\(id)/value", ["text": .string(text)])
  }

  /// Presses keys wherever the focus is; `\u{E004}` is Tab.
  func press(_ keys: String) async throws {
    let actions = keys.flatMap { key -> [JSON] in
      ["keyDown", "keyUp"].map { ["type": .string($0), "value": .string(String(key))] }
    }
    _ = try await Self.call(
      "POST", session + "/actions", ["actions": [["type": "key", "id": "keys", "actions": .array(actions)]]])
  }

  /// Runs a script that calls its last argument when it is done.
  func runAside(_ script: String) async throws -> JSON {
    try await Self.call("POST", session + "/execute/async", ["script": .string(script), "args": []])
  }

  /// A command of the browser's own protocol.
  @discardableResult
  func command(_ name: String, _ values: JSON) async throws -> JSON {
    try await Self.call("POST", session + "/goog/cdp/execute", ["cmd": .string(name), "params": values])
  }

  func resize(_ width: Int, _ height: Int) async throws {
    try await command(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .integer(Int64(width)), "height": .integer(Int64(height)), "deviceScaleFactor": 1,
        "mobile": .bool(width < 600),
      ])
  }

  func prefer(dark: Bool, stillness: Bool = false) async throws {
    try await command(
      "Emulation.setEmulatedMedia",
      [
        "features": [
          ["name": "prefers-color-scheme", "value": dark ? "dark" : "light"],
          ["name": "prefers-reduced-motion", "value": stillness ? "reduce" : "no-preference"],
        ]
      ])
  }

  /// Waits until a script returns true.
  func waits(_ seconds: Double = 15, for script: String) async throws -> Bool {
    await eventually(seconds) { (try? await run("return " + script))?.bool == true }
  }

  func screenshot() async throws -> [UInt8] {
    let text = try await Self.call("GET", session + "/screenshot", nil).string ?? ""
    return Array(Data(base64Encoded: text) ?? Data())
  }

  /// Everything a reader sees.
  var text: String { get async throws { try await run("return document.body.innerText").string ?? "" } }

  private static func call(_ method: String, _ url: String, _ body: JSON?) async throws -> JSON {
    var request = HTTPClientRequest(method: method, url: url, body: body?.bytes())
    if body != nil { request.headers.add("Content-Type", "application/json") }
    request.timeout = .seconds(60)
    request.maxResponseBytes = 32 << 20
    let response = try await #require(Porch.client).send(request)
    let value = try JSON.parse(response.body)["value"]
    guard response.isSuccess else { throw PorchError(text: "\(method) \(url): \(value["message"].string ?? "")") }
    return value
  }
}
