import Synchronization

/// The keys of words that were said before, so that they need not be worked out again: people use few words over and
/// over. Bounded; forgotten with the program.
final class SeenWords: Sendable {
  struct Entry: Sendable {
    var keys: [UInt64]
    /// The phrases, and the frames of what is reported, that begin with the word.
    var phrases: [Int32] = []
    var reports: [Int32] = []
  }

  /// Bytes of a word that is kept.
  static let longest = 48
  private static let most = 4_096
  private let entries = Mutex<[String: Entry]>([:])

  /// - Parameter look: works it out; it depends on nothing but the word.
  func entry(_ word: String, _ look: () -> Entry) -> Entry {
    if let known = entries.withLock({ $0[word] }) { return known }
    let entry = look()
    entries.withLock { entries in
      if entries.count >= Self.most { entries.removeAll(keepingCapacity: true) }
      entries[word] = entry
    }
    return entry
  }
}
