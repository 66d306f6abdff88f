import Base
import Formats
import RoomTesting
import Store

extension RoomHarness {
  /// Every table of the file, those that belong to full-text indexes included.
  func tables() async throws -> [String] {
    try await store.read { try $0.query("SELECT name FROM sqlite_schema WHERE type = 'table'") { $0.text(0) } }
  }

  /// The tables in which some value holds the words, in text or in bytes.
  func tables(holding words: String) async throws -> [String] {
    let (names, needle) = (try await tables(), Array(words.utf8))
    return try await store.read { house in
      try names.filter { name in
        var isThere = false
        try house.scan("SELECT * FROM \(name)", arguments: []) { row in
          isThere = (0..<row.count).contains { column in
            switch row.value(column) {
            case .text(let text): Array(text.utf8).holds(needle)
            case .blob(let bytes): bytes.holds(needle)
            default: false
            }
          }
          return !isThere
        }
        return isThere
      }
    }
  }
}

extension [UInt8] {
  func holds(_ needle: [UInt8]) -> Bool {
    guard let first = needle.first, count >= needle.count else { return false }
    return (0...(count - needle.count)).contains { start in
      self[start] == first && self[start..<start + needle.count].elementsEqual(needle)
    }
  }
}
