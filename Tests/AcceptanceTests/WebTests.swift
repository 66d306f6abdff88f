import Benchmarking
import Formats
import Foundation
import HTTP
import Testing

/// A real browser, driven over WebDriver's JSON.
final class Browser: Sendable {
  private let driver: ChildProcess
  private let base: String
  private let session: String

  static let programs: (driver: String, browser: String)? = {
    func isThere(_ path: String) -> Bool { access(path, X_OK) == 0 }
    let drivers = ["/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver"].filter(isThere)
    let browsers = ["/usr/bin/chromium", "/usr/bin/google-chrome"].filter(isThere)
    guard let driver = drivers.first, let browser = browsers.first else { return nil }
    return (driver, browser)
  }()

  init(folder: String, width: Int, height: Int) async throws {
    let programs = try #require(Self.programs)
    let port = try Ports.next()
    var environment = ["PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"]
    environment["TMPDIR"] = folder
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

extension AcceptanceTests {
  @Suite(
    "The web page in a real browser",
    .enabled(if: Browser.programs != nil, "Chromium and its driver are not installed"),
    .timeLimit(.minutes(3)))
  struct WebTests {
    @Test("signs in by the printed link, sends a message, shows the answer")
    func chat() async throws {
      let porch = try Porch()
      try await porch.start()
      let link = try #require(
        porch.greeting.split(whereSeparator: { $0.isWhitespace }).first { $0.contains("http") && $0.contains("signin") }
          .map(String.init), "no link in: \(porch.greeting)")
      let browser = try await Browser(folder: porch.folder, width: 412, height: 860)
      try await browser.open(link)
      let entered = try await eventually(15) {
        try await browser.run("return !!document.querySelector('textarea')").bool == true
      }
      let page = try await browser.text
      try #require(entered, "not signed in: \(page)")
      let url = try await browser.url
      #expect(!url.contains("code"), "the one-time code stays out of the history")
      try await browser.type("add expense 120 rupees for tea\u{E007}", into: "textarea")
      let answered = try await eventually(15) {
        try await browser.run("return document.querySelector('[role=log]').innerText").string?.contains("₹120") == true
      }
      let shown = try await browser.text
      #expect(answered, "\(shown)")
      let picture = try await browser.screenshot()
      #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture.count > 5_000)
      if let folder = ProcessInfo.processInfo.environment["THINNAI_TEST_PICTURES"] {
        try Data(picture).write(to: URL(fileURLWithPath: folder + "/web-chat.png"))
      }
      // Nothing is wider than the phone.
      let overflow = try await browser.run(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
      #expect((overflow.int ?? 99) <= 0, "the page scrolls sideways")
      // The server goes and comes back; what was typed meanwhile arrives.
      await porch.kill()
      try await browser.type("add expense 77 rupees for milk\u{E007}", into: "textarea")
      try await porch.start()
      let caughtUp = try await eventually(30) {
        try await browser.run("return document.querySelector('[role=log]').innerText").string?.contains("₹77") == true
      }
      let after = try await browser.text
      #expect(caughtUp, "a message typed while the server was down: \(after)")
      // The link is good once.
      let other = try await porch.get(String(link.dropFirst(porch.url.count)))
      #expect(!other.headers.fields.contains { $0.name.lowercased() == "set-cookie" && $0.value.count > 40 })
      await browser.close()
      #expect(await porch.stop() == 0)
    }
  }
}
