package import Text

/// Gives sentences places in a space where those that mean the same lie near to each other, whatever their words.
package protocol MeaningEncoder: Sendable {
  /// Of its weights and of what it does to a text: a classifier trained with one is of no use to another.
  var identity: UInt64 { get }

  /// `Meaning.width` numbers for each text; `nil` when the encoder cannot be used after all. Takes some milliseconds a text
  /// on the calling thread.
  func points(_ texts: [(text: String, language: Language)]) -> [[Float]]?
}

/// The classifier that looks at what a sentence means besides at its words. Asked only where words leave a doubt,
/// because a place in the space costs ten times as much as all else that is done to a message.
struct Meaning: Sendable {
  /// Numbers of a point: two layers of the encoder.
  static let width = 768
  /// What points weigh beside words, whose features have length 1.
  private static let weight: Float = 1

  var classifier: LinearModel
  /// Of the encoder it was trained with.
  var identity: UInt64
  /// From this probability on, words alone are right often enough.
  var surety: Float

  /// Adds a point to the features of the words.
  static func append(_ point: [Float], to rows: inout [UInt32], _ values: inout [Float]) {
    for (place, value) in point.prefix(width).enumerated() {
      rows.append(UInt32(FeatureExtractor.buckets + place))
      values.append(value * weight)
    }
  }

  /// Rows that words and a point can have.
  static let rows = FeatureExtractor.buckets + width
}
