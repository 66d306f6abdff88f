internal import COpenSSL

/// A private key on the curve P-256: it signs (ES256) and agrees on secrets (ECDH) with others' public keys.
package struct P256Key: Sendable, CustomStringConvertible, CustomReflectable {
  package static let publicSize = 65
  private static let size = 32

  /// The scalar. Kept sealed; see `SecretKey` for why it shows itself nowhere.
  private let secret: [UInt8]
  /// The point, uncompressed: 4, x, y.
  package let publicKey: [UInt8]

  package init() throws {
    guard let made = th_p256_generate() else { throw Self.refusal }
    defer { EVP_PKEY_free(made) }
    var point = [UInt8](repeating: 0, count: Self.publicSize)
    var count = 0
    try Self.check(EVP_PKEY_get_octet_string_param(made, "pub", &point, point.count, &count))
    var number: OpaquePointer?
    try Self.check(EVP_PKEY_get_bn_param(made, "priv", &number))
    defer { BN_clear_free(number) }
    var scalar = [UInt8](repeating: 0, count: Self.size)
    try Self.check(BN_bn2binpad(number, &scalar, Int32(Self.size)) == Int32(Self.size) ? 1 : 0)
    guard count == Self.publicSize, point[0] == 4 else { throw Self.refusal }
    (secret, publicKey) = (scalar, point)
  }

  /// What `withBytes` gave: the scalar and the point.
  package init(_ bytes: [UInt8]) throws {
    guard bytes.count == Self.size + Self.publicSize, bytes[Self.size] == 4 else {
      throw CryptoError(.malformed, "This is no key of the curve P-256.")
    }
    (secret, publicKey) = (Array(bytes.prefix(Self.size)), Array(bytes.suffix(Self.publicSize)))
    // a point that is not on the curve is refused here
    EVP_PKEY_free(try pointer())
  }

  /// Hands out the bytes, for sealing only.
  package func withBytes<T>(_ body: ([UInt8]) throws -> T) rethrows -> T { try body(secret + publicKey) }

  package var description: String { "P256Key(hidden)" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// The secret that the holder of the other key arrives at too (RFC 8291's `ecdh_secret`).
  ///
  /// - Throws: `crypto.malformed` for a point that is not on the curve.
  package func agree(with other: [UInt8]) throws -> [UInt8] {
    let own = try pointer()
    defer { EVP_PKEY_free(own) }
    guard other.count == Self.publicSize, other[0] == 4 else {
      throw CryptoError(.malformed, "A public key of the curve P-256 has 65 bytes and begins with 4.")
    }
    let peer = try Self.pointer(secret: nil, point: other)
    defer { EVP_PKEY_free(peer) }
    let context = EVP_PKEY_CTX_new(own, nil)
    defer { EVP_PKEY_CTX_free(context) }
    try Self.check(EVP_PKEY_derive_init(context))
    try Self.check(EVP_PKEY_derive_set_peer(context, peer))
    var shared = [UInt8](repeating: 0, count: Self.size)
    var count = shared.count
    try Self.check(EVP_PKEY_derive(context, &shared, &count))
    guard count == Self.size else { throw Self.refusal }
    return shared
  }

  /// An ES256 signature as JSON Web Tokens carry it: r and s, 32 bytes each.
  package func sign(_ message: [UInt8]) throws -> [UInt8] {
    let own = try pointer()
    defer { EVP_PKEY_free(own) }
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    try Self.check(EVP_DigestSignInit(context, nil, EVP_sha256(), nil, own))
    var der = [UInt8](repeating: 0, count: 80)
    var count = der.count
    try Self.check(EVP_DigestSign(context, &der, &count, message, message.count))
    return try Self.pair(Array(der.prefix(count)))
  }

  /// Whether a signature, as `sign` gives it, is by the holder of a public key.
  package static func isSigned(_ message: [UInt8], by point: [UInt8], _ signature: [UInt8]) -> Bool {
    guard signature.count == 2 * size, point.count == publicSize, let key = try? pointer(secret: nil, point: point)
    else { return false }
    defer { EVP_PKEY_free(key) }
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    let numbers = [signature.prefix(size), signature.suffix(size)].map { number -> [UInt8] in
      // never negative: a number with its highest bit set gets a zero before it
      let digits = number.drop { $0 == 0 }
      let body = (digits.first ?? 255) >= 128 ? [0] + digits : Array(digits)
      return [2, UInt8(body.count)] + body
    }.joined()
    let der = [0x30, UInt8(numbers.count)] + numbers
    return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
      && EVP_DigestVerify(context, der, der.count, message, message.count) == 1
  }

  /// `SEQUENCE { INTEGER r, INTEGER s }`, both shorter than 128 bytes, as two numbers of 32 bytes.
  static func pair(_ der: [UInt8]) throws -> [UInt8] {
    var rest = der.dropFirst(2)
    var out: [UInt8] = []
    for _ in 0..<2 {
      guard rest.first == 2, let length = rest.dropFirst().first, length <= 33, rest.count >= 2 + Int(length) else {
        throw refusal
      }
      let number = rest.dropFirst(2).prefix(Int(length)).drop { $0 == 0 }
      guard number.count <= size else { throw refusal }
      out += [UInt8](repeating: 0, count: size - number.count) + number
      rest = rest.dropFirst(2 + Int(length))
    }
    return out
  }

  private func pointer() throws -> OpaquePointer { try Self.pointer(secret: secret, point: publicKey) }

  private static func pointer(secret: [UInt8]?, point: [UInt8]) throws -> OpaquePointer {
    var number: OpaquePointer?
    if let secret { number = BN_bin2bn(secret, Int32(secret.count), nil) }
    defer { BN_clear_free(number) }
    guard let key = th_p256_import(number, point, point.count) else {
      throw CryptoError(.malformed, "This is no point of the curve P-256.")
    }
    return key
  }

  private static let refusal = CryptoError(.library, "The crypto library refused the curve P-256.")
  private static func check(_ code: Int32) throws { if code != 1 { throw refusal } }
}
