internal import CSQLite

/// What the tenant guard knows of the schema.
struct Catalog {
  struct Table {
    enum Kind {
      /// Carries `tenant` as its first column or first in its key.
      case tenant
      /// A full-text table with a `tenant` column.
      case text
      /// Anything else: the house's own.
      case house
      case view
      /// A table that belongs to a virtual table.
      case shadow
    }
    var kind: Kind
    /// In the order of declaration, lower case.
    var columns: [String]
    /// Whether replacing a row can only ever replace one of the same tenant.
    var isReplaceable = false
    /// Tables joined to it by foreign keys: SQLite itself reads and changes them.
    var neighbours: Set<String> = []

    var isScoped: Bool { kind == .tenant || kind == .text }
  }

  private(set) var tables: [String: Table] = [:]
  private(set) var triggers: Set<String> = []

  init() {}

  /// Four questions for all tables together: each question on its own would lock the file anew.
  init(reading connection: Connection) throws {
    var types: [String: String] = [:]
    var keys: [String: [(place: Int, column: String)]] = [:]
    try connection.rows(
      """
      SELECT t.name, t.type, c.name, c.pk FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
      WHERE t.schema = 'main' ORDER BY t.name, c.cid
      """
    ) { row in
      let (name, column) = (row.text(0).asciiLowercased, row.text(2).asciiLowercased)
      guard !name.hasPrefix("sqlite_") else { return }
      types[name] = row.text(1)
      tables[name, default: Table(kind: .house, columns: [])].columns.append(column)
      if row.integer(3) > 0 { keys[name, default: []].append((row.integer(3), column)) }
    }
    for (name, type) in types {
      var table = tables[name] ?? Table(kind: .house, columns: [])
      let key = keys[name] ?? []
      let isTenant = table.columns.first == "tenant" || key.min { $0.place < $1.place }?.column == "tenant"
      table.kind =
        switch type {
        case "view": .view
        case "shadow": .shadow
        case "virtual": table.columns.contains("tenant") ? .text : .house
        default: isTenant ? .tenant : .house
        }
      // every way in which two rows can clash must contain the tenant
      table.isReplaceable = table.kind == .tenant && !(key.count == 1 && key[0].column != "tenant")
      tables[name] = table
    }
    try connection.rows(
      """
      SELECT DISTINCT t.name FROM pragma_table_list AS t, pragma_index_list(t.name) AS i
      WHERE t.schema = 'main' AND t.type = 'table' AND i."unique" = 1
        AND NOT EXISTS (SELECT 1 FROM pragma_index_info(i.name) WHERE lower(name) = 'tenant')
      """
    ) { row in tables[row.text(0).asciiLowercased]?.isReplaceable = false }
    try connection.rows(
      """
      SELECT t.name, f."table" FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f
      WHERE t.schema = 'main' AND t.type = 'table'
      """
    ) { row in
      let (name, other) = (row.text(0).asciiLowercased, row.text(1).asciiLowercased)
      tables[name]?.neighbours.insert(other)
      tables[other]?.neighbours.insert(name)
    }
    triggers = Set(
      try connection.lines("SELECT name FROM sqlite_schema WHERE type = 'trigger'").map { $0.asciiLowercased })
  }

  /// Refuses a statement that could reach another tenant's rows. The answer is kept with the statement.
  func guardTenant(_ statement: Statement) throws {
    if let verdict = statement.verdict { return try verdict.get() }
    var check = TenantGuard(self, statement)
    let verdict = Result<Void, StoreError> {
      () throws(StoreError) in try check.run()
    }
    statement.verdict = verdict
    try verdict.get()
  }
}
