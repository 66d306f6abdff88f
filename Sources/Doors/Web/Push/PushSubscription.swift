import Base
import Crypto
import Formats
import HTTP

/// Where and for whom a browser takes pushes. The address lets anybody push who knows it, so it is kept sealed.
struct PushSubscription: Sendable, Hashable {
  let endpoint: String
  /// The browser's public key.
  let key: [UInt8]
  /// The browser's authentication secret.
  let secret: [UInt8]

  /// - Throws: a refusal that names the field.
  init(endpoint: String, key: String, secret: String) throws {
    guard let url = try? GuardedURL(endpoint), url.scheme == "https", endpoint.utf8.count <= 1_000,
      (try? ReachGuard().check(url)) != nil
    else {
      throw WebFailure.badField("endpoint", "an https address of a push service is expected")
    }
    guard let key = Base64URL.decode(Self.bare(key)), key.count == P256Key.publicSize, key[0] == 4 else {
      throw WebFailure.badField("key", "the browser's public key is expected, 65 bytes in base64url")
    }
    guard let secret = Base64URL.decode(Self.bare(secret)), secret.count == 16 else {
      throw WebFailure.badField("secret", "the browser's secret is expected, 16 bytes in base64url")
    }
    (self.endpoint, self.key, self.secret) = (url.text, key, secret)
  }

  private static func bare(_ text: String) -> String {
    var text = text
    while text.hasSuffix("=") { text.removeLast() }
    return text
  }

  /// Scheme and host: whom a `PushPass` is for.
  var audience: String { Gate.origin(of: endpoint) }

  // MARK: On the disk

  func sealed(_ box: SecretKey, session: String) throws -> [UInt8] {
    let json: JSON = [
      "endpoint": .string(endpoint), "key": .string(Base64URL.encode(key)), "secret": .string(Base64URL.encode(secret)),
    ]
    return try AEAD.seal(json.bytes(), key: box, associated: Array(session.utf8))
  }

  init(sealed: [UInt8], _ box: SecretKey, session: String) throws {
    let json = try JSON.parse(AEAD.open(sealed, key: box, associated: Array(session.utf8)))
    try self.init(
      endpoint: json["endpoint"].string ?? "", key: json["key"].string ?? "", secret: json["secret"].string ?? "")
  }
}
