import Base
import Formats
import People
import Synchronization

/// One open page: frames on their way to it. A page that falls too far behind is let go; it comes back by itself.
final class LiveChannel: Sendable {
  static let limit = 256
  let person: PersonID
  let session: String
  let frames: AsyncStream<String>
  private let continuation: AsyncStream<String>.Continuation

  init(person: PersonID, session: String) {
    self.person = person
    self.session = session
    (frames, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
  }

  func push(_ frame: String) { if case .dropped = continuation.yield(frame) { continuation.finish() } }
  func close() { continuation.finish() }
}

/// All open pages, by person.
final class LiveHub: Sendable {
  /// More pages of one person: the oldest goes.
  static let perPerson = 12
  private struct State {
    var channels: [PersonID: [LiveChannel]] = [:]
    /// Messages that wait for their answer, by person.
    var awaited: [PersonID: Int] = [:]
    var isClosed = false
  }
  private let state = Mutex(State())

  var count: Int { state.withLock { $0.channels.values.reduce(0) { $0 + $1.count } } }

  func open(person: PersonID, session: String) -> LiveChannel {
    let channel = LiveChannel(person: person, session: session)
    let leaving = state.withLock { state -> LiveChannel? in
      guard !state.isClosed else { return channel }
      state.channels[person, default: []].append(channel)
      guard let own = state.channels[person], own.count > Self.perPerson else { return nil }
      return state.channels[person]?.removeFirst()
    }
    leaving?.close()
    return channel
  }

  func remove(_ channel: LiveChannel) {
    channel.close()
    state.withLock { state in
      state.channels[channel.person]?.removeAll { $0 === channel }
      if state.channels[channel.person]?.isEmpty == true { state.channels[channel.person] = nil }
    }
  }

  /// - Returns: whether a page is open.
  @discardableResult
  func push(_ frame: JSON, to person: PersonID) -> Bool {
    let channels = state.withLock { $0.channels[person] ?? [] }
    guard !channels.isEmpty else { return false }
    let text = frame.text()
    for channel in channels { channel.push(text) }
    return true
  }

  /// A message was accepted: the next thing said is its answer.
  func expectAnswer(for person: PersonID) { state.withLock { $0.awaited[person, default: 0] += 1 } }

  func isAnswerAwaited(by person: PersonID) -> Bool { state.withLock { $0.awaited[person] != nil } }

  /// - Returns: whether what is said now answers a message.
  func takeAnswer(for person: PersonID) -> Bool {
    state.withLock { state in
      guard let count = state.awaited[person] else { return false }
      state.awaited[person] = count > 1 ? count - 1 : nil
      return true
    }
  }

  /// Ends the pages of a session that was signed out.
  func close(session: String) {
    let ending = state.withLock { $0.channels.values.flatMap { $0 }.filter { $0.session == session } }
    for channel in ending { channel.close() }
  }

  func closeAll() {
    let all = state.withLock { state in
      state.isClosed = true
      defer { state.channels = [:] }
      return state.channels.values.flatMap { $0 }
    }
    for channel in all { channel.close() }
  }
}
