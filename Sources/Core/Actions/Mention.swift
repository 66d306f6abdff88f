package import Base
package import Store
import Text

/// A row of a room that speaks of somebody or something that a person wants forgotten.
package struct Mention: Sendable, Hashable {
  /// What a person would call it; its words stand under `memory.mention` in the reply files.
  package enum Kind: String, Sendable, CaseIterable {
    case reminder, task, expense, event, appointment, birthday, note, review, booking, project, list, calendar, place,
      alert, medicine, workflow, run, file
    case listItem = "list_item"
  }

  /// What forgetting does with it.
  package enum Fate: Sendable, Hashable {
    case goes
    /// The row stays, its words go: the sums of a month stay right.
    case unnamed
    /// It stays as it is, because somebody's health or another person hangs on it; whoever forgets is told.
    case kept
  }

  package var kind: Kind
  package var id: String
  /// What it says, as far as it names what is to be forgotten.
  package var words: String
  package var fate: Fate
  /// It is still to come: a reminder that will ring.
  package var isOpen: Bool

  package init(_ kind: Kind, id: String, words: String, fate: Fate = .goes, isOpen: Bool = false) {
    (self.kind, self.id, self.words, self.fate, self.isOpen) = (kind, id, words, fate, isOpen)
  }
}

/// How a room takes part when somebody forgets everything about something: it finds its rows, and removes those that it is
/// told to. It finds only rows that the person may see and says of each what becomes of it.
package struct Mentions: Sendable {
  /// The person's own rows in which one of some names stands.
  package let find: @Sendable (PersonID, Sought, any Querying) throws -> [Mention]
  /// Removes the row, or its words. Never called for what is kept.
  package let remove: @Sendable (Mention, PersonID, inout Transaction) throws -> Void

  package init(
    find: @escaping @Sendable (PersonID, Sought, any Querying) throws -> [Mention],
    remove: @escaping @Sendable (Mention, PersonID, inout Transaction) throws -> Void
  ) {
    self.find = find
    self.remove = remove
  }

  package static let none = Mentions(find: { _, _, _ in [] }, remove: { _, _, _ in })

  /// What is to be forgotten: what it is called, in every way that is known.
  package struct Sought: Sendable {
    private let names: [String]
    package let now: Instant

    /// - Parameter names: those of one letter stand in too many words and are left out.
    package init(_ names: [String], now: Instant) {
      self.names = names.filter { $0.count > 1 }
      self.now = now
    }

    package var isEmpty: Bool { names.isEmpty }

    /// Whether one of the names stands in a text as a word of its own.
    package func stand(in text: String?) -> Bool {
      guard let text, !text.isEmpty else { return false }
      return names.contains { WordSearch.holds(text, $0) }
    }
  }
}
