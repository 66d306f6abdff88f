package import Base

/// A few bytes (the master key in a backup) under a passphrase that a person keeps.
///
/// Sealed: `TKEY`, version 1, cost, salt (16), then an AEAD box; the head is authenticated with it.
package enum KeyDerivation {
  private static let magic = Array("TKEY".utf8)
  /// 64 MB and about 150 ms on one core.
  private static let cost: UInt8 = 16
  private static let costs: ClosedRange<UInt8> = 10...20
  package static let shortestPassphrase = 8

  package static func seal(
    _ secret: SecretKey, passphrase: String, random: any RandomSource = SystemRandom()
  ) async throws -> [UInt8] {
    guard passphrase.count >= shortestPassphrase else {
      throw CryptoError(.malformed, "The passphrase needs at least \(shortestPassphrase) characters.")
    }
    let head = magic + [1, cost] + random.bytes(16)
    let key = try await key(passphrase, head: head)
    return head + (try AEAD.seal(secret.bytes, key: key, associated: head, random: random))
  }

  package static func open(_ sealed: [UInt8], passphrase: String) async throws -> SecretKey {
    let headSize = magic.count + 2 + 16
    guard sealed.count > headSize, sealed.starts(with: magic), sealed[4] == 1, costs.contains(sealed[5]) else {
      throw CryptoError(.malformed, "This is not a master key sealed by this program.")
    }
    let head = Array(sealed.prefix(headSize))
    let key = try await key(passphrase, head: head)
    do {
      let bytes = try AEAD.open(Array(sealed.dropFirst(headSize)), key: key, associated: head)
      guard let secret = SecretKey(bytes) else { throw CryptoError(.malformed, "The sealed key has a wrong length.") }
      return secret
    } catch let error as CryptoError where error.kind == .notAuthentic {
      throw CryptoError(.notAuthentic, "The passphrase is wrong, or the sealed key was damaged.")
    }
  }

  private static func key(_ passphrase: String, head: [UInt8]) async throws -> SecretKey {
    let cost = Int(head[5])
    let salt = Array(head.suffix(16))
    let bytes = try await SlowHashing.run {
      try SlowHashing.scrypt(Array(passphrase.utf8), salt: salt, cost: cost, r: 8, p: 1, size: SecretKey.size)
    }
    guard let key = SecretKey(bytes) else { throw CryptoError(.library, "The passphrase could not be hashed.") }
    return key
  }
}
