internal import Base

/// What went wrong in the store. `code` reads `store.full`; the extended code of the library is for the log.
package struct StoreError: SpeakingError {
  package enum Kind: String, Sendable {
    /// The queue is full or the file is held: try again; doors answer 503.
    case busy
    /// No room on the disk; nothing was written; heals by itself when space returns.
    case full
    /// The disk failed. After a failed sync every later write gives this, too.
    case io
    case corrupt
    /// The file was written by a newer program.
    case newer
    /// Another process owns the home.
    case locked
    /// A uniqueness rule (primary key or unique index) was broken.
    case unique
    /// Another rule of the table was broken (not null, check, foreign key).
    case constraint
    /// The calling code is wrong: bad SQL, wrong argument count, a statement that the tenant guard refuses.
    case misuse
    case closed
  }

  package let kind: Kind
  package let sentence: String
  /// The library's extended result code, 0 when the store itself refused.
  package let underlying: Int32

  package init(_ kind: Kind, _ sentence: String, underlying: Int32 = 0) {
    self.kind = kind
    self.sentence = sentence
    self.underlying = underlying
  }

  package var code: String { "store.\(kind.rawValue)" }
  package var isUniqueness: Bool { kind == .unique }
  package var description: String {
    underlying == 0 ? "\(code): \(sentence)" : "\(code) (\(underlying)): \(sentence)"
  }
}
