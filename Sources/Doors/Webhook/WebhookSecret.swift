package import Crypto

/// What signs the calls to one address. Made of the master key each time, so that nothing of it is stored.
package struct WebhookSecret: Sendable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// - Parameter url: as it stands in the person's address.
  package init(url: String, masterKey: SecretKey) {
    bytes = masterKey.withBytes { HMAC.sha256(key: $0, message: Array("webhook \(url)".utf8)) }
  }

  /// As receivers want it.
  package var text: String { "whsec_" + Base64.encode(bytes) }

  /// Standard Webhooks, version 1: over the id, the time and the body as it goes out.
  func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    "v1," + Base64.encode(HMAC.sha256(key: bytes, message: Array("\(id).\(timestamp).".utf8) + body))
  }
}
