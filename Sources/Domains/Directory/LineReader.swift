import Base

/// The lines of a source as they come; empty ones are left out.
struct LineReader {
  struct Line {
    /// From 1.
    var number: Int
    var bytes: [UInt8]
  }

  private let source: ByteSource
  private var bytes: [UInt8] = []
  private var start = 0
  private var number = 0
  private var hasEnded = false

  init(_ source: ByteSource) { self.source = source }

  mutating func next() async throws -> Line? {
    while true {
      if let end = bytes[start...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        if let line = line(bytes[start..<end]) { return line }
      } else if hasEnded {
        defer { start = bytes.count }
        return start < bytes.count ? line(bytes[start...]) : nil
      } else if let piece = try await source.next() {
        bytes.removeFirst(start)
        bytes += piece
        start = 0
      } else {
        hasEnded = true
      }
    }
  }

  private mutating func line(_ bytes: ArraySlice<UInt8>) -> Line? {
    number += 1
    var bytes = bytes
    if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    let isEmpty = bytes.allSatisfy { $0 == 0x20 || $0 == 0x0D }
    return isEmpty ? nil : Line(number: number, bytes: Array(bytes))
  }
}
