import Base
import Crypto
import Formats
import HTTP
import Store

/// A service outside of the house by a name: its address, what lets the house in there, and how often it may be called.
/// Workflows name it and never see the credential.
struct Connector: Sendable {
  let name: String
  let url: String
  /// In which header the credential goes.
  let header: String
  let secret: String?
  let rate: WorkflowRate?
  /// As it was written.
  let rateText: String?
  let changedAt: Instant

  static let migration = Migration(
    room: "workflows", number: 6,
    sql: [
      """
      CREATE TABLE connectors (
        tenant TEXT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL, header TEXT NOT NULL, secret BLOB, rate TEXT,
        changed_at INTEGER NOT NULL, PRIMARY KEY (tenant, name)) STRICT, WITHOUT ROWID
      """
    ])

  /// What each call carries to be let in.
  var headers: [(key: String, value: String)] {
    guard let secret, !isDatabase else { return [] }
    let isBare = header.lowercased() == "authorization" && !secret.contains(" ")
    return [(header, isBare ? "Bearer " + secret : secret)]
  }

  var isDatabase: Bool { Self.isDatabase(url) }
  static func isDatabase(_ url: String) -> Bool { url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") }

  /// The address of a path there; `nil` for one that leads elsewhere, where its credential has nothing to do.
  func address(of path: String) -> String? {
    guard !isDatabase, let opened = try? OpenedAddress(url) else { return nil }
    if path.contains("://") { return opened.opened(path) }
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    return opened.opened(path.isEmpty ? url : base + (path.hasPrefix("/") || path.hasPrefix("?") ? "" : "/") + path)
  }

  /// With the password in its place, which is kept apart and sealed.
  var databaseAddress: String {
    guard let secret, let scheme = url.firstRange(of: "://"), let at = url[scheme.upperBound...].firstIndex(of: "@")
    else {
      return url
    }
    return url[..<at] + ":" + PercentCoding.encode(secret) + url[at...]
  }

  // MARK: Rows

  private static func place(_ tenant: TenantID, _ name: String) -> [UInt8] {
    Array("connector \(tenant.text.utf8.count) \(tenant.text) \(name)".utf8)
  }

  static func find(_ name: String, _ key: SecretKey?, _ rows: some Querying, of tenant: TenantID) throws -> Connector? {
    try all(key, rows, of: tenant).first { $0.name == name }
  }

  static func all(_ key: SecretKey?, _ rows: some Querying, of tenant: TenantID) throws -> [Connector] {
    try rows.query(
      "SELECT name, url, header, secret, rate, changed_at FROM connectors WHERE tenant = :tenant ORDER BY name"
    ) { row in
      let (name, sealed, rate) = (row.text(0), row.optionalBlob(3), row.optionalText(4))
      let opened = try sealed.map { bytes in
        try key.map { try AEAD.open(bytes, key: $0, associated: place(tenant, name)) } ?? bytes
      }
      return Connector(
        name: name, url: row.text(1), header: row.text(2), secret: opened.map { String(decoding: $0, as: UTF8.self) },
        rate: rate.flatMap { WorkflowRate($0) }, rateText: rate, changedAt: row.instant(5))
    }
  }

  func keep(_ key: SecretKey?, in transaction: Transaction) throws {
    let sealed = try secret.map { secret in
      let bytes = Array(secret.utf8)
      return try key.map { try AEAD.seal(bytes, key: $0, associated: Self.place(transaction.tenant, name)) } ?? bytes
    }
    try transaction.execute(
      """
      INSERT INTO connectors (tenant, name, url, header, secret, rate, changed_at) VALUES (:tenant, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, name) DO UPDATE SET
        url = excluded.url, header = excluded.header, secret = excluded.secret, rate = excluded.rate,
        changed_at = excluded.changed_at
      """, name, url, header, sealed, rateText, transaction.now)
  }

  var json: JSON {
    [
      "name": .string(name), "url": .string(url), "header": .string(header), "has_secret": .bool(secret != nil),
      "rate": JSON(rateText), "changed": .string(changedAt.description),
    ]
  }
}
