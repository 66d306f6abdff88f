import Base
import CLinux
import Glibc

/// How much memory the program holds while nobody writes.
package enum Footprint {
  /// After the start: gives back freed heap, and lets go of the program and library pages that only starting needed.
  ///
  /// Those stay in the kernel's page cache; what is needed again comes back by a minor fault of about a microsecond.
  package static func rest() {
    th_heap_trim()
    for mapping in unchangedMappings() { madvise(mapping.start, mapping.size, MADV_DONTNEED) }
  }

  package static var residentBytes: Int {
    let words = KernelFile.contents("/proc/self/statm").split(separator: UInt8(ascii: " "))
    guard words.count > 1, let pages = Int(String(decoding: words[1], as: UTF8.self)) else { return 0 }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Mapped files that cannot be written and of which no page differs from its file: dropping them loses nothing.
  static func unchangedMappings() -> [(start: UnsafeMutableRawPointer, size: Int)] {
    var found: [(start: UnsafeMutableRawPointer, size: Int)] = []
    var current: (start: UnsafeMutableRawPointer, size: Int)?
    for line in KernelFile.contents("/proc/self/smaps").split(separator: UInt8(ascii: "\n")) {
      // 7f1c2a000000-7f1c2a1c8000 r-xp 00028000 08:01 1234    /usr/lib/libc.so.6
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      if words.count == 6, words[1].count == 4 {
        let bounds = words[0].split(separator: UInt8(ascii: "-"))
          .compactMap { UInt(String(decoding: $0, as: UTF8.self), radix: 16) }
        let isFile = words[5].first { $0 != UInt8(ascii: " ") } == UInt8(ascii: "/")
        let isWritable = words[1].contains(UInt8(ascii: "w"))
        current =
          bounds.count == 2 && isFile && !isWritable
          ? UnsafeMutableRawPointer(bitPattern: bounds[0]).map { ($0, Int(bounds[1] - bounds[0])) } : nil
      } else if words.count > 1, words[0].elementsEqual("Anonymous:".utf8) {
        if let mapping = current, words[1].elementsEqual("0".utf8) { found.append(mapping) }
        current = nil
      }
    }
    return found
  }
}
