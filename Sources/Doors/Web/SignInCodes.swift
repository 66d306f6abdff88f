import Base
import Crypto
import People
import Synchronization

/// One-time codes for signing in to the page: 256 bits, ten minutes, once; only their hashes are held, in memory.
final class SignInCodes: Sendable {
  static let lifetime: Duration = .minutes(10)
  private static let limit = 100

  private struct Code {
    let person: PersonID
    let expiresAt: Instant
  }
  private let clock: any WallClock
  private let random: any RandomSource
  private let codes = Mutex<[String: Code]>([:])

  init(clock: any WallClock, random: any RandomSource) {
    self.clock = clock
    self.random = random
  }

  func make(for person: PersonID) -> String {
    let secret = Base64URL.encode(random.bytes(32))
    let now = clock.now
    codes.withLock { codes in
      codes = codes.filter { $0.value.expiresAt > now }
      if codes.count >= Self.limit, let oldest = codes.min(by: { $0.value.expiresAt < $1.value.expiresAt }) {
        codes[oldest.key] = nil
      }
      codes[WebSessions.hash(secret)] = Code(person: person, expiresAt: now + Self.lifetime)
    }
    return secret
  }

  /// Uses a code up. - Returns: whose it was; `nil` for an unknown, used or expired one.
  func redeem(_ secret: String) -> PersonID? {
    let now = clock.now
    guard let code = codes.withLock({ $0.removeValue(forKey: WebSessions.hash(secret)) }) else { return nil }
    return code.expiresAt > now ? code.person : nil
  }
}
