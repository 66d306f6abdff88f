internal import COpenSSL
import Dispatch
import Synchronization

/// Work that is slow on purpose: one at a time, off the cooperative pool, and never more than a few waiting.
enum SlowHashing {
  private static let queue = DispatchQueue(label: "thinnai.crypto.slow")
  private static let waiting = Mutex(0)
  private static let limit = 64

  static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    let accepted = waiting.withLock { waiting in
      guard waiting < limit else { return false }
      waiting += 1
      return true
    }
    guard accepted else { throw CryptoError(.busy, "Too many sign-ins at once; try again in a moment.") }
    return try await withCheckedThrowingContinuation { continuation in
      queue.async {
        let result = Result { try body() }
        waiting.withLock { $0 -= 1 }
        continuation.resume(with: result)
      }
    }
  }

  /// RFC 7914. `cost` is the base-2 logarithm of N; memory is 128 · r · N bytes.
  static func scrypt(_ passphrase: [UInt8], salt: [UInt8], cost: Int, r: Int, p: Int, size: Int) throws -> [UInt8] {
    var out = [UInt8](repeating: 0, count: size)
    let memory = UInt64(128 * r) << UInt64(cost)
    let code = passphrase.withUnsafeBytes { passphrase in
      EVP_PBE_scrypt(
        passphrase.bindMemory(to: CChar.self).baseAddress, passphrase.count, salt, salt.count, 1 << UInt64(cost),
        UInt64(r), UInt64(p), memory * 2 + (1 << 20), &out, size)
    }
    guard code == 1 else { throw CryptoError(.library, "The passphrase could not be hashed (not enough memory?).") }
    return out
  }
}
