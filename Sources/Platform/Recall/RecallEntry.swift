package import Base
package import Time

/// What somebody said at a time: a row of the index.
package struct RecallEntry: Sendable {
  /// The row's number in the store; rising.
  package var id: Int64
  package var at: Instant
  /// The day on the speaker's calendar.
  package var day: CivilDate
  /// Turns of one sitting follow each other; a turn before or behind tells what one is about.
  package var session: String
  package var speaker: String
  package var channel: String
  package var text: String

  package init(
    id: Int64, at: Instant, day: CivilDate, session: String, speaker: String, channel: String = "",
    text: String
  ) {
    self.id = id
    self.at = at
    self.day = day
    self.session = session
    self.speaker = speaker
    self.channel = channel
    self.text = text
  }
}

/// What is looked for, and among which rows: the others do not exist for the search.
package struct RecallQuestion: Sendable {
  package var text: String
  /// Who asks: “I” and “my” mean them.
  package var asker: String?
  /// Only turns of this time.
  package var from: Instant?
  package var to: Instant?
  /// Only turns of this channel.
  package var channel: String?
  /// Only turns of these people.
  package var speakers: [String]?

  package init(_ text: String, asker: String? = nil) {
    self.text = text
    self.asker = asker
  }
}

package struct RecallHit: Sendable, Equatable {
  package var id: Int64
  package var score: Float
  /// What of the score comes from words in common with the question, its neighbours' not counted.
  package var words: Float = 0
  /// The cosine of the turn and the question; 0 without embeddings.
  package var likeness: Float = 0
}
