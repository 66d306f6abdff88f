internal import COpenSSL

/// Algorithms are looked up once: a lookup per call costs more than hashing a message.
///
/// `nonisolated(unsafe)`: a fetched algorithm is never changed afterwards and OpenSSL 3 lets threads share it.
private nonisolated(unsafe) let sha256Algorithm = EVP_MD_fetch(nil, "SHA256", nil)

package enum SHA256 {
  package static let size = 32

  package static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }
  package static func hash(_ text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
  }

  package static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { out, count in
      let code = EVP_Digest(bytes.baseAddress, bytes.count, out.baseAddress, nil, sha256Algorithm, nil)
      precondition(code == 1, "the crypto library has no SHA-256")  // never by input
      count = size
    }
  }
}

/// RFC 2104 with SHA-256.
package enum HMAC {
  package static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    key.withUnsafeBytes { key in message.withUnsafeBytes { sha256(key: key, message: $0) } }
  }

  package static func sha256(key: String, message: [UInt8]) -> [UInt8] {
    sha256(key: Array(key.utf8), message: message)
  }

  package static func sha256(key: UnsafeRawBufferPointer, message: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: SHA256.size) { out, count in
      // an empty key still needs an address; its length says that it is empty
      var none: UInt8 = 0
      let made = withUnsafePointer(to: &none) { none in
        COpenSSL.HMAC(
          sha256Algorithm, key.baseAddress ?? UnsafeRawPointer(none), Int32(key.count),
          message.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? none, message.count, out.baseAddress, nil)
      }
      precondition(made != nil, "the crypto library has no HMAC")  // never by input
      count = SHA256.size
    }
  }
}

/// Compares secrets in a time that tells nothing of where, or in what length, they differ.
///
/// Both are hashed first, so that two texts of any lengths take the same comparison of 32 bytes.
package func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  let (x, y) = (SHA256.hash(a), SHA256.hash(b))
  return CRYPTO_memcmp(x, y, SHA256.size) == 0
}

package func constantTimeEqual(_ a: String, _ b: String) -> Bool {
  let (x, y) = (SHA256.hash(a), SHA256.hash(b))
  return CRYPTO_memcmp(x, y, SHA256.size) == 0
}
