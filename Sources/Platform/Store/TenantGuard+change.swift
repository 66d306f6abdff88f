extension TenantGuard {
  /// OR REPLACE and its kin after INSERT or UPDATE.
  private mutating func readConflictAction() throws(StoreError) -> Bool {
    guard take("or") else { return false }
    if take("replace") { return true }
    guard take("ignore") || take("abort") || take("fail") || take("rollback") else {
      throw refuse("its OR clause is not understood")
    }
    guard !tokens[index - 1].isWord("rollback") else { throw refuse("OR ROLLBACK would undo the changes of others") }
    return false
  }

  /// Two rows may only clash within a tenant; row numbers are shared by all.
  private func checkReplacing(_ columns: [String], _ name: String, _ table: Catalog.Table) throws(StoreError) {
    guard table.isReplaceable, Set(columns).isDisjoint(with: ["rowid", "_rowid_", "oid"]) else {
      throw refuse("replacing in \(name) could remove another tenant's row")
    }
  }

  mutating func readInsert() throws(StoreError) {
    var isReplacing = take("replace")
    if !isReplacing {
      try expect("insert")
      isReplacing = try readConflictAction()
    }
    try expect("into")
    let (name, table) = try takeTable()
    if take("as") { _ = try takeName() }
    var columns = table.columns
    if takeSymbol("(") {
      columns = []
      repeat { columns.append(try takeName()) } while takeSymbol(",")
      try expectSymbol(")")
    }
    if isReplacing { try checkReplacing(columns, name, table) }
    guard let tenantAt = columns.firstIndex(of: "tenant"), columns.count(where: { $0 == "tenant" }) == 1 else {
      throw refuse("the inserted row has no tenant")
    }
    // `INSERT INTO words (words, …)` is a command to the full-text index, which knows no tenants
    guard table.kind != .text || !columns.contains(name) else { throw refuse("commands to \(name) are the house's") }
    if take("with") { try readCommonTables() }
    guard ["select", "values"].contains(current?.text ?? "") else { throw refuse("rows to insert were expected") }
    try readSelect(tenantAt: tenantAt)
    while take("on") { try readUpsert() }
    try readReturning()
  }

  /// `ON CONFLICT (…) DO UPDATE` may only meet rows that clash in their tenant, too.
  private mutating func readUpsert() throws(StoreError) {
    try expect("conflict")
    var hasTenant = false
    if takeSymbol("(") {
      let target = try readList(until: [])
      hasTenant = target.contains { side($0) == .column(nil) }
      try expectSymbol(")")
      if take("where") { _ = try skip(until: ["do"]) }
    }
    try expect("do")
    if take("nothing") { return }
    try expect("update")
    guard hasTenant else { throw refuse("ON CONFLICT … DO UPDATE must name tenant in its target") }
    try expect("set")
    _ = try skip(until: ["where", "on", "returning"])
    if take("where") { _ = try skip(until: ["on", "returning"]) }
  }

  private mutating func readReturning() throws(StoreError) {
    if take("returning") { _ = try skip(until: []) }
  }

  mutating func readUpdate() throws(StoreError) {
    try expect("update")
    guard try !readConflictAction() else { throw refuse("UPDATE OR REPLACE could remove another tenant's row") }
    let (name, table) = try takeTable()
    var sources = [try target(name, table)]
    try expect("set")
    _ = try skip(until: Self.clauses.union(["from"]))
    var equations: [(limits: Range<Int>, is: (Side, Side))] = []
    if take("from") {
      placed += 1
      var joined: [Source] = []
      try readSources(&joined, &equations)
      // the target stands before what it is joined with
      equations = equations.map { limits, found in
        (
          limits.lowerBound == 0 && !joined[limits.upperBound - 1].isOuter
            ? 0..<limits.upperBound + 1
            : limits.lowerBound + 1..<limits.upperBound + 1, found
        )
      }
      sources += joined
    }
    try readWhere(sources.count, &equations, stops: Self.clauses)
    try hold(&sources, equations)
    try readEnd()
  }

  mutating func readDelete() throws(StoreError) {
    try expect("delete")
    try expect("from")
    placed += 1
    let (name, table) = try takeTable()
    var sources = [try target(name, table)]
    var equations: [(limits: Range<Int>, is: (Side, Side))] = []
    try readWhere(1, &equations, stops: Self.clauses)
    try hold(&sources, equations)
    try readEnd()
  }

  private mutating func target(_ name: String, _ table: Catalog.Table) throws(StoreError) -> Source {
    var source = Source(name: name, table: table)
    if take("as") { source.name = try takeName() }
    if take("indexed") {
      try expect("by")
      _ = try takeName()
    } else if take("not") {
      try expect("indexed")
    }
    return source
  }

  /// RETURNING, ORDER BY and LIMIT.
  private mutating func readEnd() throws(StoreError) {
    if take("returning") { _ = try skip(until: ["order", "limit"]) }
    if take("order") { _ = try skip(until: ["limit", "returning"]) }
    if take("limit") { _ = try skip(until: ["returning"]) }
    try readReturning()
  }
}
