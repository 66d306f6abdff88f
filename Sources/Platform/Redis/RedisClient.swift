import Base
import CHiredis
import Glibc
import Synchronization

/// An answer of the server.
package enum RedisReply: Sendable, Hashable {
  case text(String)
  case integer(Int64)
  case list([RedisReply])
  case none

  package var text: String? { if case .text(let text) = self { text } else { nil } }
  package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  package var list: [RedisReply] { if case .list(let list) = self { list } else { [] } }
}

package struct RedisError: SpeakingError {
  package enum Kind: String, Sendable {
    /// libhiredis is not installed.
    case missing
    /// No connection, or it broke: whether the command was done is not known.
    case unreachable
    /// The server would not.
    case refused
  }
  package let kind: Kind
  package let sentence: String
  package var code: String { "redis.\(kind.rawValue)" }

  package init(kind: Kind, sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}

/// Commands to one Redis server. Each waits on a thread of its own; connections are kept and used by one command at a time.
package final class RedisClient: Sendable {
  /// `redis://host:6379`, `redis://:password@host`, `unix:///run/redis.sock`.
  package struct Place: Sendable, Hashable {
    package let host: String
    /// 0: `host` is a socket's path.
    package let port: Int
    package let password: String?

    package init?(_ url: String) {
      if url.hasPrefix("unix://") {
        (host, port, password) = (String(url.dropFirst(7)), 0, nil)
        guard host.hasPrefix("/") else { return nil }
        return
      }
      guard url.hasPrefix("redis://") else { return nil }
      var rest = url.dropFirst(8)
      var password: String?
      if let at = rest.lastIndex(of: "@") {
        password = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).last.map(
          String.init)
        rest = rest[rest.index(after: at)...]
      }
      while rest.last == "/" { rest.removeLast() }
      let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), !parts[0].isEmpty else { return nil }
      guard let port = parts.count == 2 ? Int(parts[1]) : 6_379, (1...65_535).contains(port) else { return nil }
      (host, self.port, self.password) = (String(parts[0]), port, password)
    }
  }

  private let place: Place
  private let timeout: Duration
  private let idle = Mutex<[Connection]>([])
  private static let keptConnections = 8

  package init(_ place: Place, timeout: Duration = .seconds(5)) {
    self.place = place
    self.timeout = timeout
  }

  /// - Throws: `RedisError`.
  @discardableResult
  package func run(_ words: String...) async throws -> RedisReply { try await run(words) }

  @discardableResult
  package func run(_ words: [String]) async throws -> RedisReply {
    let (place, timeout) = (place, timeout)
    let kept = idle.withLock { $0.popLast() }
    let (connection, reply) = try await BlockingCall.run("redis") {
      () -> (Connection, Result<RedisReply, RedisError>) in
      let connection = try kept ?? Connection(place, timeout)
      return (connection, Result { () throws(RedisError) in try connection.run(words) })
    }
    // one that broke is let go
    if !connection.isBroken {
      idle.withLock { if $0.count < Self.keptConnections { $0.append(connection) } }
    }
    return try reply.get()
  }
}

/// One connection. Only whoever took it out of the idle ones touches it, so no two threads do at once.
private final class Connection: @unchecked Sendable {
  private let redis: OpaquePointer

  init(_ place: RedisClient.Place, _ timeout: Duration) throws(RedisError) {
    guard th_redis_available() != 0 else {
      throw RedisError(kind: .missing, sentence: "libhiredis0.14 is not installed; install it to use events.redis.")
    }
    let milliseconds = Int(timeout.microseconds / 1_000)
    guard let redis = th_redis_open(place.host, Int32(place.port), milliseconds) else {
      throw RedisError(kind: .unreachable, sentence: "There is no memory for a connection to Redis.")
    }
    self.redis = redis
    if let error = th_redis_error(redis) {
      throw RedisError(kind: .unreachable, sentence: "Redis cannot be reached: \(String(cString: error)).")
    }
    if let password = place.password { _ = try run(["AUTH", password]) }
  }

  deinit { th_redis_close(redis) }

  var isBroken: Bool { th_redis_error(redis) != nil }

  func run(_ words: [String]) throws(RedisError) -> RedisReply {
    let copies = words.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    var pointers = copies.map { UnsafePointer($0) }
    let lengths = words.map { $0.utf8.count }
    guard let reply = th_redis_command(redis, Int32(words.count), &pointers, lengths) else {
      let reason = th_redis_error(redis).map { String(cString: $0) } ?? "it said nothing"
      throw RedisError(kind: .unreachable, sentence: "The connection to Redis broke: \(reason).")
    }
    defer { th_reply_free(reply) }
    if th_reply_kind(reply) == Int32(TH_REPLY_ERROR.rawValue) {
      throw RedisError(kind: .refused, sentence: Self.text(reply))
    }
    return Self.read(reply)
  }

  private static func read(_ reply: OpaquePointer) -> RedisReply {
    switch th_reply_kind(reply) {
    case Int32(TH_REPLY_TEXT.rawValue), Int32(TH_REPLY_ERROR.rawValue): .text(text(reply))
    case Int32(TH_REPLY_INTEGER.rawValue): .integer(th_reply_integer(reply))
    case Int32(TH_REPLY_LIST.rawValue):
      .list((0..<th_reply_count(reply)).map { index in th_reply_element(reply, index).map(read) ?? .none })
    default: .none
    }
  }

  private static func text(_ reply: OpaquePointer) -> String {
    guard let bytes = th_reply_text(reply) else { return "" }
    return String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: Int(th_reply_length(reply))), as: UTF8.self)
  }
}
