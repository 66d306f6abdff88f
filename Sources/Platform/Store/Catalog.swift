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

  init(reading connection: Connection) throws {
    var found: [(name: String, type: String)] = []
    try connection.rows("PRAGMA table_list") { row in
      if row.text(0) == "main" { found.append((row.text(1), row.text(2))) }
    }
    for (name, type) in found where !name.hasPrefix("sqlite_") {
      tables[name.asciiLowercased] = try Self.table(name, type, connection)
    }
    for (name, table) in tables {
      for other in table.neighbours { tables[other]?.neighbours.insert(name) }
    }
    triggers = Set(
      try connection.lines("SELECT name FROM sqlite_schema WHERE type = 'trigger'").map { $0.asciiLowercased })
  }

  private static func table(_ name: String, _ type: String, _ connection: Connection) throws -> Table {
    var columns: [String] = []
    var keys: [(Int, String)] = []
    try connection.rows("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", [name]) { row in
      columns.append(row.text(0).asciiLowercased)
      if row.integer(1) > 0 { keys.append((row.integer(1), row.text(0).asciiLowercased)) }
    }
    switch type {
    case "view": return Table(kind: .view, columns: columns)
    case "shadow": return Table(kind: .shadow, columns: columns)
    case "virtual":
      return Table(kind: columns.contains("tenant") ? .text : .house, columns: columns)
    default: break
    }
    let isTenant = columns.first == "tenant" || keys.min { $0.0 < $1.0 }?.1 == "tenant"
    var table = Table(kind: isTenant ? .tenant : .house, columns: columns)
    try connection.rows("SELECT \"table\" FROM pragma_foreign_key_list(?)", [name]) { row in
      table.neighbours.insert(row.text(0).asciiLowercased)
    }
    guard isTenant else { return table }
    // every way in which two rows can clash must contain the tenant
    var isReplaceable = !keys.contains { _ in keys.count == 1 && keys[0].1 != "tenant" }
    try connection.rows("SELECT name FROM pragma_index_list(?) WHERE \"unique\" = 1", [name]) { row in
      let index = row.text(0)
      var hasTenant = false
      try connection.rows("SELECT name FROM pragma_index_info(?)", [index]) { column in
        if column.optionalText(0)?.asciiLowercased == "tenant" { hasTenant = true }
      }
      if !hasTenant { isReplaceable = false }
    }
    table.isReplaceable = isReplaceable
    return table
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
