import Foundation
import Glibc

/// A plain socket, for requests that no client would send.
enum Wire {
  struct Answer: Sendable {
    /// 0 when the server closed without an answer.
    let status: Int
    let text: String
  }

  static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    return with(port) { bind(descriptor, $0, $1) } == 0
  }

  /// Whether anybody takes a connection there.
  static func accepts(_ host: String, _ port: Int) async -> Bool {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: connects(host, port)) }
    }
  }

  /// The addresses under which other machines reach this one, such as `192.0.2.2` or `fe80::1%eth0`.
  static var ownAddresses: [String] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    return sequence(first: first, next: { $0?.pointee.ifa_next }).compactMap { $0.flatMap(numericName) }
  }

  private static func numericName(_ entry: UnsafeMutablePointer<ifaddrs>) -> String? {
    guard let address = entry.pointee.ifa_addr, Int32(entry.pointee.ifa_flags) & Int32(IFF_LOOPBACK) == 0
    else { return nil }
    let size: Int
    switch Int32(address.pointee.sa_family) {
    case AF_INET: size = MemoryLayout<sockaddr_in>.size
    case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address, socklen_t(size), &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0 else {
      return nil
    }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func connects(_ host: String, _ port: Int) -> Bool {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICHOST
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let entry = found?.pointee else { return false }
    defer { freeaddrinfo(found) }
    let descriptor = socket(entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    return connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0
  }

  /// Sends bytes as they are, closes its half, and reads what comes back.
  static func exchange(_ port: Int, _ bytes: [UInt8], seconds: Int = 20) async -> Answer {
    await aside { blocking(AF_INET, bytes, seconds) { descriptor in with(port) { connect(descriptor, $0, $1) } } }
  }

  /// The same through a socket of the file system.
  static func exchange(socket path: String, _ bytes: [UInt8], seconds: Int = 20) async -> Answer {
    await aside { blocking(AF_UNIX, bytes, seconds) { descriptor in with(path) { connect(descriptor, $0, $1) } } }
  }

  private static func aside(_ work: @escaping @Sendable () -> Answer) async -> Answer {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }

  private static func blocking(
    _ family: Int32, _ bytes: [UInt8], _ seconds: Int, _ reach: (Int32) -> Int32
  ) -> Answer {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard reach(descriptor) == 0 else { return Answer(status: 0, text: "no connection") }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { break }
      sent += count
    }
    var received: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while received.count < 1 << 20 {
      let count = recv(descriptor, &piece, piece.count, 0)
      guard count > 0 else { break }
      received += piece[..<count]
      if isWhole(received) { break }
    }
    let text = String(decoding: received, as: UTF8.self)
    return Answer(status: text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst(9).prefix(3)) ?? 0 : 0, text: text)
  }

  /// So that a connection that is kept open need not time out.
  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return false }
    let head = text[..<end.lowerBound].lowercased()
    guard let field = head.range(of: "content-length:") else { return false }
    let length = Int(head[field.upperBound...].prefix { $0 != "\r\n" }.trimmingCharacters(in: .whitespaces)) ?? 0
    return text[end.upperBound...].utf8.count >= length
  }

  private static func with(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }

  private static func with(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = path.utf8.prefix(MemoryLayout.size(ofValue: address.sun_path) - 1)
    withUnsafeMutableBytes(of: &address.sun_path) { place in place.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}
