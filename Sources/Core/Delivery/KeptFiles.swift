package import Base
package import Store

/// Pictures we made and media people sent, kept for a while within the tenant.
package struct KeptFile: Sendable {
  package let id: String
  package let type: String
  package let name: String?
  package let bytes: [UInt8]
  /// Whose it is; nobody else is shown it.
  package let person: PersonID?
}

package enum KeptFiles {
  package static let sizeLimit = 20 << 20
  package static let lifetime: Duration = .days(30)

  static let migrations: [Migration] = [
    Migration(
      room: "files", number: 1,
      sql: [
        "ALTER TABLE kept_files ADD COLUMN source TEXT",
        "CREATE UNIQUE INDEX kept_files_once ON kept_files (tenant, source) WHERE source IS NOT NULL",
        "CREATE INDEX kept_files_person ON kept_files (tenant, person, created_at)",
        """
        CREATE TABLE wanted_files (
          tenant TEXT NOT NULL, source TEXT NOT NULL, person TEXT NOT NULL, door TEXT NOT NULL, media TEXT NOT NULL,
          attempts INTEGER NOT NULL DEFAULT 0, asked_at INTEGER NOT NULL, PRIMARY KEY (tenant, source)) STRICT
        """,
      ])
  ]
}

extension Transaction {
  /// Keeps bytes until they expire.
  ///
  /// - Parameter source: what they came with; the same source is kept once.
  /// - Returns: the id to refer to them by.
  @discardableResult
  package func keep(
    _ bytes: [UInt8], type: String, name: String? = nil, person: PersonID?, source: String? = nil,
    for lifetime: Duration = KeptFiles.lifetime
  ) throws -> String {
    guard bytes.count <= KeptFiles.sizeLimit else {
      throw StoreError(.misuse, "Files of more than 20 MB are not kept.")
    }
    let id = newID()
    try execute(
      """
      INSERT INTO kept_files (tenant, id, person, type, name, bytes, source, created_at, expires_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, id, person, type, name, bytes, source, now, now + lifetime)
    return id
  }

  /// Lets the oldest files that a person sent go until the rest is no more than a limit.
  package func trimFiles(of person: PersonID, to limit: Int) throws {
    let files = try query(
      """
      SELECT id, length(bytes) FROM kept_files WHERE tenant = :tenant AND person = ? AND source IS NOT NULL
      ORDER BY created_at DESC, id DESC
      """, person
    ) { row in (id: row.text(0), bytes: row.integer(1)) }
    var sum = 0
    for file in files {
      sum += file.bytes
      if sum > limit { try execute("DELETE FROM kept_files WHERE tenant = :tenant AND id = ?", file.id) }
    }
  }
}

extension TenantStore {
  package func keptFile(_ id: String) async throws -> KeptFile? { try await keptFile(where: "id", id) }

  /// What came with a message, or was made of a text.
  package func keptFile(source: String) async throws -> KeptFile? { try await keptFile(where: "source", source) }

  private func keptFile(where column: String, _ value: String) async throws -> KeptFile? {
    try await read { reader in
      try reader.first(
        """
        SELECT id, type, name, bytes, person FROM kept_files
        WHERE tenant = :tenant AND \(column) = ? AND expires_at > ?
        """, value, reader.now
      ) { row in
        KeptFile(
          id: row.text(0), type: row.text(1), name: row.optionalText(2), bytes: row.blob(3),
          person: row.optionalText(4).map(PersonID.init))
      }
    }
  }
}
