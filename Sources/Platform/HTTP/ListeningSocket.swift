import CLinux
// whichever module includes <sys/socket.h> first owns `sockaddr`, so every candidate is imported
import CMicrohttpd
import Glibc

/// Sockets made by us and handed to the library, so that the address, the mode and the port are ours to decide.
enum ListeningSocket {
  static func tcp(host: String, port: Int) throws -> (descriptor: Int32, port: Int) {
    guard let wanted = UInt16(exactly: port) else {
      throw HTTPServerError(kind: .addressInvalid, sentence: "Port \(port) is not between 0 and 65535.")
    }
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let name = host == "localhost" ? "127.0.0.1" : host
    guard getaddrinfo(name, String(wanted), &hints, &list) == 0, let info = list else {
      throw HTTPServerError(
        kind: .addressInvalid, sentence: "\(host) is not an address; write 127.0.0.1, 0.0.0.0 or ::, for example.")
    }
    defer { freeaddrinfo(list) }
    let descriptor = socket(
      info.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else {
      throw HTTPServerError(kind: .socketFailed, sentence: "A socket could not be made: \(errnoText()).")
    }
    set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
    if info.pointee.ai_family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
    guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0, listen(descriptor, 1_024) == 0 else {
      let reason = errno
      close(descriptor)
      if reason == EADDRINUSE {
        throw HTTPServerError(
          kind: .addressInUse,
          sentence: "Port \(port) of \(host) is taken; stop the other program or choose another port.")
      }
      throw HTTPServerError(
        kind: .socketFailed,
        sentence: "\(host) port \(port) cannot be listened on: \(String(cString: strerror(reason))).")
    }
    // Accepted sockets inherit it: small answers leave at once.
    set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    return (descriptor, boundPort(descriptor) ?? port)
  }

  /// Only the owner's own processes can connect: the mode is set before anything listens.
  static func unix(path: String) throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw HTTPServerError(
        kind: .addressInvalid,
        sentence: "The socket path \(path) is empty or longer than 107 bytes; use a shorter folder.")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    var status = stat()
    if lstat(path, &status) == 0 {
      // A socket left behind by a crash; a file of any other kind is not ours to remove.
      guard status.st_mode & S_IFMT == S_IFSOCK else {
        throw HTTPServerError(kind: .addressInUse, sentence: "\(path) exists and is not a socket.")
      }
      unlink(path)
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, bound == 0, chmod(path, 0o600) == 0, listen(descriptor, 128) == 0 else {
      let reason = errnoText()
      if descriptor >= 0 { close(descriptor) }
      throw HTTPServerError(kind: .socketFailed, sentence: "The socket \(path) cannot be made: \(reason).")
    }
    return descriptor
  }

  /// Numeric text of a peer; an IPv4 address mapped into IPv6 reads as IPv4.
  static func text(of address: UnsafePointer<sockaddr>) -> String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        var ip = $0.pointee.sin_addr
        inet_ntop(AF_INET, &ip, &buffer, socklen_t(buffer.count))
      }
    case AF_INET6:
      address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        var ip = $0.pointee.sin6_addr
        inet_ntop(AF_INET6, &ip, &buffer, socklen_t(buffer.count))
      }
    default: return ""
    }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.hasPrefix("::ffff:") && text.utf8.contains(UInt8(ascii: ".")) ? String(text.dropFirst(7)) : text
  }

  private static func boundPort(_ descriptor: Int32) -> Int? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let named = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard named == 0 else { return nil }
    // The port stands at the same place in both families.
    return withUnsafeBytes(of: &storage) { Int($0[2]) << 8 | Int($0[3]) }
  }

  private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
