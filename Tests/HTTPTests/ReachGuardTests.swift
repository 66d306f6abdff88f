import Glibc
import Synchronization
import Testing

@testable import HTTP

/// Answers from a list, one entry a question; the last one stays.
final class ScriptedResolver: HostResolver {
  private let answers: Mutex<[[String]]>
  private let count = Atomic<Int>(0)
  init(_ answers: [[String]]) { self.answers = Mutex(answers) }
  var questions: Int { count.load(ordering: .relaxed) }

  func addresses(of host: String) async throws -> [IPAddress] {
    count.add(1, ordering: .relaxed)
    return answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? [] }.compactMap { IPAddress($0) }
  }
}

@Suite("Addresses from outside", .timeLimit(.minutes(5)))
struct ReachGuardTests {
  /// Spellings that must not lead anywhere.
  static let closed = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.1/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.01/",
    "http://0/", "http://0.0.0.0/", "http://[::]/", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[ff02::1]/",
    "http://[2002:7f00:1::]/", "http://[2001:db8::1]/", "http://[2001::1]/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b:1::1]/", "http://[3fff::1]/", "http://[5f00::1]/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/",
    "http://169.254.169.254/",
    "http://100.64.0.1/", "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.8/", "http://192.0.2.1/",
    "http://198.18.0.1/", "http://198.51.100.1/", "http://203.0.113.9/", "http://224.0.0.1/", "http://240.0.0.1/",
    "http://255.255.255.255/", "http://192.88.99.1/", "http://localhost/", "http://LOCALHOST./", "http://a.localhost/",
    "http://127.0.0.1./", "http://\u{FF11}\u{FF12}\u{FF17}.0.0.1/", "http://127\u{3002}0\u{3002}0\u{3002}1/",
    "http://\u{24DB}ocalhost/", "http://%31%32%37.0.0.1/", "http://example.com@127.0.0.1/",
    "http://127.0.0.1@example.com/", "http://user:pw@example.com/", "http://example.com:22/", "http://example.com:0/",
    "http://example.com:99999/", "http://example.com:80x/", "http://example.com\\@127.0.0.1/", "http:///etc/passwd",
    "http://", "http:/example.com", "//example.com/", "example.com", "", "ftp://example.com/", "file:///etc/passwd",
    "gopher://example.com/", "dict://example.com:11211/", "javascript://example.com/", "http://ex ample.com/",
    "http://example.com\t/", "http://exa\nmple.com/", "http://a..b/", "http://[::1/", "http://[127.0.0.1]/",
    "http://[]/", "http://1.2.3.4.5/", "http://1.2.3.256/", "http://example.com/\u{0}", "http://example.com/a\r\nX: 1",
  ]

  @Test("no spelling leads inside", arguments: closed)
  func refuses(_ text: String) async {
    let guarding = ReachGuard(resolver: ScriptedResolver([["93.184.216.34"]]))
    await #expect(throws: HTTPClientError.self) { _ = try await guarding.admit(try GuardedURL(text)) }
  }

  @Test(
    "a webhook that could never be called is refused when it is named",
    arguments: [
      "https://10.0.0.1/x", "https://[fd00::1]/", "https://127.0.0.1/", "https://example.com:22/",
      "http://example.com/",
    ])
  func refusesAtOnce(_ text: String) {
    #expect(throws: HTTPClientError.self) { try HTTPClientRequest.webhookURL(text, openNetworks: []) }
  }

  @Test("a webhook on an open network, or at an honest address, is taken")
  func takes() throws {
    let open = [try #require(IPNetwork("10.0.0.0/8"))]
    #expect(try HTTPClientRequest.webhookURL("http://10.0.0.1:9000/x", openNetworks: open).port == 9000)
    #expect(try HTTPClientRequest.webhookURL("https://example.com:8443/x", openNetworks: []).port == 8443)
  }

  struct Fine: CustomTestStringConvertible {
    var text: String
    var becomes: String
    var testDescription: String { text }
  }

  @Test(
    "honest addresses pass and are written anew",
    arguments: [
      Fine(text: "HTTP://Example.COM", becomes: "http://example.com/"),
      Fine(text: "https://example.com.:443/a?b#c", becomes: "https://example.com/a?b"),
      Fine(text: "https://example.com:8443?x=ü", becomes: "https://example.com:8443/?x=%C3%BC"),
      Fine(text: "http://8.8.8.8/", becomes: "http://8.8.8.8/"),
      Fine(text: "http://[2606:4700::1111]/", becomes: "http://[2606:4700::1111]/"),
      Fine(text: "http://[::ffff:8.8.8.8]/", becomes: "http://8.8.8.8/"),
      Fine(text: "http://xn--mnchen-3ya.de/a b", becomes: "http://xn--mnchen-3ya.de/a%20b"),
      Fine(text: "http://[64:ff9b::808:808]/", becomes: "http://[64:ff9b::808:808]/"),
    ])
  func passes(_ fine: Fine) async throws {
    let guarding = ReachGuard(resolver: ScriptedResolver([["93.184.216.34"]]))
    let url = try GuardedURL(fine.text)
    #expect(url.text == fine.becomes)
    let addresses = try await guarding.admit(url)
    #expect(!addresses.isEmpty)
  }

  @Test("one private address among public ones spoils the name")
  func mixed() async throws {
    let guarding = ReachGuard(resolver: ScriptedResolver([["93.184.216.34", "10.0.0.1"]]))
    let error = try await #require(throws: HTTPClientError.self) {
      try await guarding.admit(try GuardedURL("http://mixed.example/"))
    }
    #expect(error.kind == .blocked)
    #expect(error.outcome == .notSent)
  }

  @Test("relative and absolute targets of a redirect are found")
  func following() throws {
    let url = try GuardedURL("https://example.com/a/b?q=1")
    let rows = [
      ("/c", "https://example.com/c"), ("c?d", "https://example.com/a/c?d"), ("?z", "https://example.com/a/b?z"),
      ("//other.example/x", "https://other.example/x"), ("http://other.example", "http://other.example/"),
      ("/x?u=http://y/", "https://example.com/x?u=http://y/"),
    ]
    for (location, expected) in rows {
      let next = try url.following(location)
      #expect(next.text == expected)
    }
    #expect(throws: HTTPClientError.self) { try url.following("javascript:alert(1)") }
    #expect(throws: HTTPClientError.self) { try url.following("http://[::1]:x/") }
  }

  /// A guard that lets tests reach this machine at 127.0.0.1 and at one port.
  func open(_ port: Int, _ answers: [[String]]) -> (ReachGuard, ScriptedResolver) {
    let resolver = ScriptedResolver(answers)
    var guarding = ReachGuard(resolver: resolver)
    guarding.ports.insert(port)
    guarding.permitted = [IPNetwork("127.0.0.1")].compactMap { $0 }
    return (guarding, resolver)
  }

  @Test("the connection goes to the address that was checked, however the name changes its mind")
  func rebinding() async throws {
    try await withServer(Desk(answer: { .text($0.headers["Host"] ?? "") })) { _, port in
      // Checked once: the second answer of the lying resolver is never asked for.
      let (guarding, resolver) = open(port, [["127.0.0.1"], ["127.0.0.2"]])
      let client = try HTTPClient(reachGuard: guarding)
      var request = HTTPClientRequest.get("http://rebind.example:\(port)/", reach: .guarded)
      // a thousand tests share two threads: how fast it is answered is not what is asked here
      request.timeout = .seconds(240)
      let response = try await client.send(request)
      #expect(response.text == "rebind.example:\(port)")
      #expect(resolver.questions == 1)
      // The next request looks again and sees the lie; a kept connection does not help.
      let error = try await #require(throws: HTTPClientError.self) {
        try await client.send(request)
      }
      #expect(error.kind == .blocked)
      await client.stop()
    }
  }

  @Test("redirects are followed three times at most, checked each time, and credentials stay behind")
  func redirects() async throws {
    let seen = Mutex<[String]>([])
    let desk = Desk(answer: { request in
      seen.withLock { $0.append("\(request.path) \(request.headers["Authorization"] ?? "-")") }
      switch request.path {
      case "/one": return HTTPResponse(status: 302, headers: ["Location": "/two"])
      case "/two":
        return HTTPResponse(status: 301, headers: ["Location": "//b.example:\(request.head.query("p") ?? "80")/x"])
      case "/away":
        return HTTPResponse(status: 307, headers: ["Location": "http://b.example:\(request.head.query("p") ?? "")/end"])
      case "/in": return HTTPResponse(status: 302, headers: ["Location": "http://169.254.169.254/latest/meta-data/"])
      case "/file": return HTTPResponse(status: 302, headers: ["Location": "file:///etc/passwd"])
      case "/loop": return HTTPResponse(status: 302, headers: ["Location": "/loop"])
      default: return .text("end")
      }
    })
    try await withServer(desk) { _, port in
      let (guarding, _) = open(port, [["127.0.0.1"]])
      let client = try HTTPClient(reachGuard: guarding)
      func get(_ path: String) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest.get(
          "http://a.example:\(port)\(path)", headers: ["Authorization": "Bearer x"], reach: .guarded)
        // beside many other tests an answer may take its time
        request.timeout = .seconds(240)
        return try await client.send(request)
      }
      let end = try await get("/away?p=\(port)")
      #expect(end.text == "end")
      #expect(seen.withLock { $0 } == ["/away Bearer x", "/end -"])
      for path in ["/in", "/file", "/loop", "/one"] {
        let error = try await #require(throws: HTTPClientError.self) { try await get(path) }
        // "/one" ends at port 80 of this machine: allowed, but nobody is there.
        #expect(error.kind == .blocked || path == "/one")
      }
      #expect(seen.withLock { $0.count { $0.hasPrefix("/loop") } } == 4)
      // A POST is never repeated elsewhere.
      let post = try await client.send(.post("http://a.example:\(port)/loop", json: [1], reach: .guarded))
      #expect(post.status == 302)
      // An address of the owner's own may point anywhere, and is not followed.
      let own = try await client.send(.get("http://127.0.0.1:\(port)/loop"))
      #expect(own.status == 302)
      await client.stop()
    }
  }

  @Test("a second address is tried when the first takes no connection")
  func secondAddress() async throws {
    try await withServer { _, port in
      let resolver = ScriptedResolver([["127.0.0.9", "127.0.0.1"]])
      var guarding = ReachGuard(resolver: resolver)
      guarding.ports.insert(port)
      guarding.permitted = [IPNetwork("127.0.0.0/8")].compactMap { $0 }
      let client = try HTTPClient(reachGuard: guarding)
      var request = HTTPClientRequest.get("http://two.example:\(port)/x", reach: .guarded)
      request.timeout = .seconds(240)
      let response = try await client.send(request)
      #expect(response.text == "GET /x 0")
      await client.stop()
    }
  }
}

/// Takes connections and plays one scripted answer to each, then closes.
final class Puppet: Sendable {
  let port: Int
  private let descriptor: Int32

  init(_ answers: [String]) throws {
    (descriptor, port) = try ListeningSocket.tcp(host: "127.0.0.1", port: 0)
    let descriptor = descriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    onOwnThread("puppet") {
      for answer in answers {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = recv(connection, &buffer, buffer.count, 0)
        let bytes = Array(answer.utf8)
        _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(connection, Int32(SHUT_WR))
        close(connection)
      }
      close(descriptor)
    }
  }
}

@Suite("Answers that break", .timeLimit(.minutes(5)))
struct BrokenAnswerTests {
  @Test("a connection that drops may have acted: outcome unknown")
  func dropped() async throws {
    let answers = [
      "", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le",
    ]
    let puppet = try Puppet(answers)
    let client = try HTTPClient()
    for (number, answer) in answers.enumerated() {
      let error = await #expect(throws: HTTPClientError.self, "\(answer)") {
        var request = HTTPClientRequest.post("http://127.0.0.1:\(puppet.port)/\(number)", json: [1])
        request.neverResend = true
        return try await client.send(request)
      }
      #expect(error?.outcome == .unknown, "\(answer)")
    }
    await client.stop()
  }

  /// Answers the first request of a connection and ends it, without an answer, once it has read the second.
  @Test("what must not happen twice is not sent again when a kept connection dies", arguments: [true, false])
  func keptConnectionDies(neverResend: Bool) async throws {
    let (descriptor, port) = try ListeningSocket.tcp(host: "127.0.0.1", port: 0)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    let received = Mutex(0)
    onOwnThread("fickle") {
      let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
      for requests in [2, 1] {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { break }
        for number in 1...requests {
          var text = ""
          var buffer = [UInt8](repeating: 0, count: 4_096)
          while !text.hasSuffix("[1]") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
          }
          guard text.hasSuffix("[1]") else { break }
          received.withLock { $0 += 1 }
          if number == requests, requests == 2 { break }
          _ = Glibc.send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
        }
        close(connection)
      }
    }
    // a machine that is busy lets half a minute go by between two requests
    var configuration = HTTPClientConfiguration()
    configuration.freshSeconds = 600
    let client = try HTTPClient(configuration: configuration)
    var request = HTTPClientRequest.post("http://127.0.0.1:\(port)/", json: Array("[1]".utf8))
    request.timeout = .seconds(240)
    request.neverResend = neverResend
    #expect(try await client.send(request).text == "ok")
    if neverResend {
      let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
      #expect(error?.outcome == .unknown)
    } else {
      #expect(try await client.send(request).text == "ok")
    }
    await client.stop()
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
    #expect(received.withLock { $0 } == (neverResend ? 2 : 3))
  }

  @Test("header fields that would split the request never leave")
  func splitting() async throws {
    let client = try HTTPClient()
    for request in [
      HTTPClientRequest(url: "http://127.0.0.1:1/", headers: ["X": "a\r\nY: b"]),
      HTTPClientRequest(url: "http://127.0.0.1:1/", headers: ["X: y\r\nZ": "a"]),
      HTTPClientRequest(method: "GET / HTTP/1.1\r\nX: y\r\n\r\n", url: "http://127.0.0.1:1/"),
    ] {
      let error = try await #require(throws: HTTPClientError.self) { try await client.send(request) }
      #expect(error.kind == .invalid)
    }
    await client.stop()
  }

  @Test("stopping ends what is under way")
  func stopping() async throws {
    let (arrived, arrival) = AsyncStream<Void>.makeStream()
    let desk = Desk(answer: { _ in
      arrival.yield()
      try? await Task.sleep(for: .seconds(60))
      return .empty()
    })
    try await withServer(desk, patience: .zero) { _, port in
      let client = try HTTPClient()
      let task = Task { try await client.send(.get("http://127.0.0.1:\(port)/")) }
      for await _ in arrived { break }
      await client.stop()
      let error = try await #require(throws: HTTPClientError.self) { try await task.value }
      #expect(error.kind == .stopped)
      let late = try await #require(throws: HTTPClientError.self) { try await client.send(.get("http://127.0.0.1:1/")) }
      #expect(late.kind == .stopped)
    }
  }
}
