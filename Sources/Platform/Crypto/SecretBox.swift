package import Base

/// Envelope encryption: the master key seals one data key per tenant; data keys seal the secrets in rows.
///
/// The caller keeps sealed data keys in a table (tenant, version, sealed) and the newest is used for sealing; older
/// versions stay readable. Rotate after 2^31 sealings at the latest.
package struct SecretBox: Sendable {
  private let master: SecretKey

  package init(master: SecretKey) { self.master = master }

  /// A fresh data key, sealed, for the caller to store.
  package func newDataKey(tenant: TenantID, version: Int = 1, random: any RandomSource = SystemRandom()) throws
    -> [UInt8]
  {
    try AEAD.seal(
      SecretKey(random: random).bytes, key: master, associated: Self.wrap(tenant, version), random: random)
  }

  package func openDataKey(_ sealed: [UInt8], tenant: TenantID, version: Int = 1) throws -> DataKey {
    do {
      let bytes = try AEAD.open(sealed, key: master, associated: Self.wrap(tenant, version))
      guard let key = SecretKey(bytes) else { throw CryptoError(.malformed, "A data key has a wrong length.") }
      return DataKey(key: key, tenant: tenant, version: version)
    } catch let error as CryptoError where error.kind == .notAuthentic {
      throw CryptoError(
        .notAuthentic,
        "The master key (fingerprint \(master.fingerprint)) does not open this home's secrets; put back the right one.")
    }
  }

  /// The same data key under a new master key.
  package func rewrap(_ sealed: [UInt8], tenant: TenantID, version: Int, to other: SecretKey) throws -> [UInt8] {
    let key = try openDataKey(sealed, tenant: tenant, version: version)
    return try AEAD.seal(key.key.bytes, key: other, associated: Self.wrap(tenant, version))
  }

  private static func wrap(_ tenant: TenantID, _ version: Int) -> [UInt8] {
    fields(["data key", tenant.text, String(version)])
  }

  /// Each part with its length before it, so that no two lists give the same bytes.
  static func fields(_ parts: [String]) -> [UInt8] {
    var out: [UInt8] = []
    for part in parts {
      withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian) { out.append(contentsOf: $0) }
      out.append(contentsOf: part.utf8)
    }
    return out
  }
}

/// A tenant's key. What it seals opens only in the same tenant, table, row and column.
package struct DataKey: Sendable {
  let key: SecretKey
  package let tenant: TenantID
  package let version: Int

  /// Sealed: key version (4 bytes, big-endian), then an AEAD box.
  package func seal(
    _ plaintext: [UInt8], table: String, row: String, column: String, random: any RandomSource = SystemRandom()
  ) throws -> [UInt8] {
    let head = withUnsafeBytes(of: UInt32(truncatingIfNeeded: version).bigEndian) { Array($0) }
    let place = place(table, row, column)
    return head + (try AEAD.seal(plaintext, key: key, associated: place, random: random))
  }

  package func open(_ sealed: [UInt8], table: String, row: String, column: String) throws -> [UInt8] {
    guard Self.version(of: sealed) == version else {
      throw CryptoError(.malformed, "The value was sealed with another version of the data key.")
    }
    return try AEAD.open(Array(sealed.dropFirst(4)), key: key, associated: place(table, row, column))
  }

  package func seal(_ text: String, table: String, row: String, column: String) throws -> [UInt8] {
    try seal(Array(text.utf8), table: table, row: row, column: column)
  }

  package func openText(_ sealed: [UInt8], table: String, row: String, column: String) throws -> String {
    String(decoding: try open(sealed, table: table, row: row, column: column), as: UTF8.self)
  }

  /// Which version of the data key opens a value; `nil` when it is too short to be sealed.
  package static func version(of sealed: [UInt8]) -> Int? {
    guard sealed.count >= 4 + AEAD.overhead else { return nil }
    return sealed.prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }

  private func place(_ table: String, _ row: String, _ column: String) -> [UInt8] {
    SecretBox.fields(["value", tenant.text, table, row, column, String(version)])
  }
}
