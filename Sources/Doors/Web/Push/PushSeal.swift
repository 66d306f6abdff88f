import Base
import Crypto

/// Encrypts what is pushed so that only the browser reads it: `aes128gcm` of one record (RFC 8188) under keys that are
/// made as RFC 8291 says. The push service carries bytes.
enum PushSeal {
  /// What a push service must take (RFC 8291 §4), less what the head and the tag need.
  static let longest = 3_993
  private static let recordSize: [UInt8] = [0, 0, 16, 0]

  /// - Parameters:
  ///   - receiver: the browser's public key, 65 bytes.
  ///   - secret: the browser's authentication secret, 16 bytes.
  ///   - sender: used for this message only.
  static func seal(
    _ words: [UInt8], receiver: [UInt8], secret: [UInt8], sender: P256Key, salt: [UInt8]
  ) throws -> [UInt8] {
    guard words.count <= longest else { throw CryptoError(.malformed, "A push carries at most \(longest) bytes.") }
    let agreed = try sender.agree(with: receiver)
    func expand(_ key: [UInt8], _ info: [UInt8]) -> [UInt8] { HMAC.sha256(key: key, message: info + [1]) }
    let keying = expand(
      HMAC.sha256(key: secret, message: agreed), Array("WebPush: info\0".utf8) + receiver + sender.publicKey)
    let key = HMAC.sha256(key: salt, message: keying)
    let contentKey = Array(expand(key, Array("Content-Encoding: aes128gcm\0".utf8)).prefix(16))
    let nonce = Array(expand(key, Array("Content-Encoding: nonce\0".utf8)).prefix(12))
    // 2 ends the last record
    let (ciphertext, tag) = try AEAD.encrypt128(words + [2], key: contentKey, nonce: nonce)
    return salt + recordSize + [UInt8(sender.publicKey.count)] + sender.publicKey + ciphertext + tag
  }
}
