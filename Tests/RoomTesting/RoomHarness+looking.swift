package import Actions
import Base
import Formats
import Store

extension RoomHarness {
  /// Every table of the file, those that belong to full-text indexes included.
  package func tables() async throws -> [String] {
    try await store.read { try $0.query("SELECT name FROM sqlite_schema WHERE type = 'table'") { $0.text(0) } }
  }

  /// The tables in which some value holds one of some words, in text or in bytes.
  package func tables(holding words: String...) async throws -> [String] {
    let (names, needles) = (try await tables(), words.map { Array($0.utf8) })
    return try await store.read { house in
      try names.filter { name in
        var isThere = false
        try house.scan("SELECT * FROM \(name)", arguments: []) { row in
          isThere = (0..<row.count).contains { column in
            let bytes: [UInt8] =
              switch row.value(column) {
              case .text(let text): Array(text.utf8)
              case .blob(let bytes): bytes
              default: []
              }
            return needles.contains(where: bytes.holds)
          }
          return !isThere
        }
        return isThere
      }
    }
  }
}

extension [UInt8] {
  package func holds(_ needle: [UInt8]) -> Bool {
    guard let first = needle.first, count >= needle.count else { return false }
    return (0...(count - needle.count)).contains { start in
      self[start] == first && self[start..<start + needle.count].elementsEqual(needle)
    }
  }
}

extension ApprovalPolicy {
  /// What waits a day for somebody, with a reminder, and trusts agents a step further after two yeses.
  ///
  /// - Parameter rules: one a line, as in a file.
  package static func tested(
    approvers: String = "owner", agents: String = "any: {start: 1, ceiling: 2}", _ rules: String...
  ) throws -> ApprovalPolicy {
    try ApprovalPolicy(
      YAML.parse(
        """
        approvers: [\(approvers)]
        expires_h: 24
        remind_h: 4
        raised_after: 2
        agents: {\(agents)}
        rules:
        \(rules.map { "  - {\($0)}" }.joined(separator: "\n"))
        """, file: "policy"))
  }
}
