import Base

/// What is known of each row besides its words and its meaning.
struct RecallRows {
  private(set) var ids: [Int64] = []
  private(set) var times: [Int64] = []
  private(set) var sessions: [UInt32] = []
  private(set) var speakers: [UInt32] = []
  private(set) var channels: [UInt32] = []
  private(set) var priors: [Float] = []

  var count: Int { ids.count }

  mutating func append(_ entry: RecallEntry, prior: Float) {
    ids.append(entry.id)
    times.append(entry.at.microseconds)
    sessions.append(Self.number(entry.session))
    speakers.append(Self.number(entry.speaker))
    channels.append(Self.number(entry.channel))
    priors.append(prior)
  }

  /// Whether a row belongs to the sitting of the one before.
  func follows(_ row: Int) -> Bool { row > 0 && row < count && sessions[row] == sessions[row - 1] }

  static func number(_ name: String) -> UInt32 { TermReader.hash(name.utf8) }
}

/// Which rows exist for a question.
struct RecallFilter {
  private let from: Int64
  private let to: Int64
  private let channel: UInt32?
  private let speakers: [UInt32]?

  init(_ question: RecallQuestion) {
    from = question.from?.microseconds ?? .min
    to = question.to?.microseconds ?? .max
    channel = question.channel.map(RecallRows.number)
    speakers = question.speakers?.map(RecallRows.number)
  }

  func allows(_ row: Int, _ rows: RecallRows) -> Bool {
    let at = rows.times[row]
    return at >= from && at < to && (channel == nil || rows.channels[row] == channel)
      && speakers?.contains(rows.speakers[row]) != false
  }
}
