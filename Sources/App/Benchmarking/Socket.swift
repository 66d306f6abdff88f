import Glibc

/// Plain TCP sockets on the loopback interface, never blocking.
enum Socket {
  static func connect(port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw BenchmarkError(.socket, "Port \(port) cannot be reached: \(reason).")
    }
    prepare(descriptor)
    return descriptor
  }

  /// - Parameter port: any free one when left out.
  static func listen(on port: Int = 0) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> Int32 in
        guard bind(descriptor, pointer, length) == 0, Glibc.listen(descriptor, 1_024) == 0 else { return -1 }
        return getsockname(descriptor, pointer, &length)
      }
    }
    guard descriptor >= 0, code == 0 else {
      let reason = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw BenchmarkError(.socket, "A port cannot be opened: \(reason).")
    }
    prepare(descriptor)
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// A port that nobody had a moment ago, below those that the kernel gives to connections: it is taken some seconds later, when
  /// other programs may have made some.
  package static func freePort() throws -> Int {
    let start = Int(getpid() % 80) * 100
    for step in 0..<8_000 {
      guard let (descriptor, port) = try? listen(on: 12_000 + (start + step) % 8_000) else { continue }
      close(descriptor)
      return port
    }
    throw BenchmarkError(.socket, "No port from 12000 to 19999 is free.")
  }

  static func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
