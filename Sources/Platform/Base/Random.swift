import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Randomness, injected so that a simulation can repeat itself from a seed.
package protocol RandomSource: Sendable {
  func next() -> UInt64
}

extension RandomSource {
  package func bytes(_ count: Int) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(count + 7)
    while out.count < count { withUnsafeBytes(of: next()) { out.append(contentsOf: $0) } }
    return Array(out.prefix(count))
  }

  /// Uniform in `0..<bound` (bound > 0).
  package func below(_ bound: Int) -> Int {
    precondition(bound > 0)
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A random text over an alphabet without look-alikes, fit for codes that people read aloud.
  package func code(_ length: Int, alphabet: String = "ABCDEFGHJKMNPQRSTUVWXYZ23456789") -> String {
    let letters = Array(alphabet)
    return String((0..<length).map { _ in letters[below(letters.count)] })
  }
}

/// The kernel's generator; used for secrets and ids.
package struct SystemRandom: RandomSource {
  package init() {}

  /// Drawn ahead, so that not every id asks the kernel; each number is handed out once and wiped.
  private static let ahead = Mutex<[UInt64]>([])

  package func next() -> UInt64 {
    Self.ahead.withLock { ahead in
      if ahead.isEmpty {
        ahead = Array(repeating: 0, count: 32)
        ahead.withUnsafeMutableBytes { bytes in
          // it gives up to 256 bytes and cannot fail on a kernel that has it
          precondition(bytes.baseAddress.map { getentropy($0, bytes.count) } == 0, "the kernel gives no randomness")
        }
      }
      let next = ahead[ahead.count - 1]
      ahead[ahead.count - 1] = 0
      ahead.removeLast()
      return next
    }
  }
}

/// SplitMix64: the same seed gives the same sequence. Never for secrets.
package final class SeededRandom: RandomSource {
  private let state: Mutex<UInt64>
  package init(seed: UInt64) { state = Mutex(seed) }

  package func next() -> UInt64 {
    state.withLock { state in
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
