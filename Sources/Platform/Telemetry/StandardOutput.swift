import Glibc
import Synchronization

/// What the program says on standard output. A reader that goes away or a full disk is noted and never ends it.
package enum StandardOutput {
  private static let firstError = Atomic<Int32>(0)

  /// Why something could not be written, as an error number; 0 while all is well.
  package static var error: Int32 { firstError.load(ordering: .relaxed) }

  /// Writes a line whole before it returns. After the first failure nothing more is tried.
  package static func say(_ text: String) {
    guard error == 0 else { return }
    let failure = write(text + "\n", to: STDOUT_FILENO)
    if failure != 0 { firstError.store(failure, ordering: .relaxed) }
  }

  /// - Returns: 0, or the error number.
  package static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count >= 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        } else if errno == EAGAIN {
          var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&ready, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
