/// What signs calls to another program's address (standardwebhooks.com).
package struct StandardWebhook: Sendable {
  private let bytes: [UInt8]

  /// - Parameter key: 32 bytes.
  package init(key: [UInt8]) { bytes = key }

  /// Made of the master key each time, so that nothing of it is stored.
  package init(of subject: String, masterKey: SecretKey) {
    bytes = masterKey.withBytes { HMAC.sha256(key: $0, message: Array("webhook \(subject)".utf8)) }
  }

  /// The secret as receivers want it.
  package var secret: String { "whsec_" + Base64.encode(bytes) }

  /// Version 1: over the id, the time and the body as it goes out.
  package func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    "v1," + Base64.encode(HMAC.sha256(key: bytes, message: Array("\(id).\(timestamp).".utf8) + body))
  }
}
