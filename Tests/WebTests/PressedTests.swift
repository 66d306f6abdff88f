import Base
import Formats
import HTTP
import People
import RoomTesting
import Store
import Testing

@testable import Web

@Suite("What was pressed is shown on every page of the person, and after a reload")
struct PressedTests {
  @Test func anotherPageHearsOfIt() async throws {
    let web = try await WebHarness()
    let other = web.door.hub.open(person: web.house.owner.id, session: "other")
    let own = web.door.hub.open(person: web.house.owner.id, session: "own")
    await web.door.take(#"{"type":"press","id":"press-01","button":"k7m2"}"#, web.house.owner, own)
    web.door.hub.closeAll()
    var frames: [JSON] = []
    for await text in other.frames { frames.append((try? JSON.parse(Array(text.utf8))) ?? .null) }
    #expect(frames.contains(["type": "pressed", "button": "k7m2"]), "\(frames)")
  }

  @Test(
    "a press stands in the record as what was said; a button for several times leaves the others open",
    arguments: [true, false])
  func record(isSingleUse: Bool) async throws {
    let web = try await WebHarness()
    let channel = web.door.hub.open(person: web.house.owner.id, session: "s")
    await web.door.take(#"{"type":"message","id":"abcdefgh","text":"pay"}"#, web.house.owner, channel)
    web.house.clock.advance(by: .seconds(1))
    let pressed = try await web.door.greeting(web.house.owner)[1]["items"][1]["buttons"][0]["id"].string ?? ""
    try await web.house.tenant().write {
      _ = try $0.execute(
        "UPDATE buttons SET used_at = ?, is_single_use = ? WHERE tenant = :tenant AND id = ?", $0.now, isSingleUse,
        pressed)
    }
    let items = try await web.door.greeting(web.house.owner)[1]["items"].array ?? []
    #expect(items.map { $0["type"].string } == ["message", "reply", "message"])
    let buttons = items[1]["buttons"].array ?? []
    #expect(buttons.map { $0["chosen"] == true } == [true, false])
    #expect(buttons.map { $0["open"] == true } == [false, !isSingleUse])
    #expect(items[2]["text"] == items[1]["buttons"][0]["label"])
  }
}

@Suite("An address where nothing is")
struct LostPageTests {
  private static let browser = [("Accept", "text/html,application/xhtml+xml")]

  @Test(
    "whoever mistypes a page's address comes to the page",
    arguments: [("/family/", "/family"), ("/Family", "/family"), ("/chat", "/"), ("/MEMORY//", "/memory")])
  func mistyped(_ path: String, _ page: String) async throws {
    let web = try await WebHarness()
    let answer = await web.ask("GET", path, headers: Self.browser)
    #expect(answer.status == 303 && answer.headers["Location"] == page)
  }

  @Test func elsewhereAPageSaysSoAndLeadsOn() async throws {
    let web = try await WebHarness()
    let answer = await web.ask("GET", "/nowhere", headers: Self.browser)
    #expect(answer.status == 404 && answer.headers["Content-Type"] == "text/html; charset=utf-8")
    #expect(answer.headers["Content-Security-Policy"]?.contains("script-src 'self'") == true)
    // programs are told as ever
    #expect(await web.ask("GET", "/nowhere").code == "web.not_found")
    #expect(await web.ask("GET", "/api/v1/nowhere", headers: Self.browser).code == "web.not_found")
  }
}
