import Base

/// What is known of each row besides its words and its meaning, by columns, as questions read it.
struct RecallRows {
  private(set) var ids: [Int64] = []
  private(set) var times: [Int64] = []
  private(set) var sessions: [UInt32] = []
  private(set) var speakers: [UInt32] = []
  private(set) var channels: [UInt32] = []
  private(set) var priors: [Float] = []
  /// 0 for a row that was removed.
  private(set) var live: [UInt8] = []
  private(set) var removed = 0

  var count: Int { ids.count }

  mutating func append(_ record: RecallRecord) {
    ids.append(record.id)
    times.append(record.at)
    sessions.append(record.session)
    speakers.append(record.speaker)
    channels.append(record.channel)
    priors.append(record.prior)
    live.append(record.isLive ? 1 : 0)
    if !record.isLive { removed += 1 }
  }

  mutating func remove(_ row: Int) {
    guard live[row] != 0 else { return }
    live[row] = 0
    removed += 1
  }

  /// Takes the last row away.
  mutating func removeLast() {
    if live.removeLast() == 0 { removed -= 1 }
    ids.removeLast()
    times.removeLast()
    sessions.removeLast()
    speakers.removeLast()
    channels.removeLast()
    priors.removeLast()
  }

  /// Whether a row belongs to the sitting of the one before.
  func follows(_ row: Int) -> Bool { row > 0 && row < count && sessions[row] == sessions[row - 1] }

  /// Ids rise.
  func row(of id: Int64) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < count && ids[low] == id ? low : nil
  }

  static func number(_ name: String) -> UInt32 { TermReader.hash(name.utf8) }
}

/// A row as it stands in the file.
struct RecallRecord {
  var id: Int64 = 0
  var at: Int64 = 0
  /// Where its terms begin in their file, and how many they are.
  var firstTerm: Int64 = 0
  var terms: UInt32 = 0
  var session: UInt32 = 0
  var speaker: UInt32 = 0
  var channel: UInt32 = 0
  var prior: Float = 0
  var isLive = true
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

  var isOpen: Bool { from == .min && to == .max && channel == nil && speakers == nil }

  func allows(_ row: Int, _ rows: RecallRows) -> Bool {
    let at = rows.times[row]
    return rows.live[row] != 0 && at >= from && at < to
      && (channel == nil || rows.channels[row] == channel)
      && speakers?.contains(rows.speakers[row]) != false
  }

  /// A byte a row, 0 for one that does not exist; `nil` when all do.
  func mask(_ rows: RecallRows) -> [UInt8]? {
    if isOpen { return rows.removed == 0 ? nil : rows.live }
    var mask = rows.live
    // A column at a time: for a million rows, that is what takes the least.
    func keep<Value>(_ column: [Value], _ isAllowed: (Value) -> Bool) {
      mask.withUnsafeMutableBufferPointer { mask in
        column.withUnsafeBufferPointer { column in
          for row in mask.indices { mask[row] &= isAllowed(column[row]) ? 1 : 0 }
        }
      }
    }
    if from != .min || to != .max { keep(rows.times) { $0 >= from && $0 < to } }
    if let channel { keep(rows.channels) { $0 == channel } }
    if let speakers { keep(rows.speakers) { speakers.contains($0) } }
    return mask
  }
}
