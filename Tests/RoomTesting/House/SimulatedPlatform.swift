package import Base
package import Delivery
import Messages
import Synchronization

/// The chat platform behind the door: what it accepts is what people read. Its bad days come from the seed.
package final class SimulatedPlatform: Sendable {
  package struct Call: Sendable {
    package let item: OutboxItem
    package let incarnation: Int
    package let elapsed: Int64
    package let wall: Instant
    package let isAccepted: Bool
    /// Whether the house heard how it went.
    package var isAnswered: Bool
    package var retryAfter: Int64?

    package var chat: String { item.chat }
    package var text: String { item.message.text.text }
  }

  package struct Weather: Sendable {
    /// Chances of a call in a thousand.
    package var tooMany = 0
    package var serverErrors = 0
    package var unreachableNetwork = 0
    package var lostAnswers = 0
    package var hangs = 0
    /// Chats that have blocked us.
    package var blocked: Set<String> = []
    package init() {}
  }

  private struct State {
    var weather = Weather()
    var script: [String: [Fate]] = [:]
    var calls: [Call] = []
    var inFlight: [String: Int] = [:]
    var breaches: [String] = []
  }
  private let state = Mutex(State())
  private let random: SeededRandom
  private let clock: VirtualClock

  package init(random: SeededRandom, clock: VirtualClock) {
    self.random = random
    self.clock = clock
  }

  /// What becomes of the next calls to a chat; after that the weather decides.
  package func script(_ fates: [Fate], for chat: String) {
    state.withLock { $0.script[chat, default: []] += fates }
  }

  package func setWeather(_ weather: Weather) { state.withLock { $0.weather = weather } }
  package var calls: [Call] { state.withLock { $0.calls } }
  /// What people read, in order.
  package var accepted: [Call] { calls.filter(\.isAccepted) }
  package var breaches: [String] { state.withLock { $0.breaches } }
  /// Nothing of a house that is gone is under way any more.
  package func forgetInFlight() { state.withLock { $0.inFlight = [:] } }
  package var isBusy: Bool { state.withLock { !$0.inFlight.isEmpty } }

  package enum Fate: Sendable { case accept, tooMany, serverError, noConnection, lostAnswer, hang, blocked, refused }

  private func fate(for chat: String) -> Fate {
    let (scripted, weather) = state.withLock { state -> (Fate?, Weather) in
      let next = state.script[chat].flatMap { $0.isEmpty ? nil : $0[0] }
      if next != nil { state.script[chat]?.removeFirst() }
      return (next, state.weather)
    }
    if let scripted { return scripted }
    if weather.blocked.contains(chat) { return .blocked }
    var roll = random.below(1_000)
    for (share, fate) in [
      (weather.tooMany, Fate.tooMany), (weather.serverErrors, .serverError),
      (weather.unreachableNetwork, .noConnection), (weather.lostAnswers, .lostAnswer), (weather.hangs, .hang),
    ] {
      if roll < share { return fate }
      roll -= share
    }
    return .accept
  }

  /// One request. A house that is dropped meanwhile never comes back from it.
  package func send(_ item: OutboxItem, incarnation: Int) async -> SendOutcome {
    enter(item, incarnation)
    let fate = fate(for: item.chat)
    try? await clock.sleep(for: .milliseconds(5 + random.below(300)))
    let isAccepted = fate == .accept || fate == .lostAnswer || fate == .hang && random.below(2) == 0
    let retryAfter = fate == .tooMany ? Int64(1 + random.below(4)) : nil
    let number = record(item, incarnation, isAccepted: isAccepted, retryAfter: retryAfter)
    try? await clock.sleep(for: fate == .hang ? .seconds(30) : .milliseconds(5 + random.below(300)))
    leave(item, number, isAnswered: fate != .lostAnswer && fate != .hang)
    switch fate {
    case .accept: return .sent(externalID: item.replaces ?? "m\(number)")
    case .tooMany: return .retry(after: retryAfter.map { .seconds($0) }, reason: "429", piecesSent: 0)
    case .serverError: return .retry(after: nil, reason: "502", piecesSent: 0)
    case .noConnection: return .retry(after: nil, reason: "no connection", piecesSent: 0)
    case .lostAnswer, .hang: return .unknown(reason: "no answer", piecesSent: 0)
    case .blocked: return .unreachable(reason: "403")
    case .refused: return .refused(reason: "400")
    }
  }

  private func enter(_ item: OutboxItem, _ incarnation: Int) {
    let (now, wall) = (clock.elapsed, clock.now)
    state.withLock { state in
      state.inFlight[item.chat, default: 0] += 1
      if state.inFlight[item.chat]! > 1 { state.breaches.append("two sends at once to \(item.chat)") }
      let last = state.calls.last { $0.chat == item.chat }
      if let last, last.incarnation == incarnation, let wait = last.retryAfter, item.urgency != .emergency,
        now < last.elapsed + wait * 1_000_000,
        // the house keeps times of the wall clock: one that is put forward cuts a wait short
        wall < last.wall + .seconds(wait)
      {
        state.breaches.append("\(item.chat) was written to \(now - last.elapsed) µs after a 429 that said \(wait) s")
      }
    }
  }

  private func record(_ item: OutboxItem, _ incarnation: Int, isAccepted: Bool, retryAfter: Int64?) -> Int {
    let (elapsed, wall) = (clock.elapsed, clock.now)
    return state.withLock { state in
      state.calls.append(
        Call(
          item: item, incarnation: incarnation, elapsed: elapsed, wall: wall, isAccepted: isAccepted,
          isAnswered: false, retryAfter: retryAfter))
      return state.calls.count - 1
    }
  }

  private func leave(_ item: OutboxItem, _ number: Int, isAnswered: Bool) {
    state.withLock { state in
      state.calls[number].isAnswered = isAnswered
      state.inFlight[item.chat, default: 1] -= 1
      if state.inFlight[item.chat] == 0 { state.inFlight[item.chat] = nil }
    }
  }
}

/// The way out of one house to the platform.
package struct SimulatedDoor: OutboundDoor {
  package let platform: SimulatedPlatform
  package let incarnation: Int
  package let name = "telegram"
  package let pace: Pace
  package let merges: Bool
  package let canEdit = true

  package func mayMerge(_ chat: String) -> Bool { merges }

  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
    await platform.send(item, incarnation: incarnation)
  }
}
