import Base
import Glibc

/// Lets everybody connect, and answers nobody.
final class SilentListener: Sendable {
  let port: Int
  private let file: Int32

  init() throws {
    file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard file >= 0 else { throw SystemCallError("socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (file, length) = (file, size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, length) + listen(file, 8) + getsockname(file, $0, &size)
      }
    }
    guard code == 0 else {
      close(file)
      throw SystemCallError("bind")
    }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(file) }
}
