package import Base

/// Something that a person did, as a room of its own keeps it: for "when did I last …?", which knows no room.
package struct Deed: Sendable {
  /// What people say of it: one pays for something, takes a medicine, goes to somebody, gets something done.
  package enum Kind: String, Sendable, CaseIterable { case paid, took, went, did }

  package var kind: Kind
  package var at: Instant
  /// What names it, as the person would: what was paid for, the medicine, the title.
  package var what: String
  package var amount: Money?

  package init(_ kind: Kind, at: Instant, what: String, amount: Money? = nil) {
    (self.kind, self.at, self.what, self.amount) = (kind, at, what, amount)
  }

  /// Rows that a room looks at, the latest first.
  package static let most = 2_000
}
