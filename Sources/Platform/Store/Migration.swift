/// One forward step of a room's schema. Numbers count 1, 2, 3 … in each room and are never reused.
package struct Migration: Sendable {
  enum Change: Sendable {
    case sql([String])
    case code(@Sendable (inout HouseTransaction) throws -> Void)
  }

  package let room: String
  package let number: Int
  let change: Change

  /// Each text may hold several statements. Tables must be `STRICT`.
  package init(room: String, number: Int, sql: [String]) {
    self.room = room
    self.number = number
    change = .sql(sql)
  }

  package init(room: String, number: Int, _ code: @escaping @Sendable (inout HouseTransaction) throws -> Void) {
    self.room = room
    self.number = number
    change = .code(code)
  }
}
