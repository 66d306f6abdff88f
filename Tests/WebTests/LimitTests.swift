import Base
import Formats
import HTTP
import RoomTesting
import Synchronization
import Testing

@testable import Web

@Suite("Limits of the web door", .timeLimit(.minutes(5)))
struct LimitTests {
  @Test("a burst passes, then the steady rate; the clock alone opens the gate again")
  func rate() {
    let now = Mutex<Int64>(0)
    let limiter = RateLimiter(rate: 2, burst: 3) { now.withLock { $0 } }
    for _ in 0..<3 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") == .milliseconds(500))
    #expect(limiter.take("b") == nil)
    now.withLock { $0 += 499_999 }
    #expect(limiter.wait("a") == .microseconds(1))
    now.withLock { $0 += 1 }
    #expect(limiter.take("a") == nil)
    #expect(limiter.take("a") == .milliseconds(500))
    // an asker who keeps knocking is not put off for longer
    for _ in 0..<1_000 { _ = limiter.take("a") }
    #expect(limiter.wait("a") == .milliseconds(500))
    // a clock that is set back neither opens nor freezes it
    now.withLock { $0 += 10_000_000 }
    for _ in 0..<3 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") != nil)
  }

  @Test("a flood of keys is bounded and opens nothing")
  func flood() {
    let now = Mutex<Int64>(0)
    let limiter = RateLimiter(rate: 1, burst: 2, capacity: 100) { now.withLock { $0 } }
    var passed = 0
    for key in 0..<10_000 where limiter.take("k\(key)") == nil { passed += 1 }
    #expect(passed == 102)
    now.withLock { $0 += 60_000_000 }
    #expect(limiter.take("new") == nil)
  }

  @Test("an address that asks too much is told when to come back, whatever it asks")
  func address() async throws {
    let web = try await WebHarness { $0.limits.address = .init(perSecond: 1, burst: 5) }
    let token = try await web.token(["read"])
    let paths = ["/healthz", "/nothing", "/", "/assistant/status", "/openapi.json"]
    for path in paths { #expect(await web.ask("GET", path, token: token).status != 429) }
    for path in paths {
      let answer = await web.ask("GET", path, token: token)
      #expect(answer.status == 429)
      #expect(answer.headers["Retry-After"] == "1")
    }
    #expect(await web.ask("GET", "/healthz", from: "203.0.113.8").status == 200)
    #expect(await web.ask("GET", "/healthz", isUnixSocket: true).status == 200)
    // a webhook has its own door: the platform is never slowed by strangers
    let hook = await web.ask("POST", "/telegram/webhook", [:], headers: [("X-Secret", "sesame")])
    #expect(hook.status == 200)
    web.pass(.seconds(1))
    #expect(await web.ask("GET", "/healthz").status == 200)
  }

  @Test("a token has a limit of its own, and one that spent it leaves its person's others room")
  func token() async throws {
    let web = try await WebHarness {
      $0.limits.token = .init(perSecond: 1, burst: 2)
      $0.limits.caller = .init(perSecond: 1, burst: 5)
    }
    let (first, second) = (try await web.token(["read"]), try await web.token(["read"]))
    for address in ["203.0.113.1", "203.0.113.2"] {
      #expect(await web.ask("GET", "/assistant/status", token: first, from: address).status == 200)
    }
    for _ in 0..<9 {
      let answer = await web.ask("GET", "/assistant/status", token: first, from: "203.0.113.3")
      #expect(answer.status == 429)
      #expect(answer.headers["Retry-After"] == "1")
    }
    for _ in 0..<2 { #expect(await web.ask("GET", "/assistant/status", token: second).status == 200) }
    #expect(await web.ask("GET", "/assistant/status", token: second).status == 429)
    web.pass(.seconds(1))
    #expect(await web.ask("GET", "/assistant/status", token: first).status == 200)
  }

  @Test("one caller's limit holds over all addresses")
  func caller() async throws {
    let web = try await WebHarness { $0.limits.caller = .init(perSecond: 1, burst: 3) }
    let token = try await web.token(["read"])
    for host in 1...3 {
      #expect(await web.ask("GET", "/assistant/status", token: token, from: "203.0.113.\(host)").status == 200)
    }
    #expect(await web.ask("GET", "/assistant/status", token: token, from: "203.0.113.4").status == 429)
    let other = try await web.token(["read"], for: web.house.elder)
    #expect(await web.ask("GET", "/assistant/status", token: other, from: "203.0.113.4").status == 200)
  }

  @Test("a thousand guesses, with any mix of fields, are slowed; who was proven from there passes")
  func guesses() async throws {
    let web = try await WebHarness { $0.limits.address = .init(perSecond: 1_000, burst: 100_000) }
    let good = try await web.token(["read", "write"])
    #expect(await web.ask("GET", "/assistant/status", token: good).status == 200)
    let cookie = try await web.cookie()
    let bodies: [JSON] = [
      ["text": "x"], ["text": "x", "person": "Ravi"], ["text": "x", "conversation": "a"],
      ["text": "x", "person": "Ravi", "conversation": "a", "token": "t"], [:],
    ]
    var unauthorised = 0
    for guess in 0..<1_000 {
      let path = ["/assistant/invoke", "/users/register", "/api/v1/actions/note.add"][guess % 3]
      let answer = await web.ask("POST", path, bodies[guess % 5], token: "th_guess\(guess)_\(guess)")
      #expect(answer.status == 401 || answer.status == 429)
      if answer.status == 401 { unauthorised += 1 }
    }
    #expect(unauthorised == 10)
    #expect(await web.ask("GET", "/assistant/status", token: good).status == 200)
    #expect(await web.ask("GET", "/me", cookie: cookie).status == 200)
    // a good token that nobody has shown from there waits with the guesser, a while
    let fresh = try await web.token(["read"])
    #expect(await web.ask("GET", "/assistant/status", token: fresh).status == 429)
    #expect(await web.ask("GET", "/assistant/status", token: fresh, from: "198.51.100.1").status == 200)
    web.pass(.seconds(6))
    #expect(await web.ask("GET", "/assistant/status", token: fresh).status == 200)
  }

  @Test("codes are guessed no faster than tokens")
  func codes() async throws {
    let web = try await WebHarness()
    let code = web.door.makeSignInCode(for: web.house.owner)
    for _ in 0..<10 { #expect(await web.ask("POST", "/signin", ["code": "guess"]).status == 401) }
    #expect(await web.ask("POST", "/signin", ["code": .string(code)]).status == 429)
    web.pass(.seconds(6))
    #expect(await web.ask("POST", "/signin", ["code": .string(code)]).status == 200)
  }

  @Test("a page that says too much is told to wait, and nothing is lost by saying it again")
  func chatter() async throws {
    let web = try await WebHarness()
    let cookie = try await web.cookie()
    func say(_ number: Int) async -> WebHarness.Answer {
      await web.ask(
        "POST", "/live/messages", ["type": "message", "id": .string("message-\(number)"), "text": "x"], cookie: cookie,
        headers: [("Origin", "http://thinnai.example")])
    }
    for number in 0..<20 { #expect(await say(number).status == 200) }
    #expect(await say(20).code == "web.too_many")
    web.pass(.seconds(1))
    #expect(await say(20).status == 200)
  }
}
