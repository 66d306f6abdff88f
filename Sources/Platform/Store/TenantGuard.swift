/// Reads a compiled statement and refuses it unless every tenant table that it names is held to `:tenant`.
///
/// What is asked: in the same SELECT, UPDATE or DELETE, a condition `alias.tenant = :tenant` (or, from a table so
/// held, `b.tenant = a.tenant` or `USING (tenant)`) that is joined to the others by AND alone; in an INSERT, `:tenant`
/// itself as the value of the tenant column. Anything that this reader does not fully follow is refused: a room can
/// always write the statement more plainly.
struct TenantGuard {
  /// A table, subquery or function in a FROM list.
  struct Source {
    var name: String
    var table: Catalog.Table?
    /// Joined so that its ON condition does not limit the sources before it.
    var isOuter = false
    var isHeld = false
  }

  let catalog: Catalog
  let statement: Statement
  var tokens: [SQLToken] = []
  var index = 0
  var named: Set<String> = []
  var common: Set<String> = []
  /// SELECT and FROM words that were read where they belong; all of them must be.
  var placed = 0

  init(_ catalog: Catalog, _ statement: Statement) {
    self.catalog = catalog
    self.statement = statement
  }

  mutating func run() throws(StoreError) {
    guard var tokens = SQLTokens.read(statement.sql) else { throw refuse("it cannot be read") }
    while tokens.last?.isSymbol(";") == true { tokens.removeLast() }
    self.tokens = tokens
    // END may be a column's name, and then the end of a CASE could be mistaken
    guard tokens.count(where: { $0.isWord("case") }) == tokens.count(where: { $0.isWord("end") }) else {
      throw refuse("a column called end must be quoted")
    }
    if take("with") { try readCommonTables() }
    switch current?.text {
    case "select", "values": try readSelect()
    case "insert", "replace": try readInsert()
    case "update": try readUpdate()
    case "delete": try readDelete()
    default: throw refuse("only SELECT, INSERT, UPDATE and DELETE are known")
    }
    guard index == tokens.count else { throw refuse("“\(tokens[index].text)” is not understood there") }
    let words = tokens.count { $0.isWord("select") || $0.isWord("from") }
    guard placed == words else { throw refuse("a SELECT or FROM stands where none is understood") }
    try compare()
  }

  /// The compiler's own list of tables must hold none that was not found here.
  private func compare() throws(StoreError) {
    var reachable = named
    var open = Array(named)
    while let name = open.popLast() {
      for next in catalog.tables[name]?.neighbours ?? [] where reachable.insert(next).inserted { open.append(next) }
    }
    for access in statement.accesses {
      if access.kind == .update, access.column == "tenant" { throw refuse("a row cannot change its tenant") }
      if let by = access.by, catalog.triggers.contains(by) { continue }
      if reachable.contains(access.table) || catalog.tables[access.table]?.kind == .shadow { continue }
      if ["json_each", "json_tree"].contains(access.table) { continue }
      // declaring a virtual table on its first use is reported as a change of the schema, which no statement can make
      if access.table == "sqlite_master", access.kind == .update || access.column == "rowid" { continue }
      // a subquery or common table is reported under its own name, or none
      if access.table.isEmpty || common.contains(access.table) { continue }
      throw refuse("it touches \(access.table) in a way that is not understood")
    }
  }

  func refuse(_ why: String) -> StoreError {
    StoreError(.misuse, "The tenant guard refuses a statement: \(why). Statement: \(statement.sql)")
  }

  // MARK: moving along

  var current: SQLToken? { index < tokens.count ? tokens[index] : nil }
  func peek(_ offset: Int = 1) -> SQLToken? { index + offset < tokens.count ? tokens[index + offset] : nil }

  mutating func take(_ word: String) -> Bool {
    guard current?.isWord(word) == true else { return false }
    index += 1
    return true
  }

  mutating func takeSymbol(_ symbol: String) -> Bool {
    guard current?.isSymbol(symbol) == true else { return false }
    index += 1
    return true
  }

  mutating func expect(_ word: String) throws(StoreError) {
    guard take(word) else { throw refuse("\(word.uppercased()) was expected") }
  }

  mutating func expectSymbol(_ symbol: String) throws(StoreError) {
    guard takeSymbol(symbol) else { throw refuse("“\(symbol)” was expected") }
  }

  mutating func takeName() throws(StoreError) -> String {
    guard let token = current, token.isName else { throw refuse("a name was expected") }
    index += 1
    return token.text
  }

  /// A table's name: plain, known, of a tenant.
  mutating func takeTable() throws(StoreError) -> (String, Catalog.Table) {
    let name = try takeName()
    if current?.isSymbol(".") == true { throw refuse("tables are named without their database") }
    guard let table = catalog.tables[name] else { throw refuse("\(name) is not a table it knows") }
    guard table.isScoped else { throw refuse("\(name) is not a tenant's table") }
    named.insert(name)
    return (name, table)
  }

  // MARK: expressions

  /// Walks over an expression (or a list) until one of the words at its own level, reading subqueries on the way.
  mutating func skip(until stops: Set<String>) throws(StoreError) -> Range<Int> {
    let start = index
    var cases = 0
    while let token = current {
      if token.isSymbol(")") { break }
      if token.kind == .word {
        if token.text == "case" { cases += 1 }
        if token.text == "end" { cases -= 1 }
        if token.text == "from", index > start, tokens[index - 1].isWord("distinct") {
          placed += 1  // IS [NOT] DISTINCT FROM
          index += 1
          continue
        }
        if cases == 0, stops.contains(token.text) { break }
        if token.text == "select" || token.text == "from" { throw refuse("\(token.text.uppercased()) is out of place") }
        if token.text == "in", peek()?.isSymbol("(") != true { throw refuse("IN needs a list in parentheses") }
      }
      index += 1
      if token.isSymbol("(") { try finishParenthesis() }
    }
    guard cases == 0 else { throw refuse("a CASE without its END") }
    return start..<index
  }

  /// After an opening parenthesis: a subquery or an expression, and the closing one.
  mutating func finishParenthesis() throws(StoreError) {
    if current?.isWord("select") == true || current?.isWord("values") == true {
      try readSelect()
    } else if take("with") {
      try readCommonTables()
      try readSelect()
    } else {
      while current != nil, current?.isSymbol(")") == false { _ = try skip(until: []) }
    }
    try expectSymbol(")")
  }

  /// The parts of a condition that must all hold. Empty when an OR stands at the top.
  func conditions(in range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var depth = 0
    var between = 0
    for place in range {
      let token = tokens[place]
      if token.isSymbol("(") || token.isWord("case") { depth += 1 }
      if token.isSymbol(")") || token.isWord("end") { depth -= 1 }
      guard depth == 0, token.kind == .word else { continue }
      switch token.text {
      case "or": return []
      case "between": between += 1
      case "and" where between > 0: between -= 1
      case "and":
        parts.append(start..<place)
        start = place + 1
      default: break
      }
    }
    parts.append(start..<range.upperBound)
    return parts.flatMap { part in isWrapped(part) ? conditions(in: part.dropFirst().dropLast()) : [part] }
  }

  /// Whether one pair of parentheses stands around all of it, and no subquery in it.
  private func isWrapped(_ range: Range<Int>) -> Bool {
    guard range.count > 2, tokens[range.lowerBound].isSymbol("("),
      !["select", "with", "values"].contains(tokens[range.lowerBound + 1].text)
    else { return false }
    var depth = 0
    for place in range {
      if tokens[place].isSymbol("(") { depth += 1 }
      if tokens[place].isSymbol(")") { depth -= 1 }
      if depth == 0 { return place == range.upperBound - 1 }
    }
    return false
  }

  /// A side of an equation: `:tenant`, or the tenant column with its qualifier.
  enum Side: Equatable { case parameter, column(String?) }

  func equation(_ range: Range<Int>) -> (Side, Side)? {
    guard let sign = range.first(where: { tokens[$0].isSymbol("=") || tokens[$0].isSymbol("==") }),
      let left = side(range.lowerBound..<sign), let right = side((sign + 1)..<range.upperBound)
    else { return nil }
    return (left, right)
  }

  func side(_ range: Range<Int>) -> Side? {
    let first = range.lowerBound
    switch range.count {
    case 1 where tokens[first] == SQLToken(kind: .parameter, text: ":tenant"): return .parameter
    case 1 where tokens[first].isName && tokens[first].text == "tenant": return .column(nil)
    case 3 where tokens[first].isName && tokens[first + 1].isSymbol(".") && tokens[first + 2].isName:
      return tokens[first + 2].text == "tenant" ? .column(tokens[first].text) : nil
    default: return nil
    }
  }
}
