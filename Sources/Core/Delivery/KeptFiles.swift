package import Base
package import Store

/// Pictures we made and media people sent, kept for a while within the tenant.
package struct KeptFile: Sendable {
  package let id: String
  package let type: String
  package let name: String?
  package let bytes: [UInt8]
}

package enum KeptFiles {
  package static let sizeLimit = 20 << 20
  package static let lifetime: Duration = .days(30)
}

extension Transaction {
  /// Keeps bytes until they expire. - Returns: the id to refer to them by.
  package func keep(
    _ bytes: [UInt8], type: String, name: String? = nil, person: PersonID?, for lifetime: Duration = KeptFiles.lifetime
  ) throws -> String {
    guard bytes.count <= KeptFiles.sizeLimit else {
      throw StoreError(.misuse, "Files of more than 20 MB are not kept.")
    }
    let id = newID()
    try execute(
      """
      INSERT INTO kept_files (tenant, id, person, type, name, bytes, created_at, expires_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
      """, id, person, type, name, bytes, now, now + lifetime)
    return id
  }
}

extension TenantStore {
  package func keptFile(_ id: String) async throws -> KeptFile? {
    try await read { reader in
      try reader.first("SELECT id, type, name, bytes FROM kept_files WHERE tenant = :tenant AND id = ?", id) { row in
        KeptFile(id: row.text(0), type: row.text(1), name: row.optionalText(2), bytes: row.blob(3))
      }
    }
  }
}
