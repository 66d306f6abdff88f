import Base
import Messages

/// Which committed message may leave now: order within a chat, emergencies first, pacing, retries, quiet hours.
///
/// A state machine without clock, store or door; the outbox does what it says.
struct OutboxQueues {
  private struct Chat {
    var items: [OutboxItem] = []
    /// A worker has the chat, or it is on its way to one.
    var isBusy = false
    /// Theoretical arrival time of the pace (GCRA: one timestamp a key).
    var paceUntil: Instant = .epoch
  }

  private var chats: [ConversationKey: Chat] = [:]
  private var totals: [String: Instant] = [:]
  /// Chats that wait for a time: only retries, pacing and quiet hours get here.
  private var sleeping: [ConversationKey: Instant] = [:]
  private var ids: Set<String> = []
  private var lastLook: Instant = .epoch
  private static let idleChats = 4_096

  /// Messages that are not settled.
  var count: Int { ids.count }
  var isAnySleeping: Bool { !sleeping.isEmpty }

  /// Takes a message in; one that is already here is not taken twice.
  ///
  /// - Returns: whether the chat must be given to a worker.
  mutating func add(_ item: OutboxItem) -> Bool {
    guard ids.insert(item.key).inserted else { return false }
    let lane = item.lane
    var chat = chats.removeValue(forKey: lane) ?? Chat()
    defer { chats[lane] = chat }
    if item.urgency == .emergency {
      chat.items.insert(item, at: chat.items.prefix { $0.urgency == .emergency }.count)
    } else {
      chat.items.append(item)
    }
    guard !chat.isBusy else { return false }
    chat.isBusy = true
    sleeping[lane] = nil
    return true
  }

  /// The message that the worker of a chat sends next; `nil` lets go of the chat and notes when to come back.
  ///
  /// - Parameter uptime: by the clock that nobody can step; waits for another try go by it.
  mutating func next(_ lane: ConversationKey, pace: Pace, now: Instant, uptime: Duration) -> OutboxItem? {
    guard var chat = chats.removeValue(forKey: lane) else { return nil }
    defer { if chat.isBusy || !chat.items.isEmpty || chat.paceUntil > now { chats[lane] = chat } }
    // what waits for the morning does not hold up an answer; what waits for another try does, for the order's sake
    guard let found = chat.items.first(where: { $0.dueAt <= now }) ?? chat.items.min(by: { $0.dueAt < $1.dueAt }) else {
      chat.isBusy = false
      if chats.count > Self.idleChats { forgetIdle(now) }
      return nil
    }
    let item = found.version == 0 ? found : newest(of: found, in: &chat)
    limit(&chat, pace, door: lane.door, now)
    let earliest = max(earliest(for: item, chat, pace), item.readyAt.map { now + ($0 - uptime) } ?? .epoch)
    guard earliest <= now else {
      chat.isBusy = false
      sleeping[lane] = earliest
      return nil
    }
    if pace.perChat > 0 { chat.paceUntil = max(chat.paceUntil, now) + Self.interval(pace.perChat) }
    if pace.total > 0 { totals[lane.door] = max(totals[lane.door] ?? .epoch, now) + Self.interval(pace.total) }
    return item
  }

  /// Of a message that is shown anew only the latest state leaves: it takes the place of those before it, and waits as
  /// long as they have to.
  private mutating func newest(of item: OutboxItem, in chat: inout Chat) -> OutboxItem {
    guard let place = chat.items.firstIndex(where: { $0.key == item.key }),
      var newest = chat.items.filter({ $0.id == item.id }).max(by: { $0.version < $1.version }),
      newest.version > item.version
    else { return item }
    newest.attempts = item.attempts
    newest.readyAt = item.readyAt
    newest.failingSince = item.failingSince
    newest.triedUntil = item.triedUntil
    newest.isUncertain = item.isUncertain || newest.isUncertain
    for other in chat.items where other.id == item.id && other.key != newest.key { ids.remove(other.key) }
    let behind = chat.items[(place + 1)...].filter { $0.id != item.id }
    chat.items = chat.items[..<place].filter { $0.id != item.id } + [newest] + behind
    return newest
  }

  /// What may leave together with a message that leaves now: the words behind it that would only wait for the pace.
  func companions(of item: OutboxItem, pace: Pace, now: Instant, uptime: Duration) -> [OutboxItem] {
    guard item.mayMerge, pace.perChat > 0, let chat = chats[item.lane], chat.paceUntil - Self.tolerance(pace) > now,
      let place = chat.items.firstIndex(where: { $0.id == item.id })
    else { return [] }
    var room = OutboxItem.mergeLimit - item.message.text.text.utf16.count
    let behind = chat.items[(place + 1)...].prefix(OutboxItem.mostMerged - 1).prefix { other in
      room -= other.message.text.text.utf16.count + 2
      return other.mayMerge && other.dueAt <= now && other.readyAt.map { $0 <= uptime } ?? true && room >= 0
    }
    return Array(behind)
  }

  private func earliest(for item: OutboxItem, _ chat: Chat, _ pace: Pace) -> Instant {
    var earliest = item.dueAt
    guard item.urgency != .emergency else { return earliest }
    if pace.perChat > 0 {
      earliest = max(earliest, chat.paceUntil - Self.tolerance(pace))
    }
    if pace.total > 0 { earliest = max(earliest, (totals[item.address.door] ?? .epoch) - .seconds(1)) }
    return earliest
  }

  /// No pace reaches further than this; more than it means that the clock was put back.
  private mutating func limit(_ chat: inout Chat, _ pace: Pace, door: String, _ now: Instant) {
    if pace.perChat > 0 {
      chat.paceUntil = min(chat.paceUntil, now + Self.tolerance(pace) + Self.interval(pace.perChat))
    }
    if pace.total > 0, let until = totals[door] {
      totals[door] = min(until, now + .seconds(1) + Self.interval(pace.total))
    }
  }

  private static func tolerance(_ pace: Pace) -> Duration {
    .microseconds(Int64(Double(pace.chatBurst - 1) / pace.perChat * 1_000_000))
  }

  private static func interval(_ perSecond: Double) -> Duration { .microseconds(Int64(1_000_000 / perSecond)) }

  private mutating func forgetIdle(_ now: Instant) {
    chats = chats.filter { $0.value.isBusy || !$0.value.items.isEmpty || $0.value.paceUntil > now }
  }

  /// Settled: sent, refused or given up.
  mutating func remove(_ item: OutboxItem) {
    guard ids.remove(item.key) != nil else { return }
    // nearly always the first one: no copies of the others are made to find it
    guard let index = chats[item.lane]?.items.firstIndex(where: { $0.key == item.key }) else { return }
    chats[item.lane]?.items.remove(at: index)
  }

  /// The message stays where it is in its chat, changed for the next try.
  mutating func replace(_ item: OutboxItem) {
    guard let index = chats[item.lane]?.items.firstIndex(where: { $0.key == item.key }) else { return }
    chats[item.lane]?.items[index] = item
  }

  /// Nobody serves this chat now: its messages wait on disk for the next start.
  mutating func drop(_ lane: ConversationKey) {
    for item in chats.removeValue(forKey: lane)?.items ?? [] { ids.remove(item.key) }
    sleeping[lane] = nil
  }

  /// Chats whose time has come, the longest waiting first; each must be given to a worker.
  mutating func wake(_ now: Instant) -> [ConversationKey] {
    // put back, the clock says nothing about times that were set before: every chat looks again
    let isPutBack = now < lastLook
    lastLook = now
    let awake = sleeping.filter { isPutBack || $0.value <= now }
      .sorted { ($0.value, $0.key.chat) < ($1.value, $1.key.chat) }.map(\.key)
    for lane in awake {
      sleeping[lane] = nil
      chats[lane]?.isBusy = true
    }
    return awake
  }
}
