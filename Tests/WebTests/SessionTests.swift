import Actions
import Base
import Delivery
import Formats
import HTTP
import Messages
import People
import RoomTesting
import Store
import Testing

@testable import Web

@Suite("Where somebody is signed in, and inviting people", .timeLimit(.minutes(5)))
struct SessionTests {
  private static let everything: Set<String> = ["read", "write", "money", "admin"]

  private func act(
    _ web: WebHarness, _ name: String, _ arguments: JSON = [:], token: String
  ) async -> WebHarness.Answer {
    await web.ask("POST", "/api/v1/actions/\(name)", arguments, token: token)
  }

  private func ids(_ answer: WebHarness.Answer) -> [String] {
    (answer.json["data"]["sessions"].array ?? []).compactMap { $0["id"].string }
  }

  /// Goes red (by its time) when `WebDoor.ended` closes no page.
  @Test("a person sees their own devices, ends one, and its page and socket end with it")
  func own() async throws {
    let web = try await WebHarness()
    let phone = try await web.cookie(device: "Chrome · Android")
    web.house.clock.advance(by: .minutes(1))
    let lost = try await web.cookie(device: "Firefox · Linux")
    _ = try await web.cookie(web.house.elder)
    let token = try await web.token(["read", "write"])
    let listed = await act(web, "session.list", token: token)
    #expect(listed.json["data"]["sessions"].array?.map { $0["device"] } == ["Chrome · Android", "Firefox · Linux"])
    #expect(listed.json["text"].string?.contains("Firefox · Linux") == true)
    // what names a session opens nothing, and what opens it is nowhere
    let secret = String(lost.dropFirst("thinnai=".count))
    let text = String(decoding: listed.bytes, as: UTF8.self)
    #expect(!text.contains(secret) && !text.contains(WebSessions.hash(secret)))
    #expect(await web.ask("GET", "/me", cookie: "thinnai=" + ids(listed)[1]).status == 401)

    let mine = await web.ask("GET", "/me", cookie: lost)
    #expect(mine.json["session"].string == ids(listed)[1])
    let gone = web.door.hub.open(person: web.house.owner.id, session: WebSessions.hash(secret))
    let stays = web.door.hub.open(
      person: web.house.owner.id, session: WebSessions.hash(String(phone.dropFirst("thinnai=".count))))
    let ended = await act(web, "session.revoke", ["id": .string(ids(listed)[1])], token: token)
    #expect(ended.status == 200)
    for await _ in gone.frames {}
    #expect(await web.ask("GET", "/me", cookie: lost).status == 401)
    #expect(await web.ask("GET", "/me", cookie: phone).status == 200)
    #expect(await act(web, "session.revoke", ["id": .string(ids(listed)[1])], token: token).code == "session.unknown")
    stays.push("still here")
    stays.close()
    var heard: [String] = []
    for await frame in stays.frames { heard.append(frame) }
    #expect(heard == ["still here"])
    // the next start knows it too
    let again = WebSessions(store: web.house.store, random: SystemRandom())
    try await again.load()
    #expect(again.find(secret, now: web.house.clock.now) == nil)
    #expect(again.find(String(phone.dropFirst("thinnai=".count)), now: web.house.clock.now) != nil)
  }

  @Test("in a chat each device comes with a button that ends it")
  func buttons() async throws {
    let web = try await WebHarness()
    let cookie = try await web.cookie(web.house.elder, device: "Safari · iPhone")
    let context = web.house.context(web.house.elder)
    let outcome = try await web.house.runner.run(ActionCall("session.list"), in: context)
    let button = try #require(outcome.say.buttons.first)
    let label = web.house.delivery.replies.label(
      of: button, for: web.house.delivery.reader(web.house.elder), now: web.house.clock.now)
    #expect(label == "வெளியேற்று: Safari · iPhone")
    _ = try await web.house.runner.run(ActionCall(button.action, button.arguments), in: context)
    #expect(await web.ask("GET", "/me", cookie: cookie).status == 401)
  }

  @Test("all others end at once, and the one that asks stays")
  func others() async throws {
    let web = try await WebHarness()
    let cookies = [try await web.cookie(), try await web.cookie(), try await web.cookie()]
    let own = await web.ask("GET", "/me", cookie: cookies[1]).json["session"]
    let token = try await web.token(["write"])
    let answer = await act(web, "session.revoke_all", ["keep": own], token: token)
    #expect(answer.json["data"]["revoked"] == 2)
    for (index, cookie) in cookies.enumerated() {
      #expect(await web.ask("GET", "/me", cookie: cookie).status == (index == 1 ? 200 : 401))
    }
  }

  /// Goes red when a token of less counts as the owner's.
  @Test("the owner ends anybody's in the house; nobody else does, nor a token of less")
  func anybody() async throws {
    let web = try await WebHarness()
    let cookie = try await web.cookie(web.house.elder, device: "Safari · iPhone")
    let (owner, weak) = (try await web.token(Self.everything), try await web.token(["read", "write"]))
    let other = try await web.token(Self.everything, for: web.house.elder)
    let stranger = try await web.token(Self.everything, for: try await web.stranger())
    let listed = await act(web, "session.list", ["person": "Lakshmi"], token: owner)
    let id = try #require(ids(listed).first)
    #expect(await act(web, "session.list", ["person": "Lakshmi"], token: weak).code == "session.owner_only")
    #expect(await act(web, "session.revoke_all", ["person": "Lakshmi"], token: weak).code == "session.owner_only")
    for token in [weak, stranger] {
      #expect(await act(web, "session.revoke", ["id": .string(id)], token: token).code == "session.unknown")
    }
    let ravi = web.house.owner.id.text
    #expect(await act(web, "session.list", ["person": .string(ravi)], token: other).status != 200)
    #expect(await act(web, "session.invite", ["person": .string(ravi)], token: other).code == "session.owner_only")
    #expect(await web.ask("GET", "/me", cookie: cookie).status == 200)
    #expect(await act(web, "session.revoke", ["id": .string(id)], token: owner).status == 200)
    #expect(await web.ask("GET", "/me", cookie: cookie).status == 401)
  }

  /// Goes red when redeeming deletes nothing.
  @Test("an invitation signs in its person once, within three days; a newer one ends it")
  func invitation() async throws {
    let web = try await WebHarness()
    let token = try await web.token(Self.everything)
    func invite() async throws -> String {
      let answer = await act(
        web, "session.invite", ["person": "Lakshmi", "origin": "https://porch.example"], token: token)
      let link = try #require(answer.json["data"]["link"].string, "\(answer.json)")
      #expect(link.hasPrefix("https://porch.example/signin#code="))
      return String(link.split(separator: "=")[1])
    }
    func use(_ code: String) async -> WebHarness.Answer {
      await web.ask(
        "POST", "/signin", ["code": .string(code)], headers: [("User-Agent", "Mozilla/5.0 (Android 15) Firefox/140")])
    }
    let (first, second) = (try await invite(), try await invite())
    #expect(await use(first).status == 401)
    let signedIn = await use(second)
    #expect(signedIn.json == ["name": "Lakshmi"])
    #expect(await use(second).status == 401)
    let listed = await act(web, "session.list", ["person": "Lakshmi"], token: token)
    #expect(listed.json["data"]["sessions"][0]["device"] == "Firefox · Android")
    let late = try await invite()
    web.house.clock.advance(by: Invitation.lifetime)
    #expect(await use(late).status == 401)
    // nothing of a code is kept but its hash
    let kept = try await web.house.people.snapshot { house in
      try house.query("SELECT hash, person FROM web_invitations") { $0.text(0) + $0.text(1) }
    }
    #expect(!kept.joined().contains(late))
  }

  @Test("an invitation needs an address that people reach")
  func addresses() async throws {
    let web = try await WebHarness()
    let token = try await web.token(Self.everything)
    for origin in ["javascript:alert(1)", "https://", "porch.example", "https://a b", "https://a/b", "ftp://a"] {
      let answer = await act(
        web, "session.invite", ["person": "Lakshmi", "origin": .string(origin)], token: token)
      #expect(answer.code == "session.origin", "\(origin)")
    }
    #expect(await act(web, "session.invite", ["person": "Lakshmi"], token: token).code == "session.no_address")
    web.door.opened(at: "http://127.0.0.1:8080")
    let answer = await act(web, "session.invite", ["person": "Lakshmi"], token: token)
    #expect(answer.json["data"]["link"].string?.hasPrefix("http://127.0.0.1:8080/signin#code=") == true)
  }

  @Test("forgetting a person ends their pages and invitations")
  func forgetting() async throws {
    let web = try await WebHarness()
    let cookie = try await web.cookie(web.house.elder)
    let channel = web.door.hub.open(
      person: web.house.elder.id, session: WebSessions.hash(String(cookie.dropFirst("thinnai=".count))))
    let elder = web.house.elder.id
    let rows = try await web.house.tenant().write { transaction in
      _ = try Invitation.make(
        for: elder, by: elder, random: SystemRandom(), in: transaction.widened())
      return try Keeper.web.forget(elder, &transaction)
    }
    #expect(rows == 2)
    for await _ in channel.frames {}
    #expect(await web.ask("GET", "/me", cookie: cookie).status == 401)
  }

  @Test("a session of the version before is kept, gets a name, and opens as before")
  func migration() async throws {
    let web = try await WebHarness()
    let columns = try await web.house.people.snapshot { house in
      try house.query("SELECT name FROM pragma_table_info('web_sessions')") { $0.text(0) }
    }
    #expect(Set(columns) == ["hash", "person", "created_at", "expires_at", "id", "device", "seen_at"])
  }

  @Test(
    "what a browser says becomes a name of ours",
    arguments: [
      ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36", "Chrome · Android"),
      ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari · iPhone"),
      ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0", "Edge · Windows"),
      ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
      ("curl/8", ""), ("", ""), ("<b>Firefox/1</b>", "Firefox"),
    ])
  func devices(_ userAgent: String, _ name: String) { #expect(DeviceName.read(userAgent) == name) }
}
