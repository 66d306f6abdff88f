extension TenantGuard {
  static let clauses: Set<String> = [
    "where", "group", "having", "window", "order", "limit", "union", "intersect", "except", "returning",
  ]
  private static let joins: Set<String> = ["join", "left", "right", "full", "inner", "cross", "natural", "outer"]
  private static let afterSource: Set<String> = clauses.union(joins).union(["on", "using", "indexed", "not", "set"])

  /// After WITH: names that stand for subqueries. None may hide a table.
  mutating func readCommonTables() throws(StoreError) {
    _ = take("recursive")
    repeat {
      let name = try takeName()
      guard catalog.tables[name] == nil else { throw refuse("\(name) names a table and a WITH part") }
      // the name is known in its own part only; elsewhere it would mean one of SQLite's own tables
      guard !["sqlite_", "pragma_", "dbstat", "json_"].contains(where: { name.hasPrefix($0) }) else {
        throw refuse("a WITH part cannot be called \(name)")
      }
      common.insert(name)
      if takeSymbol("(") {
        _ = try skip(until: [])
        try expectSymbol(")")
      }
      try expect("as")
      if take("not") { try expect("materialized") } else { _ = take("materialized") }
      try expectSymbol("(")
      if take("with") { try readCommonTables() }
      guard current?.isWord("select") == true || current?.isWord("values") == true else {
        throw refuse("a WITH part must be a SELECT")
      }
      try readSelect()
      try expectSymbol(")")
    } while takeSymbol(",")
  }

  /// A SELECT with its compounds, ORDER BY and LIMIT, up to a closing parenthesis, the end, or an upsert's ON.
  ///
  /// - Parameter tenantAt: where a row's tenant must be `:tenant` because the rows are inserted.
  mutating func readSelect(tenantAt: Int? = nil) throws(StoreError) {
    repeat {
      if take("values") {
        try readValues(tenantAt: tenantAt)
      } else {
        try readCore(tenantAt: tenantAt)
      }
    } while try takeCompound()
    if take("order") { _ = try skip(until: ["limit", "on", "returning"]) }
    if take("limit") { _ = try skip(until: ["on", "returning"]) }
  }

  private mutating func takeCompound() throws(StoreError) -> Bool {
    if take("union") {
      _ = take("all")
      return true
    }
    return take("intersect") || take("except")
  }

  private mutating func readValues(tenantAt: Int?) throws(StoreError) {
    repeat {
      try expectSymbol("(")
      let parts = try readList(until: [])
      try expectSymbol(")")
      if let tenantAt {
        guard tenantAt < parts.count, side(parts[tenantAt]) == .parameter else {
          throw refuse("the inserted tenant is not `:tenant`")
        }
      }
    } while takeSymbol(",")
  }

  private mutating func readCore(tenantAt: Int?) throws(StoreError) {
    try expect("select")
    placed += 1
    if !take("distinct") { _ = take("all") }
    let columns = try readList(until: Self.clauses.union(["from", "on"]))
    if let tenantAt {
      guard tenantAt < columns.count, let first = columns[tenantAt].first,
        side(first..<(first + 1)) == .parameter,
        columns[tenantAt].count == 1 || tokens[first + 1].isWord("as"),
        !columns.prefix(tenantAt).contains(where: { $0.contains { tokens[$0].isSymbol("*") } })
      else { throw refuse("the inserted tenant is not `:tenant`") }
    }
    var sources: [Source] = []
    var equations: [(limits: Range<Int>, is: (Side, Side))] = []
    if take("from") {
      placed += 1
      try readSources(&sources, &equations)
    }
    try readWhere(sources.count, &equations, stops: Self.clauses.union(["on"]))
    try hold(&sources, equations)
    if take("group") { _ = try skip(until: Self.clauses.subtracting(["group"]).union(["on"])) }
    if take("having") {
      _ = try skip(until: ["window", "order", "limit", "union", "intersect", "except", "returning"])
    }
    if take("window") { try readWindows() }
  }

  /// WINDOW may also be a column's name: only the clause's full form is taken.
  private mutating func readWindows() throws(StoreError) {
    repeat {
      _ = try takeName()
      try expect("as")
      try expectSymbol("(")
      _ = try skip(until: [])
      try expectSymbol(")")
    } while takeSymbol(",")
  }

  /// Parts between commas at this level.
  mutating func readList(until stops: Set<String>) throws(StoreError) -> [Range<Int>] {
    let range = try skip(until: stops)
    var parts: [Range<Int>] = []
    var depth = 0
    var start = range.lowerBound
    for place in range {
      if tokens[place].isSymbol("(") { depth += 1 }
      if tokens[place].isSymbol(")") { depth -= 1 }
      if depth == 0, tokens[place].isSymbol(",") {
        parts.append(start..<place)
        start = place + 1
      }
    }
    parts.append(start..<range.upperBound)
    return parts
  }

  mutating func readWhere(
    _ sources: Int, _ equations: inout [(limits: Range<Int>, is: (Side, Side))], stops: Set<String>
  ) throws(StoreError) {
    guard take("where") else { return }
    for part in conditions(in: try skip(until: stops)) {
      if let found = equation(part) { equations.append((0..<sources, found)) }
    }
  }

  /// A FROM list. An equation in an inner join's ON limits every source; in a LEFT JOIN's only the one it joins.
  mutating func readSources(
    _ sources: inout [Source], _ equations: inout [(limits: Range<Int>, is: (Side, Side))]
  ) throws(StoreError) {
    var isOuter = false
    repeat {
      var source = try readSource()
      source.isOuter = isOuter
      sources.append(source)
      let last = sources.count - 1
      if take("on") {
        let stops = Self.clauses.union(Self.joins)
        for part in conditions(in: try skipCondition(until: stops)) {
          if let found = equation(part) { equations.append((isOuter ? last..<last + 1 : 0..<last + 1, found)) }
        }
      } else if take("using") {
        try expectSymbol("(")
        let columns = try readList(until: [])
        try expectSymbol(")")
        // equal to the first source on the left that has such a column: safe when only one table is there
        if last == 1, columns.contains(where: { side($0) == .column(nil) }), sources[0].table != nil {
          equations.append((last..<last + 1, (.column(sources[0].name), .column(sources[last].name))))
        }
      }
    } while try takeJoin(&isOuter)
  }

  /// An ON condition also ends at a comma.
  private mutating func skipCondition(until stops: Set<String>) throws(StoreError) -> Range<Int> {
    let range = try skip(until: stops)
    var depth = 0
    for place in range {
      if tokens[place].isSymbol("(") { depth += 1 }
      if tokens[place].isSymbol(")") { depth -= 1 }
      if depth == 0, tokens[place].isSymbol(",") { throw refuse("write JOIN instead of a comma after ON") }
    }
    return range
  }

  private mutating func takeJoin(_ isOuter: inout Bool) throws(StoreError) -> Bool {
    isOuter = false
    if takeSymbol(",") { return true }
    guard let token = current, token.kind == .word, Self.joins.contains(token.text) else { return false }
    if take("left") {
      _ = take("outer")
      isOuter = true
    } else if !take("inner"), !take("cross"), !token.isWord("join") {
      throw refuse("\(token.text.uppercased()) JOIN is not understood; use JOIN or LEFT JOIN")
    }
    try expect("join")
    return true
  }

  private mutating func readSource() throws(StoreError) -> Source {
    var source = Source(name: "")
    if takeSymbol("(") {
      guard ["select", "values", "with"].contains(current?.text ?? "") else {
        throw refuse("a FROM list in parentheses is not understood")
      }
      try finishParenthesis()
    } else if let token = current, token.isName, peek()?.isSymbol("(") == true {
      guard ["json_each", "json_tree"].contains(token.text) else { throw refuse("\(token.text)() is not allowed") }
      source.name = token.text
      index += 2
      try finishParenthesis()
    } else if let token = current, token.isName, common.contains(token.text), catalog.tables[token.text] == nil {
      source.name = token.text
      index += 1
      if current?.isSymbol(".") == true { throw refuse("tables are named without their database") }
    } else {
      let (name, table) = try takeTable()
      source.name = name
      source.table = table
    }
    if take("as") {
      source.name = try takeName()
    } else if let token = current, token.isName, token.kind == .quoted || !Self.afterSource.contains(token.text) {
      source.name = token.text
      index += 1
    }
    if take("indexed") {
      try expect("by")
      _ = try takeName()
    } else if take("not") {
      try expect("indexed")
    }
    return source
  }

  /// Follows the equations until nothing changes; then every tenant table must be held.
  func hold(
    _ sources: inout [Source], _ equations: [(limits: Range<Int>, is: (Side, Side))]
  ) throws(StoreError) {
    let names = sources.map(\.name).filter { !$0.isEmpty }
    guard Set(names).count == names.count else { throw refuse("two sources have one name") }
    let tables = sources.indices.filter { sources[$0].table != nil }

    /// The source a column belongs to; without a qualifier only when a single table is there.
    func place(_ side: Side) -> Int? {
      guard case .column(let qualifier) = side else { return nil }
      if let qualifier { return sources.firstIndex { $0.name == qualifier } }
      return tables.count == 1 ? tables[0] : nil
    }
    var changed = true
    while changed {
      changed = false
      for (limits, (left, right)) in equations {
        for (target, other) in [(left, right), (right, left)] {
          guard let to = place(target), limits.contains(to), !sources[to].isHeld, sources[to].table != nil else {
            continue
          }
          let isHeld = other == .parameter || place(other).map { sources[$0].isHeld } ?? false
          if isHeld {
            sources[to].isHeld = true
            changed = true
          }
        }
      }
    }
    if let open = sources.first(where: { $0.table != nil && !$0.isHeld }) {
      throw refuse("\(open.name) is read without `\(open.name).tenant = :tenant`")
    }
  }
}
