import Base
import Synchronization
import Testing

@testable import HTTP

@Suite("WebSocket", .timeLimit(.minutes(5)))
struct WebSocketTests {
  /// A client's frame: masked, as RFC 6455 §5.3 wants it.
  func frame(_ opcode: UInt8, _ payload: [UInt8], fin: Bool = true, masked: Bool = true) -> [UInt8] {
    var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
    let flag: UInt8 = masked ? 0x80 : 0
    switch payload.count {
    case ..<126: bytes.append(flag | UInt8(payload.count))
    case ..<65_536: bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default:
      bytes.append(flag | 127)
      for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 255)) }
    }
    guard masked else { return bytes + payload }
    let mask: [UInt8] = [1, 2, 3, 4]
    return bytes + mask + payload.enumerated().map { $0.element ^ mask[$0.offset & 3] }
  }

  func read(_ wire: Wire) async -> (opcode: UInt8, payload: [UInt8])? {
    let head = await wire.exactly(2)
    guard head.count == 2 else { return nil }
    var count = Int(head[1] & 0x7F)
    if count == 126 { count = await wire.exactly(2).reduce(0) { $0 << 8 | Int($1) } }
    if count == 127 { count = await wire.exactly(8).reduce(0) { $0 << 8 | Int($1) } }
    return (head[0] & 0x0F, count == 0 ? [] : await wire.exactly(count))
  }

  static let handshake =
    "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://h\r\n\r\n"

  /// The head of the answer, byte by byte, so that no frame is swallowed.
  func open(_ port: Int, and early: [UInt8] = []) async throws -> (Wire, String) {
    let wire = try Wire(port: port)
    await wire.send(Array(Self.handshake.utf8) + early)
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      let next = await wire.exactly(1)
      if next.isEmpty { break }
      head += next
    }
    return (wire, String(decoding: head, as: UTF8.self))
  }

  static let echo = Desk(answer: { request in
    .webSocket { socket in
      for await message in socket.messages {
        switch message {
        case .text(let text): try? await socket.send(text: text)
        case .binary(let bytes): try? await socket.send(binary: bytes)
        }
      }
    }
  })

  @Test("messages come back, of every size, split or not")
  func echoes() async throws {
    try await withServer(Self.echo) { server, port in
      let (wire, head) = try await open(port, and: frame(1, Array("early".utf8)))
      #expect(head.hasPrefix("HTTP/1.1 101"))
      // The sample of RFC 6455 §1.3.
      #expect(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
      let first = try #require(await read(wire))
      #expect(first.payload == Array("early".utf8))
      for count in [0, 1, 125, 126, 65_535, 65_536, 300_000] {
        let payload = [UInt8](repeating: 0xC3, count: count)
        await wire.send(frame(2, payload))
        let back = try #require(await read(wire))
        #expect(back.opcode == 2)
        #expect(back.payload == payload)
      }
      await wire.send(frame(1, Array("in ".utf8), fin: false) + frame(9, [1, 2]) + frame(0, Array("parts".utf8)))
      let pong = try #require(await read(wire))
      #expect(pong.opcode == 10 && pong.payload == [1, 2])
      let whole = try #require(await read(wire))
      #expect(whole.payload == Array("in parts".utf8))
      await wire.send(frame(8, [0x03, 0xE8]))
      let close = try #require(await read(wire))
      #expect(close.opcode == 8 && close.payload.prefix(2) == [0x03, 0xE8])
      let rest = await wire.receive()
      #expect(rest.isEmpty)
    }
  }

  struct Bad: CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var code: UInt16
    var testDescription: String { name }
  }

  @Test("what breaks the protocol is closed with its code")
  func broken() async throws {
    let cases = [
      Bad(name: "not masked", bytes: frame(1, [65], masked: false), code: 1002),
      Bad(name: "not UTF-8", bytes: frame(1, [0xFF, 0xFE]), code: 1007),
      Bad(name: "too long", bytes: frame(2, [UInt8](repeating: 0, count: 5_000)), code: 1009),
      Bad(name: "unknown opcode", bytes: frame(3, [65]), code: 1002),
      Bad(name: "no beginning", bytes: frame(0, [65]), code: 1002),
    ]
    try await withServer(Self.echo, change: { $0.webSocketMessageLimit = 4_096 }) { _, port in
      for bad in cases {
        let (wire, _) = try await open(port)
        await wire.send(bad.bytes)
        // Either the code, or (for what cannot be framed) the plain end.
        if let close = await read(wire) {
          #expect(close.opcode == 8, "\(bad.name)")
          #expect(close.payload.prefix(2).reduce(0) { $0 << 8 | UInt16($1) } == bad.code, "\(bad.name)")
        }
      }
    }
  }

  @Test("garbage frames leave the server standing", arguments: [1, 2])
  func garbage(_ seed: UInt64) async throws {
    let random = SeededRandom(seed: seed)
    try await withServer(Self.echo, patience: .zero) { server, port in
      for _ in 0..<30 {
        let (wire, _) = try await open(port)
        await wire.send(random.bytes(1 + random.below(3_000)))
      }
      let (wire, _) = try await open(port)
      await wire.send(frame(1, [65]))
      let back = try #require(await read(wire))
      #expect(back.payload == [65])
    }
  }

  @Test("a request without a handshake is told what is spoken here")
  func noHandshake() async throws {
    try await withServer(Self.echo) { _, port in
      let wire = try Wire(port: port)
      await wire.send("GET /ws HTTP/1.1\r\nHost: h\r\n\r\n")
      let answer = await wire.answer()
      #expect(answer.hasPrefix("HTTP/1.1 426"))
      await wire.send(
        "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n"
      )
      let second = await wire.answer()
      #expect(second.hasPrefix("HTTP/1.1 426"))
    }
  }

  @Test("a client that vanishes ends the messages and the handler")
  func vanished() async throws {
    let (ended, end) = AsyncStream<Void>.makeStream()
    let desk = Desk(answer: { _ in
      .webSocket { socket in
        for await _ in socket.messages {}
        end.yield()
      }
    })
    try await withServer(desk) { server, port in
      var wire: Wire? = try await open(port).0
      await wire?.send(frame(1, [65]))
      wire = nil
      for await _ in ended { break }
    }
  }

  @Test("stopping says good-bye with 1001")
  func stop() async throws {
    var configuration = HTTPServerConfiguration()
    // on a slow machine no ping comes between
    configuration.pingInterval = .seconds(300)
    let server = try HTTPServer(configuration: configuration, handler: Self.echo)
    let (wire, _) = try await open(try server.start())
    await wire.send(frame(1, [65]))
    _ = await read(wire)
    async let stopped: Void = server.stop(graceful: .seconds(10))
    let close = try #require(await read(wire))
    #expect(close.opcode == 8)
    #expect(close.payload.prefix(2) == [0x03, 0xE9])
    await wire.send(frame(8, [0x03, 0xE9]))
    let rest = await wire.receive()
    #expect(rest.isEmpty)
    await stopped
    #expect(server.openConnections == 0)
  }

  @Test("the server pings, and drops who does not answer")
  func pings() async throws {
    try await withServer(
      Self.echo,
      change: {
        $0.pingInterval = .milliseconds(20); $0.headTimeout = .milliseconds(100)
      }
    ) {
      _, port in
      let (wire, _) = try await open(port)
      let ping = try #require(await read(wire))
      #expect(ping.opcode == 9)
      while let next = await read(wire) { #expect(next.opcode == 9) }
    }
  }

  @Test("a slow reader slows the sender instead of filling memory")
  func backpressure() async throws {
    let gate = Gate()
    let seen = Atomic<Int>(0)
    let desk = Desk(answer: { _ in
      .webSocket { socket in
        await gate.pass()
        for await _ in socket.messages {
          if seen.add(1, ordering: .relaxed).newValue == 500 { return }
        }
      }
    })
    try await withServer(desk) { _, port in
      let (wire, _) = try await open(port)
      await gate.arrival()
      let message = frame(2, [UInt8](repeating: 1, count: 60_000))
      let sending = Task { for _ in 0..<500 { await wire.send(message) } }
      gate.open()
      await sending.value
      let close = try #require(await read(wire))
      #expect(close.opcode == 8)
      #expect(seen.load(ordering: .relaxed) == 500)
    }
  }
}
