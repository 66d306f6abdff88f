package import Base

/// Passwords at rest: `$scrypt$ln=15,r=8,p=1$salt$hash` (PHC string format, Base64 without padding).
package enum PasswordHash {
  /// 32 MB and about 80 ms on one core.
  private static let cost = 15
  /// Hashes of higher cost are refused: a text from outside must not take all memory.
  private static let costs = 10...20

  package static func scrypt(_ password: String, random: any RandomSource = SystemRandom()) async throws -> String {
    let salt = random.bytes(16)
    let hash = try await SlowHashing.run {
      try SlowHashing.scrypt(Array(password.utf8), salt: salt, cost: cost, r: 8, p: 1, size: 32)
    }
    return "$scrypt$ln=\(cost),r=8,p=1$\(text(salt))$\(text(hash))"
  }

  /// Throws only when `encoded` is not such a text or the machine cannot hash.
  package static func verify(_ password: String, against encoded: String) async throws -> Bool {
    let parts = encoded.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let (cost, r, p) = parameters(parts[2]),
      let salt = bytes(parts[3]), let hash = bytes(parts[4]), salt.count >= 8, (16...64).contains(hash.count)
    else { throw CryptoError(.malformed, "The stored password hash is not in a known format.") }
    let made = try await SlowHashing.run {
      try SlowHashing.scrypt(Array(password.utf8), salt: salt, cost: cost, r: r, p: p, size: hash.count)
    }
    return constantTimeEqual(made, hash)
  }

  /// Takes as long as verifying, for people who do not exist: the answer's time must not name them.
  package static func verifyNobody(_ password: String) async throws {
    _ = try await SlowHashing.run {
      try SlowHashing.scrypt(
        Array(password.utf8), salt: Array(repeating: 0, count: 16), cost: cost, r: 8, p: 1, size: 32)
    }
  }

  private static func parameters(_ text: String) -> (Int, Int, Int)? {
    let fields = text.split(separator: ",").map { $0.split(separator: "=").map(String.init) }
    guard fields.count == 3, fields.allSatisfy({ $0.count == 2 }), fields.map({ $0[0] }) == ["ln", "r", "p"],
      let cost = Int(fields[0][1]), let r = Int(fields[1][1]), let p = Int(fields[2][1]),
      costs.contains(cost), (1...32).contains(r), (1...16).contains(p), (128 * r) << cost <= 1 << 30
    else { return nil }
    return (cost, r, p)
  }

  private static func text(_ bytes: [UInt8]) -> String {
    var text = Base64.encode(bytes)
    while text.last == "=" { text.removeLast() }
    return text
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    guard !text.utf8.contains(UInt8(ascii: "=")) else { return nil }
    return Base64.decode(text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
  }
}
