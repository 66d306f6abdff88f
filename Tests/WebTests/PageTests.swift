import Base
import Formats
import HTTP
import Messages
import People
import RoomTesting
import Store
import Synchronization
import Testing

@testable import Web

@Suite("The live page's protocol", .timeLimit(.minutes(5)))
struct PageTests {
  private static let origin = [("Origin", "http://thinnai.example")]

  /// Says frames on one page and gives what came back to it.
  private func frames(
    _ web: WebHarness, _ said: [String], as person: Person? = nil, session: String = "s"
  ) async -> [JSON] {
    let person = person ?? web.house.owner
    let channel = web.door.hub.open(person: person.id, session: session)
    for text in said { await web.door.take(text, person, channel) }
    web.door.hub.remove(channel)
    var frames: [JSON] = []
    for await text in channel.frames { frames.append((try? JSON.parse(Array(text.utf8))) ?? .null) }
    return frames
  }

  @Test("a sign-in code is good once, for ten minutes, for its person")
  func signIn() async throws {
    let web = try await WebHarness()
    let code = web.door.makeSignInCode(for: web.house.elder)
    let answer = await web.ask("POST", "/signin", ["code": .string(code)])
    #expect(answer.status == 200 && answer.json == ["name": "Lakshmi"])
    let cookie = try #require(answer.headers["Set-Cookie"])
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] { #expect(cookie.contains(part), "\(cookie)") }
    let pair = String(cookie.prefix { $0 != ";" })
    let me = await web.ask("GET", "/me", cookie: pair)
    #expect(me.json["person"]["name"] == "Lakshmi" && me.json["person"]["language"] == "ta")
    #expect(await web.ask("POST", "/signin", ["code": .string(code)]).status == 401)
    let late = web.door.makeSignInCode(for: web.house.elder)
    web.house.clock.advance(by: .minutes(10))
    let expired = await web.ask("POST", "/signin", ["code": .string(late)])
    #expect(expired.status == 401 && expired.field == "code")
    // the session ends with sign-out, everywhere, and with its time
    let other = try await web.cookie()
    #expect(await web.ask("POST", "/signout", [:], cookie: pair, headers: Self.origin).status == 200)
    #expect(await web.ask("GET", "/me", cookie: pair).status == 401)
    #expect(await web.ask("GET", "/me", cookie: other).status == 200)
    web.house.clock.advance(by: .days(31))
    #expect(await web.ask("GET", "/me", cookie: other).status == 401)
    #expect(await web.ask("GET", "/me", cookie: "thinnai=").status == 401)
  }

  @Test("over TLS the cookie is bound to this host")
  func secureCookie() async throws {
    let web = try await WebHarness { $0.site.isTLS = true }
    let code = web.door.makeSignInCode(for: web.house.owner)
    let cookie = await web.ask("POST", "/signin", ["code": .string(code)]).headers["Set-Cookie"] ?? ""
    #expect(cookie.hasPrefix("__Host-thinnai=") && cookie.contains("Secure"))
    #expect(await web.ask("GET", "/").headers["Strict-Transport-Security"] != nil)
  }

  @Test("a message is acknowledged when it is on disk, shown on every page of the person, and answered")
  func message() async throws {
    let web = try await WebHarness()
    let other = web.door.hub.open(person: web.house.owner.id, session: "other")
    let elsewhere = web.door.hub.open(person: web.house.elder.id, session: "elder")
    let own = await frames(web, [#"{"type":"message","id":"abcdefgh","text":"pay"}"#])
    #expect(Set(own.compactMap { $0["type"].string }) == ["reply", "message", "ack"])
    let ack = try #require(own.first { $0["type"] == "ack" })
    #expect(
      ack["id"] == "abcdefgh" && ack["repeat"] == false && ack["at"].string.flatMap { Instant(iso8601: $0) } != nil)
    let reply = try #require(own.first { $0["type"] == "reply" })
    #expect(reply["text"] == "heard: pay" && reply["buttons"].array?.count == 2 && reply["buttons"][0]["open"] == true)
    web.door.hub.closeAll()
    var seen: [String] = []
    for await text in other.frames { seen.append((try? JSON.parse(Array(text.utf8)))?["type"].string ?? "") }
    #expect(Set(seen) == ["reply", "message"], "an answer that is there already leaves no sign of writing behind")
    for await text in elsewhere.frames { Issue.record("somebody else's page got \(text)") }
  }

  @Test("the same id has one effect, also over the other way in")
  func repeats() async throws {
    let web = try await WebHarness()
    let text = #"{"type":"message","id":"abcdefgh","text":"hello"}"#
    let acks = await frames(web, [text, text, text]).filter { $0["type"] == "ack" }
    #expect(acks.map { $0["repeat"].bool } == [false, true, true])
    let cookie = try await web.cookie()
    let posted = await web.ask(
      "POST", "/live/messages", bytes: Array(text.utf8), cookie: cookie, headers: Self.origin)
    #expect(posted.status == 200 && posted.json["type"] == "ack" && posted.json["repeat"] == true)
    #expect(web.script.accepted.withLock { $0.count } == 1)
    // another person's page may make the same id
    _ = await frames(web, [text], as: web.house.elder)
    #expect(web.script.accepted.withLock { $0.count } == 2)
  }

  @Test("presses and places become what they are")
  func contents() async throws {
    let web = try await WebHarness()
    _ = await frames(
      web,
      [
        #"{"type":"press","id":"press-01","button":"k7m2"}"#,
        #"{"type":"location","id":"place-01","location":{"lat":13.08,"lon":80.27,"accuracy_m":12}}"#,
      ])
    let accepted = web.script.accepted.withLock { $0 }
    guard accepted.count == 2, case .press("k7m2") = accepted[0].content,
      case .location(let place, let accuracy, false) = accepted[1].content
    else { return #expect(Bool(false), "\(accepted.map(\.content))") }
    #expect(place.latitude == 13.08 && accuracy == 12 && accepted[1].from.user == web.house.owner.id.text)
  }

  @Test(
    "a bad frame gets an error frame with its id, and nothing happens",
    arguments: [
      ("{", "json.end"), ("[]", "web.body"), ("{}", "web.field"), (#"{"type":"message","id":"abcdefgh"}"#, "web.field"),
      (#"{"type":"message","id":"short","text":"x"}"#, "web.field"),
      (#"{"type":"message","id":"has space","text":"x"}"#, "web.field"),
      (#"{"type":"message","id":7,"text":"x"}"#, "web.field"), (#"{"type":"dance","id":"abcdefgh"}"#, "web.field"),
      (#"{"type":"message","id":"abcdefgh","text":"  "}"#, "web.field"),
      (#"{"type":"message","id":"abcdefgh","text":"x","person":"Lakshmi"}"#, "web.field"),
      (#"{"type":"press","id":"abcdefgh"}"#, "web.field"),
      (#"{"type":"location","id":"abcdefgh","location":{"lat":"13","lon":80}}"#, "web.field"),
      (#"{"type":"location","id":"abcdefgh","location":{"lat":91,"lon":80}}"#, "web.field"),
      (String(repeating: "[", count: 5_000), "json.depth"),
    ])
  func bad(_ text: String, _ code: String) async throws {
    let web = try await WebHarness()
    let answer = await frames(web, [text])
    #expect(answer.count == 1 && answer[0]["type"] == "error" && answer[0]["code"].string == code, "\(answer)")
    #expect(answer[0]["sentence"].string?.isEmpty == false)
    if text.contains("abcdefgh") { #expect(answer[0]["id"] == "abcdefgh") }
    #expect(web.script.accepted.withLock { $0.isEmpty })
  }

  @Test("a full store is told, so that the page says it again")
  func full() async throws {
    let web = try await WebHarness()
    web.script.refusal.withLock { $0 = StoreError(.full, "The disk is full.") }
    let text = #"{"type":"message","id":"abcdefgh","text":"hello"}"#
    let refused = await frames(web, [text])
    #expect(refused.map { $0["code"].string } == ["store.full"] && refused[0]["id"] == "abcdefgh")
    web.script.refusal.withLock { $0 = nil }
    #expect(await frames(web, [text]).contains { $0["type"] == "ack" && $0["repeat"] == false })
    #expect(await frames(web, [#"{"type":"ping"}"#]) == [["type": "pong"]])
  }

  @Test("a page that connects is greeted and shown the last turns, with buttons that still work")
  func greeting() async throws {
    let web = try await WebHarness()
    _ = await frames(web, [#"{"type":"message","id":"abcdefgh","text":"pay"}"#])
    let greeting = try await web.door.greeting(web.house.owner)
    #expect(greeting.map { $0["type"].string } == ["hello", "history"])
    #expect(greeting[0]["person"]["name"] == "Ravi" && greeting[0]["version"] == "1.2.3")
    let items = greeting[1]["items"].array ?? []
    #expect(items.map { $0["type"].string } == ["message", "reply"])
    #expect(items.map { $0["text"].string } == ["pay", "heard: pay"])
    #expect(items[1]["buttons"].array?.allSatisfy { $0["open"] == true } == true)
    let pressed = try #require(items[1]["buttons"][0]["id"].string)
    try await web.house.tenant().write {
      _ = try $0.execute("UPDATE buttons SET used_at = 1 WHERE tenant = :tenant AND id = ?", pressed)
    }
    let again = try await web.door.greeting(web.house.owner)
    #expect(again[1]["items"][1]["buttons"].array?.allSatisfy { $0["open"] == false } == true)
    #expect(try await web.door.greeting(web.house.elder)[1]["items"].array?.isEmpty == true)
  }

  @Test("too many pages of one person: the oldest goes; a page that falls behind is let go")
  func bounds() async throws {
    let web = try await WebHarness()
    let owner = web.house.owner.id
    let channels = (0..<(LiveHub.perPerson + 1)).map { web.door.hub.open(person: owner, session: "s\($0)") }
    #expect(web.door.hub.count == LiveHub.perPerson)
    for await _ in channels[0].frames {}
    for number in 0...LiveChannel.limit { web.door.hub.push(["n": .integer(Int64(number))], to: owner) }
    var count = 0
    for await _ in channels[1].frames { count += 1 }
    #expect(count == LiveChannel.limit)
    // a signed-out session takes its pages with it
    let two = web.door.hub.open(person: owner, session: "gone")
    web.door.hub.close(session: "gone")
    for await _ in two.frames {}
  }

  @Test("the page's files: ours only, cached by tag, no script from anywhere else")
  func files() async throws {
    let web = try await WebHarness()
    let paths = ["/", "/signin", "/pages/chat/main.js", "/pages/chat/chat.css", "/pages/page/icon.svg"]
    for path in paths {
      let page = await web.ask("GET", path)
      #expect(page.status == 200 && !page.bytes.isEmpty, "\(path)")
      let policy = page.headers["Content-Security-Policy"] ?? ""
      for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        #expect(policy.contains(part))
      }
      #expect(!policy.contains("unsafe") && !policy.contains("*"))
      #expect(page.headers["X-Content-Type-Options"] == "nosniff" && page.headers["Referrer-Policy"] == "no-referrer")
      let again = await web.ask("GET", path, headers: [("If-None-Match", page.headers["ETag"] ?? "")])
      #expect(again.status == 304 && again.bytes.isEmpty)
      let text = String(decoding: page.bytes, as: UTF8.self)
      #expect(!text.contains("<script>") && !text.contains("onclick=") && !text.contains("style="), "\(path)")
      #expect(await web.ask("DELETE", path).status == 405)
    }
    for path in [
      "/pages/chat/none.js", "/pages/words/fr.json", "/pages/../Gate.swift", "/pages/chat/", "/pages", "/index.html",
    ] {
      #expect(await web.ask("GET", path).status == 404, "\(path)")
    }
  }
}
