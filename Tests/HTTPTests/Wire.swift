import Glibc

@testable import HTTP

/// A plain socket for tests. Every call runs on a thread of its own, so that no test holds the pool.
final class Wire: Sendable {
  let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // Nothing in these tests may wait longer.
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw WireError(text: String(cString: strerror(errno))) }
  }

  init(unix path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw WireError(text: String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  /// How many bytes the other side took; fewer when it closed.
  @discardableResult
  func send(_ bytes: [UInt8]) async -> Int {
    await aside { [descriptor] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { break }
        sent += count
      }
      return sent
    }
  }

  @discardableResult
  func send(_ text: String) async -> Int { await send(Array(text.utf8)) }

  /// What comes next, at most 64 KiB; empty at the end or when the connection broke.
  func receive() async -> [UInt8] {
    await aside { [descriptor] in
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      return count > 0 ? Array(buffer[..<count]) : []
    }
  }

  func exactly(_ count: Int) async -> [UInt8] {
    await aside { [descriptor] in
      var buffer = [UInt8](repeating: 0, count: count)
      let got = recv(descriptor, &buffer, count, Int32(MSG_WAITALL))
      return got > 0 ? Array(buffer[..<got]) : []
    }
  }

  func toEnd() async -> String {
    var all: [UInt8] = []
    while true {
      let more = await receive()
      if more.isEmpty { return String(decoding: all, as: UTF8.self) }
      all += more
    }
  }

  /// Reads until the text has come, or the end.
  func until(_ mark: String) async -> String {
    var all: [UInt8] = []
    while true {
      let more = await receive()
      all += more
      let text = String(decoding: all, as: UTF8.self)
      if more.isEmpty || text.contains(mark) { return text }
    }
  }

  /// One answer with a stated length, head and body.
  func answer() async -> String {
    var all: [UInt8] = []
    while true {
      let text = String(decoding: all, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let head = text[..<end.lowerBound].lowercased()
        let length =
          head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        if text[end.upperBound...].utf8.count >= length { return text }
      }
      let more = await receive()
      if more.isEmpty { return text }
      all += more
    }
  }

  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  private func aside<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      onOwnThread("wire") { continuation.resume(returning: work()) }
    }
  }
}

struct WireError: Error { let text: String }

extension String {
  /// Foundation's search, without Foundation.
  fileprivate func range(of mark: String) -> Range<String.Index>? {
    let bytes = Array(utf8)
    let wanted = Array(mark.utf8)
    guard bytes.count >= wanted.count else { return nil }
    for start in 0...(bytes.count - wanted.count) where bytes[start..<start + wanted.count].elementsEqual(wanted) {
      return utf8.index(startIndex, offsetBy: start)..<utf8.index(startIndex, offsetBy: start + wanted.count)
    }
    return nil
  }
}

/// A handler made of closures.
struct Desk: HTTPHandler {
  var admission: @Sendable (HTTPRequestHead) -> Admission = { _ in .accept(bodyLimit: 1 << 20) }
  var answer: @Sendable (HTTPRequest) async -> HTTPResponse = { .text("\($0.method) \($0.path) \($0.body.count)") }

  func admit(_ head: HTTPRequestHead) -> Admission { admission(head) }
  func handle(_ request: HTTPRequest) async -> HTTPResponse { await answer(request) }
}

/// Runs a server for the length of a test.
func withServer(
  _ desk: Desk = Desk(), patience: Duration = .seconds(2), change: (inout HTTPServerConfiguration) -> Void = { _ in },
  _ body: (HTTPServer, Int) async throws -> Void
) async throws {
  var configuration = HTTPServerConfiguration()
  // no limit of time but the one that a test is about: beside all the others a test may not run for many seconds
  (configuration.idleTimeout, configuration.headTimeout, configuration.bodyTimeout) = (
    .seconds(300), .seconds(300), .seconds(300)
  )
  configuration.pingInterval = .seconds(300)
  change(&configuration)
  let server = try HTTPServer(configuration: configuration, handler: desk)
  let port = try server.start()
  do {
    try await body(server, port)
  } catch {
    await server.stop(graceful: .zero)
    throw error
  }
  await server.stop(graceful: patience)
}
