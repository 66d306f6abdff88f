import Glibc

/// Files that the kernel writes while they are read (`/proc`): they have no size, and one reading is a part of them.
package enum KernelFile {
  /// All of it; empty where it cannot be read.
  package static func contents(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }
}
