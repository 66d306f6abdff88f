import Base
import Crypto
import Formats

/// Says to a push service who pushes: a token signed by the house's own key (VAPID, RFC 8292).
enum PushPass {
  /// Services refuse a pass of more than a day.
  static let lifetime: Duration = .hours(12)

  /// The value of the `Authorization` field.
  ///
  /// - Parameters:
  ///   - audience: scheme and host of the push service.
  ///   - contact: where its operators reach us, `https:` or `mailto:`.
  static func make(for audience: String, contact: String?, key: P256Key, now: Instant) throws -> String {
    var claims: JSONObject = [
      "aud": .string(audience), "exp": .integer((now + lifetime).microseconds / 1_000_000),
    ]
    if let contact { claims["sub"] = .string(contact) }
    let head: JSON = ["typ": "JWT", "alg": "ES256"]
    let signed = Base64URL.encode(head.bytes()) + "." + Base64URL.encode(JSON.object(claims).bytes())
    let token = signed + "." + Base64URL.encode(try key.sign(Array(signed.utf8)))
    return "vapid t=\(token), k=\(Base64URL.encode(key.publicKey))"
  }
}
