import Glibc

/// `select` over a few hundred descriptors: its timeout counts microseconds, where `poll` rounds to milliseconds.
struct Waiting {
  static let limit = 1_024
  private var reading = [UInt](repeating: 0, count: limit / UInt.bitWidth)
  private var writing = [UInt](repeating: 0, count: limit / UInt.bitWidth)
  private var highest: Int32 = -1

  mutating func add(_ descriptor: Int32, isSending: Bool) {
    let (word, bit) = Int(descriptor).quotientAndRemainder(dividingBy: UInt.bitWidth)
    reading[word] |= 1 << UInt(bit)
    if isSending { writing[word] |= 1 << UInt(bit) }
    highest = max(highest, descriptor)
  }

  /// - Returns: whether any is ready.
  mutating func wait(seconds: Double) -> Bool {
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int((seconds - seconds.rounded(.down)) * 1e6))
    return reading.withUnsafeMutableBytes { reading in
      writing.withUnsafeMutableBytes { writing in
        select(
          highest + 1, reading.baseAddress?.assumingMemoryBound(to: fd_set.self),
          writing.baseAddress?.assumingMemoryBound(to: fd_set.self), nil, &limit) > 0
      }
    }
  }

  func contains(_ descriptor: Int32) -> Bool {
    let (word, bit) = Int(descriptor).quotientAndRemainder(dividingBy: UInt.bitWidth)
    return (reading[word] | writing[word]) & 1 << UInt(bit) != 0
  }
}
