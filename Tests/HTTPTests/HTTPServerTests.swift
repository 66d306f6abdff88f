import Testing

@testable import HTTP

@Suite("HTTP server", .timeLimit(.minutes(1)))
struct HTTPServerTests {
  @Test("two requests travel over one connection")
  func keepAlive() async throws {
    try await withServer { _, port in
      let wire = try Wire(port: port)
      await wire.send("POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
      let first = await wire.answer()
      #expect(first.hasPrefix("HTTP/1.1 200"))
      #expect(first.hasSuffix("POST /a b 3"))
      await wire.send("GET /c HTTP/1.1\r\nHost: h\r\n\r\n")
      let second = await wire.answer()
      #expect(second.hasSuffix("GET /c 0"))
    }
  }

  @Test("a handler that waits is answered later")
  func suspended() async throws {
    let desk = Desk(answer: { request in
      await Task.yield()
      await Task { await Task.yield() }.value
      return .json(#"{"bytes":\#(request.body.count)}"#)
    })
    try await withServer(desk) { _, port in
      let wire = try Wire(port: port)
      for _ in 0..<20 {
        await wire.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
        #expect(await wire.answer().hasSuffix(#"{"bytes":3}"#))
      }
    }
  }
}
