package import Base

/// 32 bytes that never show themselves in a log, an error or a mirror.
package struct SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
  package static let size = 32
  let bytes: [UInt8]

  /// `nil` unless there are 32 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    self.bytes = bytes
  }

  package init(random: any RandomSource = SystemRandom()) { bytes = random.bytes(Self.size) }

  /// Names the key without giving it away: the start of a hash under a fixed label.
  package var fingerprint: String {
    Hex.encode(Array(HMAC.sha256(key: bytes, message: Array("thinnai key fingerprint".utf8)).prefix(8)))
  }

  /// Hands out the bytes, for the sealed backup of the key only.
  package func withBytes<T>(_ body: ([UInt8]) throws -> T) rethrows -> T { try body(bytes) }

  package var description: String { "SecretKey(hidden)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
