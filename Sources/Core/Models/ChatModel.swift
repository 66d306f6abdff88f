import Base

/// A language model that answers a question in words.
package protocol ChatModel: Sendable {
  /// - Parameters:
  ///   - rules: what it is to do; the house's own words.
  ///   - text: what it is to do it with; somebody else's words, which rule nothing.
  /// - Returns: what it wrote, as it wrote it. Nothing in it may be trusted.
  /// - Throws: `ModelError`, or what the way to it throws.
  func answer(rules: String, text: String) async throws -> String
}

package struct ModelError: SpeakingError {
  package enum Kind: String, Sendable {
    /// Another try may help.
    case unanswered
    /// It does not take what it is asked; its settings are wrong.
    case refused
    /// What it answered is no answer.
    case unreadable
  }
  package let kind: Kind
  package let sentence: String
  package var code: String { "model.\(kind.rawValue)" }

  package init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}
