import Glibc
import RoomTesting
import Testing

@testable import HTTP

/// Waits longer than a machine is busy.
private func patient(_ port: Int) -> HTTPClientRequest {
  var request = HTTPClientRequest.get("http://127.0.0.1:\(port)/")
  request.timeout = .seconds(240)
  return request
}

@Suite("HTTP client", .timeLimit(.minutes(5)))
struct HTTPClientTests {
  func withClient(
    _ configuration: HTTPClientConfiguration = .init(), _ guarding: ReachGuard = .init(),
    _ body: (HTTPClient) async throws -> Void
  ) async throws {
    let client = try HTTPClient(configuration: configuration, reachGuard: guarding)
    do { try await body(client) } catch {
      await client.stop()
      throw error
    }
    await client.stop()
  }

  @Test("one connection carries many requests")
  func keepAlive() async throws {
    try await withServer { server, port in
      try await withClient { client in
        for number in 0..<20 {
          let response = try await client.send(.post("http://127.0.0.1:\(port)/x\(number)", json: [1, 2, 3]))
          #expect(response.text == "POST /x\(number) 3")
        }
        #expect(server.openConnections == 1)
      }
    }
  }

  /// The machine's own name, where it leads to an address: libcurl knows `localhost` without asking the resolver.
  private static let machine: String? = {
    var bytes = [CChar](repeating: 0, count: 256)
    gethostname(&bytes, bytes.count - 1)
    let name = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var hints = addrinfo()
    hints.ai_family = AF_INET
    var found: UnsafeMutablePointer<addrinfo>?
    defer { freeaddrinfo(found) }
    return getaddrinfo(name, nil, &hints, &found) == 0 ? name : nil
  }()

  /// The resolver's own socket had the number that the connection gets; a kept connection has no timer that would hide it.
  @Test("a connection by name is waited for as long as it is kept", .enabled(if: machine != nil))
  func byName() async throws {
    let machine = try #require(Self.machine)
    try await withServer(change: { $0.host = "0.0.0.0" }) { server, port in
      try await withClient { client in
        for number in 0..<4 {
          var request = HTTPClientRequest.post("http://\(machine):\(port)/x\(number)", json: [1, 2, 3])
          // whatever else libcurl waits for ends later, and cannot make it look
          (request.timeout, request.connectTimeout) = (.seconds(60), .seconds(240))
          let response = try await client.send(request)
          #expect(response.text == "POST /x\(number) 3")
        }
        #expect(server.openConnections == 1)
      }
    }
  }

  @Test("methods, header fields and bodies arrive as they were given")
  func echo() async throws {
    let desk = Desk(answer: { request in
      .text(
        "\(request.method)|\(request.headers["x-a"] ?? "-")|\(request.headers["Content-Type"] ?? "-")|\(request.body.count)"
      )
    })
    try await withServer(desk) { _, port in
      try await withClient { client in
        let base = "http://127.0.0.1:\(port)/"
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
          let request = HTTPClientRequest(
            method: method, url: base, headers: ["X-A": "b c"], body: method == "PATCH" ? [7] : nil)
          let response = try await client.send(request)
          #expect(response.text == "\(method)|b c|-|\(method == "PATCH" ? 1 : 0)")
        }
        let head = try await client.send(HTTPClientRequest(method: "HEAD", url: base))
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.headers["content-length"] == "10")
      }
    }
  }

  @Test("a refusal reaches a client that is still sending")
  func refusedWhileSending() async throws {
    let desk = Desk(admission: { _ in .refuse(.failure(401, code: "door.denied", sentence: "Who are you?")) })
    try await withServer(desk) { _, port in
      try await withClient { client in
        let body = [UInt8](repeating: 65, count: 3 << 20)
        for _ in 0..<20 {
          let response = try await client.send(.post("http://127.0.0.1:\(port)/hook", json: body))
          #expect(response.status == 401)
          #expect(response.text.contains("door.denied"))
        }
      }
    }
  }

  @Test("a closed port was not reached, and the sentence keeps the path to itself")
  func refused() async throws {
    try await withClient { client in
      let error = try await #require(throws: HTTPClientError.self) {
        try await client.send(.get("http://127.0.0.1:1/bot123:secret/getMe?token=abc"))
      }
      #expect(error.kind == .refused)
      #expect(error.outcome == .notSent)
      #expect(error.sentence.contains("secret") == false)
      #expect(error.sentence.contains("http://127.0.0.1") == true)
    }
  }

  @Test("a server that never answers: timeout, outcome unknown")
  func timeout() async throws {
    let desk = Desk(answer: { _ in
      try? await Task.sleep(for: .seconds(60))
      return .empty()
    })
    try await withServer(desk, patience: .zero) { _, port in
      try await withClient { client in
        var request = HTTPClientRequest.get("http://127.0.0.1:\(port)/")
        request.timeout = .milliseconds(100)
        let error = try await #require(throws: HTTPClientError.self) { try await client.send(request) }
        #expect(error.kind == .timeout)
        #expect(error.outcome == .unknown)
      }
    }
  }

  @Test("cancelling the task ends the transfer")
  func cancellation() async throws {
    let (arrived, arrival) = AsyncStream<Void>.makeStream()
    let desk = Desk(answer: { _ in
      arrival.yield()
      try? await Task.sleep(for: .seconds(60))
      return .empty()
    })
    try await withServer(desk, patience: .zero) { _, port in
      try await withClient { client in
        let task = Task { try await client.send(.get("http://127.0.0.1:\(port)/")) }
        for await _ in arrived { break }
        task.cancel()
        let error = try await #require(throws: HTTPClientError.self) { try await task.value }
        #expect(error.kind == .cancelled)
        #expect(error.outcome == .unknown)
        let early = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return try await client.send(.get("http://127.0.0.1:\(port)/"))
        }
        let second = try await #require(throws: HTTPClientError.self) { try await early.value }
        #expect(second.outcome == .notSent)
      }
    }
  }

  @Test("an answer that is too long is cut off, with and without a stated length")
  func tooLarge() async throws {
    let desk = Desk(answer: { request in
      if request.path == "/stream" {
        return .events { writer in
          while true { try await writer.write([UInt8](repeating: 65, count: 10_000)) }
        }
      }
      return .text(String(repeating: "a", count: 100_000))
    })
    try await withServer(desk) { _, port in
      try await withClient { client in
        for path in ["/whole", "/stream"] {
          var request = HTTPClientRequest.get("http://127.0.0.1:\(port)\(path)")
          request.maxResponseBytes = 50_000
          let error = try await #require(throws: HTTPClientError.self) { try await client.send(request) }
          #expect(error.kind == .tooLarge)
        }
      }
    }
  }

  @Test("a stream gives its head first and waits for a slow reader")
  func streaming() async throws {
    let desk = Desk(answer: { _ in
      .events { writer in
        for number in 0..<200 { try await writer.write([UInt8](repeating: UInt8(number % 256), count: 10_000)) }
      }
    })
    try await withServer(desk) { _, port in
      try await withClient { client in
        var count = 0
        var heads = 0
        for try await part in client.stream(patient(port)) {
          switch part {
          case .head(let head):
            #expect(count == 0)
            #expect(head.headers["content-type"] == "text/event-stream")
            heads += 1
          case .bytes(let bytes): count += bytes.count
          }
        }
        #expect(heads == 1)
        #expect(count == 2_000_000)
      }
    }
  }

  @Test("letting a stream go frees the server's writer")
  func abandonedStream() async throws {
    let (ended, end) = AsyncStream<Void>.makeStream()
    let desk = Desk(answer: { _ in
      .events { writer in
        defer { end.yield() }
        try await writer.write("data: 1\n\n")
        try await Task.sleep(for: .seconds(60))
      }
    })
    try await withServer(desk) { _, port in
      try await withClient { client in
        read: do {
          for try await part in client.stream(patient(port)) {
            if case .bytes = part { break read }
          }
        }
        for await _ in ended { break }
      }
    }
  }

  @Test("a secure server is believed only with its authority", .enabled(if: Certificate.canBeMade))
  func secure() async throws {
    let certificate = try Certificate()
    try await withServer(change: { $0.tls = .init(certificateFile: certificate.file, keyFile: certificate.key) }) {
      _, port in
      var trusting = HTTPClientConfiguration()
      trusting.authorityFile = certificate.file
      try await withClient(trusting) { client in
        for _ in 0..<3 {
          let response = try await client.send(.post("https://127.0.0.1:\(port)/s", json: [1]))
          #expect(response.text == "POST /s 1")
        }
      }
      try await withClient { client in
        let error = try await #require(throws: HTTPClientError.self) {
          try await client.send(.get("https://127.0.0.1:\(port)/"))
        }
        #expect(error.kind == .tls)
        #expect(error.outcome == .notSent)
      }
    }
  }

  @Test("the owner's socket speaks HTTP and is closed to others")
  func unixSocket() async throws {
    let folder = try TestFolder("http")
    let path = "\(folder.path)/own.sock"
    let desk = Desk(answer: { .text("\($0.head.isUnixSocket)") })
    try await withServer(desk, change: { $0.unixSocketPath = path }) { _, port in
      #expect(folder.mode(of: path) == 0o600)
      try await withClient { client in
        var request = HTTPClientRequest.get("http://house/")
        request.unixSocketPath = path
        let own = try await client.send(request)
        #expect(own.text == "true")
        let other = try await client.send(.get("http://127.0.0.1:\(port)/"))
        #expect(other.text == "false")
      }
    }
  }
}
