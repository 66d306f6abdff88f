import Base
import Formats
import Store

/// How often something may begin: so many times in any stretch of time, over all runs of a tenant and across restarts.
package struct WorkflowRate: Sendable, Hashable {
  package let count: Int
  package let period: Duration
  /// Steps that share it name it; a step alone has its own.
  package let name: String?

  /// The times that are kept of each rate: no more than these may be in a period.
  private static let most = 1_000

  /// Reads `30 per minute`, `5 per 2 hours`, or `{limit: 30 per minute, of: slack}`.
  init(_ node: YAMLNode) throws {
    var limit = node
    var name: String?
    if node.mapping != nil {
      try node.onlyKeys(["limit", "of"])
      limit = try node.required("limit")
      name = try node["of"]?.string(expecting: "what the rate is of, such as slack")
    }
    guard let rate = WorkflowRate(try limit.string(expecting: "a rate such as 30 per minute"), of: name) else {
      throw limit.error("a rate such as 30 per minute or 5 per 2 hours was expected, \(Self.most) at most")
    }
    self = rate
  }

  init?(_ text: String, of name: String? = nil) {
    let words = text.lowercased().split(separator: " ")
    guard words.count >= 3, ["per", "a", "in"].contains(words[1]), let count = Int(words[0]),
      (1...Self.most).contains(count)
    else { return nil }
    let length = words.dropFirst(2).joined(separator: " ")
    guard let period = WorkflowDuration.read(length.first?.isNumber == true ? length : "1 " + length), period > .zero
    else { return nil }
    (self.count, self.period, self.name) = (count, period, name)
  }

  static let migration = Migration(
    room: "workflows", number: 5,
    sql: [
      """
      CREATE TABLE workflow_rates (
        tenant TEXT NOT NULL, name TEXT NOT NULL, times TEXT NOT NULL, PRIMARY KEY (tenant, name)) STRICT, WITHOUT ROWID
      """
    ])

  /// The next time at which it may begin; that time is taken.
  func take(_ name: String, in transaction: Transaction) throws -> Instant {
    let known =
      try transaction.first("SELECT times FROM workflow_rates WHERE tenant = :tenant AND name = ?", name) {
        (try? JSON.parse($0.text(0)))?.array?.compactMap(\.int64) ?? []
      } ?? []
    let now = transaction.now
    var at = now
    if known.count >= count {
      at = max(now, Instant(microseconds: known[known.count - count]) + period)
    }
    // in their order
    if let last = known.last { at = max(at, Instant(microseconds: last)) }
    let kept = JSON((known + [at.microseconds]).suffix(count).map { JSON.integer($0) })
    try transaction.execute(
      """
      INSERT INTO workflow_rates (tenant, name, times) VALUES (:tenant, ?, ?)
      ON CONFLICT (tenant, name) DO UPDATE SET times = excluded.times
      """, name, kept.text())
    return at
  }
}
