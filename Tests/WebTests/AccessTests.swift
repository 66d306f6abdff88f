import Base
import Crypto
import Delivery
import Formats
import HTTP
import People
import RoomTesting
import Store
import Synchronization
import Testing

@testable import Web

@Suite("Who may ask the web door", .timeLimit(.minutes(5)))
struct AccessTests {
  /// Every route of the document that is not open, with what it needs.
  private func guarded(_ web: WebHarness) async -> [(method: String, path: String, scope: String?, isPage: Bool)] {
    let document = await web.ask("GET", "/openapi.json").json
    var routes: [(String, String, String?, Bool)] = []
    for item in document["paths"].object ?? [:] {
      for operation in item.value.object ?? [:] {
        let security = operation.value["security"].array ?? []
        guard !security.isEmpty, security.first?.object?.isEmpty == false else { continue }
        let scope = security.compactMap { $0["token"][0].string }.first
        let path = item.key.replacing("{id}", with: "none")
        routes.append((operation.key.uppercased(), path, scope, security.contains { $0.object?["page"] != nil }))
      }
    }
    return routes
  }

  @Test("every route refuses no token, a wrong, an expired and a revoked one, and one with less scope")
  func matrix() async throws {
    let web = try await WebHarness()
    let expired = try await web.token(["read", "write", "money", "admin"], expiresAt: web.house.clock.now)
    let revoked = try await web.token(["read", "write", "money", "admin"])
    let id = String(revoked.split(separator: "_")[1])
    let people = web.house.people
    #expect(try await web.house.store.write { try people.revoke(token: id, in: &$0) })
    let good = try await web.token(["read"])
    let wrongs: [String?] = [
      nil, "", "th_", "th__", "th_x_y", good + "0", String(good.dropLast()), expired, revoked, "Bearer", "\u{0}",
      String(repeating: "th_", count: 5_000), good.uppercased(),
    ]
    let routes = await guarded(web)
    #expect(routes.count >= 14)
    for route in routes {
      let body: JSON? = route.method == "POST" ? [:] : nil
      for wrong in wrongs {
        web.pass(.seconds(20))
        let answer = await web.ask(route.method, route.path, body, token: wrong)
        #expect(answer.status == 401, "\(route) \(wrong ?? "none") \(answer.status)")
        #expect(answer.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
        #expect(answer.json["error"]["sentence"].string != nil)
      }
      if route.scope == "write" || route.scope == "admin" {
        let code = await web.ask(route.method, route.path, body, token: good).code
        #expect(code == (route.path.hasPrefix("/api/v1/actions/") ? "actions.scope" : "web.scope"), "\(route)")
      }
      if route.scope == nil {
        #expect(await web.ask(route.method, route.path, body, token: good).code == "web.page_only", "\(route)")
      }
      // a page of another site with our cookie
      if route.method == "POST", route.isPage {
        let cookie = try await web.cookie()
        let answer = await web.ask(
          route.method, route.path, body, cookie: cookie, headers: [("Origin", "https://evil.example")])
        #expect(answer.code == "web.origin", "\(route) \(answer.status)")
      }
    }
  }

  /// Tokens of other makers, forged by every rule of RFC 8725; and one of ours, dressed up as theirs.
  @Test("the house believes no token but its own, whatever it claims about itself")
  func forged() async throws {
    let web = try await WebHarness()
    let good = try await web.token(["read"])
    func jwt(_ head: JSON, _ claims: JSON, _ signature: String = "") -> String {
      [Base64URL.encode(head.bytes()), Base64URL.encode(claims.bytes()), signature].joined(separator: ".")
    }
    let owner = web.house.owner.id.text
    let claims: JSON = ["sub": .string(owner), "aud": "thinnai", "scope": "admin", "exp": 9_999_999_999]
    let secret = String(good.split(separator: "_")[2])
    let heads: [JSON] = [
      ["alg": "none"], ["alg": "None", "typ": "JWT"], ["alg": "HS256"], ["alg": "RS256", "jku": "https://x.example/k"],
      ["alg": "ES256", "jwk": ["kty": "oct", "k": "AA"]], ["alg": "HS256", "kid": "../../dev/null"],
      ["alg": "HS256", "crit": ["b64"], "b64": false], ["alg": "ES256", "typ": "at+jwt"],
    ]
    let signatures = ["", "AA", secret, Base64URL.encode(HMAC.sha256(key: [], message: Array("x".utf8)))]
    let tokens = heads.flatMap { head in signatures.map { jwt(head, claims, $0) } } + [good + ".x.y", "eyJ." + good]
    for token in tokens {
      web.pass(.seconds(20))
      for cookie in [nil, "thinnai=" + token] {
        let answer = await web.ask("GET", "/assistant/status", token: cookie == nil ? token : nil, cookie: cookie)
        #expect(answer.status == 401, "\(token)")
      }
    }
    // the half that is shown in lists is no token, and no other secret goes with it
    let id = String(good.split(separator: "_")[1])
    #expect(await web.ask("GET", "/assistant/status", token: "th_\(id)_").status == 401)
    #expect(await web.ask("GET", "/assistant/status", token: "th_\(id)_\(String(secret.reversed()))").status == 401)
  }

  @Test("no refusal repeats what a header held")
  func quiet() async throws {
    let web = try await WebHarness()
    let good = try await web.token(["read"])
    let canary = "CANARY-0123456789"
    let names = [
      "Authorization", "Cookie", "Origin", "Referer", "User-Agent", "X-Forwarded-For", "X-Real-IP", "Content-Type",
      "If-None-Match", "X-Confirmed", "Sec-WebSocket-Key", "Upgrade", "Accept", "X-Hub-Signature-256",
    ]
    let document = await web.ask("GET", "/openapi.json").json
    var refused = 0
    for item in document["paths"].object ?? [:] {
      for operation in item.value.object ?? [:] {
        let method = operation.key.uppercased()
        for name in names {
          web.pass(.seconds(20))
          let token = name == "Authorization" ? nil : good
          let answer = await web.ask(
            method, item.key, method == "POST" ? ["canary": 1] : nil, token: token, headers: [(name, canary)])
          if answer.status >= 400 { refused += 1 }
          #expect(!String(decoding: answer.bytes, as: UTF8.self).contains(canary), "\(method) \(item.key) \(name)")
          for header in answer.headers.fields { #expect(!header.value.contains(canary), "\(item.key) \(header)") }
        }
      }
    }
    #expect(refused > 100)
  }

  @Test("a revoked token is refused on the next request")
  func rotation() async throws {
    let web = try await WebHarness()
    let token = try await web.token(["read"])
    #expect(await web.ask("GET", "/assistant/status", token: token).status == 200)
    let id = String(token.split(separator: "_")[1])
    let people = web.house.people
    _ = try await web.house.store.write { try people.revoke(token: id, in: &$0) }
    #expect(await web.ask("GET", "/assistant/status", token: token).status == 401)
  }

  @Test("another household's people, files and talks are not there")
  func tenants() async throws {
    let web = try await WebHarness()
    let stranger = try await web.stranger()
    let token = try await web.token(["read", "write", "money", "admin"], for: stranger)
    let file = try await web.house.tenant().write {
      try $0.keep([1, 2, 3], type: "image/png", person: nil)
    }
    let own = try await web.token(["read"])
    #expect(await web.ask("GET", "/api/v1/files/\(file)", token: own).bytes == [1, 2, 3])
    #expect(await web.ask("GET", "/api/v1/files/\(file)", token: token).status == 404)
    for reference in [web.house.owner.id.text, "Ravi", "Lakshmi"] {
      let answer = await web.ask(
        "POST", "/assistant/invoke", ["text": "hello", "person": .string(reference)], token: token)
      #expect(answer.status == 404)
      let link = await web.ask("POST", "/users/signin-link", ["person": .string(reference)], token: token)
      #expect(link.status == 404)
    }
    let answer = await web.ask("POST", "/users/register", ["name": "Zed", "persona": "elder"], token: token)
    let person = try #require(web.house.people.person(PersonID(answer.json["person"].string ?? "")))
    #expect(person.tenant == stranger.tenant)
  }

  @Test("headers of a proxy make nobody local, unless the proxy is listed")
  func proxies() async throws {
    let web = try await WebHarness()
    #expect(await web.ask("GET", "/metrics", from: "127.0.0.1").status == 200)
    #expect(await web.ask("GET", "/metrics").status == 401)
    #expect(await web.ask("GET", "/metrics", isUnixSocket: true).status == 200)
    #expect(await web.ask("GET", "/metrics", token: try await web.token(["read"])).status == 200)
    for header in ["Forwarded", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "Via"] {
      for value in ["127.0.0.1", "::1", "for=127.0.0.1", ""] {
        #expect(await web.ask("GET", "/metrics", headers: [(header, value)]).status == 401)
        #expect(await web.ask("GET", "/metrics", headers: [(header, value)], from: "127.0.0.1").status == 401)
      }
    }
    // without a list the claimed address changes nothing about whom the limit counts
    let gate = Gate(web.door.parts, sessions: web.door.sessions)
    func address(_ remote: String, _ claims: [String]) -> String {
      gate.address(
        of: HTTPRequestHead(
          method: "GET", path: "/", headers: HTTPHeaders(claims.map { ("X-Forwarded-For", $0) }), remoteAddress: remote)
      )
    }
    #expect(address("203.0.113.7", ["10.0.0.1"]) == "203.0.113.7")
    #expect(address("2001:db8:1:2:aaaa::1", []) == address("2001:db8:1:2:bbbb::9", []))
    #expect(address("2001:db8:1:2::1", []) != address("2001:db8:1:3::1", []))
  }

  @Test(
    "a listed proxy is believed as far as our own proxies saw, and no further",
    arguments: [
      ("127.0.0.1", ["6.6.6.6, 203.0.113.9, 10.0.0.9"], "203.0.113.9"),
      ("127.0.0.1", ["6.6.6.6", "203.0.113.9,10.0.0.9"], "203.0.113.9"),
      ("10.0.0.200", ["203.0.113.9"], "203.0.113.9"),
      ("10.0.1.1", ["203.0.113.9"], "10.0.1.1"),
      ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
      ("127.0.0.1", [], "127.0.0.1"),
      ("127.0.0.1", [""], "127.0.0.1"),
      ("127.0.0.1", ["203.0.113.9, unknown"], "127.0.0.1"),
      ("127.0.0.1", ["203.0.113.9, <script>"], "127.0.0.1"),
      ("127.0.0.1", ["6.6.6.6, 203.0.113.9:5511"], "203.0.113.9"),
      ("127.0.0.1", ["[2001:db8:1:2::7]:443"], "2001:db8:1:2::"),
      ("127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
      ("127.0.0.1", ["127.0.0.1, 10.0.0.1"], "127.0.0.1"),
    ])
  func believed(_ remote: String, _ claims: [String], _ expected: String) async throws {
    let networks = ["127.0.0.1", "10.0.0.0/24"].compactMap { IPNetwork($0) }
    let web = try await WebHarness { $0.site.trustedProxies = networks }
    let gate = Gate(web.door.parts, sessions: web.door.sessions)
    let head = HTTPRequestHead(
      method: "GET", path: "/", headers: HTTPHeaders(claims.map { ("X-Forwarded-For", $0) }), remoteAddress: remote)
    #expect(gate.address(of: head) == expected)
    // whoever is believed to come from this machine is still nobody
    #expect(await web.ask("GET", "/metrics", headers: [("X-Forwarded-For", "127.0.0.1")], from: remote).status == 401)
  }

  @Test("behind a listed proxy each client has a limit of its own, and a claim buys no fresh one")
  func limitsBehindProxy() async throws {
    let networks = ["127.0.0.1"].compactMap { IPNetwork($0) }
    let web = try await WebHarness {
      $0.site.trustedProxies = networks
      $0.limits.address = .init(perSecond: 1, burst: 2)
    }
    func ask(_ claim: String) async -> Int {
      await web.ask("GET", "/healthz", headers: [("X-Forwarded-For", claim)], from: "127.0.0.1").status
    }
    for _ in 0..<2 { #expect(await ask("203.0.113.9") == 200) }
    #expect(await ask("203.0.113.9") == 429)
    #expect(await ask("1.2.3.4, 203.0.113.9") == 429)
    #expect(await ask("203.0.113.10") == 200)
    // from elsewhere the header is nothing
    for _ in 0..<2 {
      #expect(await web.ask("GET", "/healthz", headers: [("X-Forwarded-For", "9.9.9.9")]).status == 200)
    }
    #expect(await web.ask("GET", "/healthz", headers: [("X-Forwarded-For", "8.8.8.8")]).status == 429)
  }

  struct Crossing: CustomTestStringConvertible, Sendable {
    var headers: [(String, String)]
    var isAllowed: Bool
    var testDescription: String { headers.map { "\($0.0): \($0.1)" }.joined(separator: ", ") }
  }

  @Test(
    "a page's cookie counts only from our own origin",
    arguments: [
      Crossing(headers: [], isAllowed: false),
      Crossing(headers: [("Origin", "http://thinnai.example")], isAllowed: true),
      Crossing(headers: [("Origin", "HTTP://Thinnai.example")], isAllowed: true),
      Crossing(headers: [("Origin", "https://thinnai.example")], isAllowed: false),
      Crossing(headers: [("Origin", "http://thinnai.example:81")], isAllowed: false),
      Crossing(headers: [("Origin", "http://thinnai.example.evil.example")], isAllowed: false),
      Crossing(headers: [("Origin", "null")], isAllowed: false),
      Crossing(headers: [("Origin", "")], isAllowed: false),
      Crossing(
        headers: [("Origin", "http://thinnai.example"), ("Origin", "http://evil.example")], isAllowed: false),
      Crossing(headers: [("Origin", "http://thinnai.example"), ("Sec-Fetch-Site", "cross-site")], isAllowed: false),
      Crossing(headers: [("Origin", "http://thinnai.example"), ("Sec-Fetch-Site", "same-origin")], isAllowed: true),
      Crossing(headers: [("Origin", "https://public.example")], isAllowed: true),
    ])
  func origins(_ crossing: Crossing) async throws {
    let web = try await WebHarness { $0.site.publicURL = "https://public.example/" }
    let cookie = try await web.cookie()
    let message: JSON = ["type": "message", "id": "abcdefgh", "text": "hello"]
    let posted = await web.ask("POST", "/live/messages", message, cookie: cookie, headers: crossing.headers)
    #expect((posted.status == 200) == crossing.isAllowed, "\(posted.status)")
    #expect(web.script.accepted.withLock { $0.count } == (crossing.isAllowed ? 1 : 0))
    let upgrade = [("Upgrade", "websocket"), ("Connection", "Upgrade")]
    let socket = await web.ask("GET", "/live", cookie: cookie, headers: crossing.headers + upgrade)
    #expect((socket.status == 101) == crossing.isAllowed, "\(socket.status)")
  }

  @Test("a cookie never acts with a body that a form could send")
  func forms() async throws {
    let web = try await WebHarness()
    let cookie = try await web.cookie()
    let origin = [("Origin", "http://thinnai.example")]
    for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", ""] {
      let answer = await web.ask(
        "POST", "/live/messages", ["type": "message", "id": "abcdefgh", "text": "x"], cookie: cookie,
        headers: origin + [("Content-Type", type)])
      #expect(answer.status == 415)
    }
    #expect(await web.ask("POST", "/api/v1/actions/note.count", cookie: cookie, headers: origin).status == 415)
  }
}
