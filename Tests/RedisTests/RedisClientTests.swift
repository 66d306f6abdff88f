import Redis
import RoomTesting
import Testing

struct RedisPlaceTests {
  @Test(
    "an address is read, or is none",
    arguments: [
      ("redis://localhost", "localhost", 6_379, nil), ("redis://10.0.0.1:7000/", "10.0.0.1", 7_000, nil),
      ("redis://:se:cret@host", "host", 6_379, "se:cret"), ("unix:///run/redis.sock", "/run/redis.sock", 0, nil),
    ] as [(String, String, Int, String?)])
  func reads(_ url: String, _ host: String, _ port: Int, _ password: String?) {
    let place = RedisClient.Place(url)
    #expect(place?.host == host)
    #expect(place?.port == port)
    #expect(place?.password == password)
  }

  @Test(
    "others are refused",
    arguments: ["", "http://x", "redis://", "redis://h:0", "redis://h:x", "unix://rel", "redis://a:1:2"])
  func refuses(_ url: String) { #expect(RedisClient.Place(url) == nil) }
}

@Suite(.enabled(if: RedisServer.isInstalled, "redis-server is not installed"))
struct RedisClientTests {
  @Test("answers come as what they are, side by side too")
  func answers() async throws {
    let server = try await RedisServer()
    try await server.client.run("SET", "a", "zwei\nZeilen")
    #expect(try await server.client.run("GET", "a") == .text("zwei\nZeilen"))
    #expect(try await server.client.run("GET", "b") == .none)
    #expect(try await server.client.run("INCR", "n") == .integer(1))
    try await server.client.run("RPUSH", "l", "x", "y")
    #expect(try await server.client.run("LRANGE", "l", "0", "-1") == .list([.text("x"), .text("y")]))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { try await server.client.run("INCR", "n") } }
      try await group.waitForAll()
    }
    #expect(try await server.client.run("GET", "n") == .text("21"))
  }

  @Test("what the server refuses is said in its words, and the connection goes on")
  func refuses() async throws {
    let server = try await RedisServer()
    try await server.client.run("SET", "a", "word")
    let error = await #expect(throws: RedisError.self) { try await server.client.run("INCR", "a") }
    #expect(error?.kind == .refused)
    #expect(error?.sentence.contains("integer") == true)
    #expect(try await server.client.run("PING") == .text("PONG"))
  }
}
