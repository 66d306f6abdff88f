import Glibc

/// How much each sign counts that a turn answers a question.
///
/// Chosen by hand on four conversations, each judged with the weights that the other three wanted
/// (Docs/decisions/0024-recall.md).
package struct RecallWeights: Sendable {
  /// Of the words in common (BM25).
  package var words: Float = 0.5
  /// Of the likeness in meaning of the turn, and of the turn with its neighbours.
  package var meaning: Float = 10
  package var context: Float = 3.3
  /// What a turn takes of the score of the one before and the one behind.
  package var before: Float = 0.3
  package var behind: Float = 0.3
  /// Said by the one person the question names.
  package var speaker: Float = 3.2
  /// Long turns tell more, turns about their speaker too; those that ask tell little.
  package var length: Float = 0.45
  package var own: Float = 0.4
  package var asking: Float = -0.6

  /// BM25: how soon a repeated word stops to count, how much a long turn is held against it, and what is long.
  package static let saturation: Float = 1.2
  package static let lengthPenalty: Float = 0.75
  package static let usualLength: Float = 18

  package init() {}

  /// What a turn is worth before any question.
  func prior(words: Int, ownWords: Int, isQuestion: Bool) -> Float {
    length * log1pf(Float(words)) + own * Float(min(ownWords, 3)) + (isQuestion ? asking : 0)
  }
}
