package import Base
internal import COpenSSL

/// `nonisolated(unsafe)`: a fetched algorithm is never changed afterwards and OpenSSL 3 lets threads share it.
private nonisolated(unsafe) let aes256GCM = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
/// As above.
private nonisolated(unsafe) let aes128GCM = EVP_CIPHER_fetch(nil, "AES-128-GCM", nil)

/// Authenticated encryption: AES-256-GCM (NIST SP 800-38D) with a fresh random 96-bit nonce for each sealing.
///
/// Sealed: version byte 1, nonce (12), ciphertext, tag (16). One key is good for 2^32 sealings; rotate well before.
package enum AEAD {
  private static let version: UInt8 = 1
  private static let nonceSize = 12
  private static let tagSize = 16
  package static let overhead = 1 + nonceSize + tagSize

  package static func seal(
    _ plaintext: [UInt8], key: SecretKey, associated: [UInt8], random: any RandomSource = SystemRandom()
  ) throws -> [UInt8] {
    let nonce = random.bytes(nonceSize)
    let (ciphertext, tag) = try encrypt(plaintext, key: key, nonce: nonce, associated: associated)
    return [version] + nonce + ciphertext + tag
  }

  package static func open(_ sealed: [UInt8], key: SecretKey, associated: [UInt8]) throws -> [UInt8] {
    guard sealed.count >= overhead, sealed[0] == version else {
      throw CryptoError(.malformed, "This is not something that was sealed by this program.")
    }
    let nonce = Array(sealed[1..<(1 + nonceSize)])
    let tag = Array(sealed.suffix(tagSize))
    let ciphertext = Array(sealed[(1 + nonceSize)..<(sealed.count - tagSize)])
    return try decrypt(ciphertext, tag: tag, key: key, nonce: nonce, associated: associated)
  }

  static func encrypt(
    _ plaintext: [UInt8], key: SecretKey, nonce: [UInt8], associated: [UInt8]
  ) throws -> (ciphertext: [UInt8], tag: [UInt8]) {
    try encrypt(plaintext, aes256GCM, key.bytes, nonce, associated)
  }

  /// AES-128-GCM, for formats of others that want it; the caller never uses a nonce twice with a key.
  ///
  /// - Parameters:
  ///   - key: 16 bytes.
  ///   - nonce: 12 bytes.
  package static func encrypt128(
    _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8]
  ) throws -> (ciphertext: [UInt8], tag: [UInt8]) {
    guard key.count == 16, nonce.count == nonceSize else {
      throw CryptoError(.malformed, "AES-128-GCM takes a key of 16 and a nonce of 12 bytes.")
    }
    return try encrypt(plaintext, aes128GCM, key, nonce, [])
  }

  private static func encrypt(
    _ plaintext: [UInt8], _ cipher: OpaquePointer?, _ key: [UInt8], _ nonce: [UInt8], _ associated: [UInt8]
  ) throws -> (ciphertext: [UInt8], tag: [UInt8]) {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var count: Int32 = 0
    var out = [UInt8](repeating: 0, count: plaintext.count + tagSize)
    try check(EVP_EncryptInit_ex2(context, cipher, key, nonce, nil))
    if !associated.isEmpty { try check(EVP_EncryptUpdate(context, nil, &count, associated, try size(associated))) }
    if !plaintext.isEmpty { try check(EVP_EncryptUpdate(context, &out, &count, plaintext, try size(plaintext))) }
    var rest = [UInt8](repeating: 0, count: tagSize)
    try check(EVP_EncryptFinal_ex(context, &rest, &count))
    var tag = [UInt8](repeating: 0, count: tagSize)
    try check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), &tag))
    return (Array(out.prefix(plaintext.count)), tag)
  }

  static func decrypt(
    _ ciphertext: [UInt8], tag: [UInt8], key: SecretKey, nonce: [UInt8], associated: [UInt8]
  ) throws -> [UInt8] {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var count: Int32 = 0
    var out = [UInt8](repeating: 0, count: ciphertext.count + tagSize)
    try check(EVP_DecryptInit_ex2(context, aes256GCM, key.bytes, nonce, nil))
    if !associated.isEmpty { try check(EVP_DecryptUpdate(context, nil, &count, associated, try size(associated))) }
    if !ciphertext.isEmpty { try check(EVP_DecryptUpdate(context, &out, &count, ciphertext, try size(ciphertext))) }
    var tag = tag
    try check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), &tag))
    var rest = [UInt8](repeating: 0, count: tagSize)
    guard EVP_DecryptFinal_ex(context, &rest, &count) == 1 else {
      throw CryptoError(.notAuthentic, "The sealed value was changed or moved, or another key sealed it.")
    }
    return Array(out.prefix(ciphertext.count))
  }

  private static func size(_ bytes: [UInt8]) throws -> Int32 {
    guard bytes.count <= Int(Int32.max) else {
      throw CryptoError(.malformed, "More than 2 GB cannot be sealed at once.")
    }
    return Int32(bytes.count)
  }

  private static func check(_ code: Int32) throws {
    if code != 1 { throw CryptoError(.library, "The crypto library refused AES-GCM.") }
  }
}
