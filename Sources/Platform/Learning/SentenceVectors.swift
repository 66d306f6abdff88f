/// What a text means, as dense numbers: the side of the features that comes from a trained encoder.
package protocol SentenceVectors: Sendable {
  /// Differs when the same text gives other numbers.
  var identity: UInt64 { get }
  /// Blocks a text, each a point on the unit sphere; the last is the encoder's own sentence embedding.
  var blocks: Int { get }
  /// Numbers a block, a multiple of 16.
  var width: Int { get }
  /// Words that are spelt right whatever the training sentences hold, frequent ones first.
  var knownWords: [String] { get }

  /// - Returns: `texts.count × blocks × width` numbers.
  func vectors(_ texts: [String]) throws -> [Float]
}

extension SentenceVectors {
  var depth: Int { blocks * width }
}
