import Base
import Delivery
import Messages
import RoomTesting
import Synchronization

/// What somebody sends, and what it must lead to.
struct Update: Sendable {
  enum Kind: Sendable, Equatable {
    /// One row in the ledger, one answer.
    case note
    /// No row, one answer.
    case refused
    /// Asked for what is missing, then told it; one row if the answer came in time.
    case incomplete, missing
    /// Asked for a yes; one row once it was given in time.
    case proposal, approval
    case remindOnce, remindHourly, remindNagging
    case help, acknowledge, done
    /// A medicine by its rule; the end of one; a tap on one of the buttons under a question about a dose.
    case medicine(String), stop(String), dose(Int)
  }
  let id: Int
  let member: Int
  let kind: Kind
  let token: String
  /// Not sent before.
  let at: Int64
  let text: String
}

/// The platform's side of the webhook: in order within a chat, repeated until it is acknowledged, and sometimes after.
final class Courier: Sendable {
  struct Chat: Sendable {
    var updates: [Update]
    var next = 0
    var isUnderWay = false
    var notBefore: Int64 = 0
    /// Which repeats are still to come, and when.
    var repeats: [(at: Int64, message: InboundMessage)] = []
  }
  private struct State {
    var chats: [Chat]
    var acknowledged: [Int: (elapsed: Int64, incarnation: Int)] = [:]
    /// A delivery that is repeated says the same again.
    var messages: [Int: InboundMessage] = [:]
  }
  private let state: Mutex<State>
  private let random: SeededRandom
  private let clock: VirtualClock

  init(_ chats: [[Update]], random: SeededRandom, clock: VirtualClock) {
    state = Mutex(State(chats: chats.map { Chat(updates: $0) }))
    self.random = random
    self.clock = clock
  }

  var acknowledged: [Int: (elapsed: Int64, incarnation: Int)] { state.withLock { $0.acknowledged } }
  var isDone: Bool { state.withLock { $0.chats.allSatisfy { $0.next == $0.updates.count && $0.repeats.isEmpty } } }

  /// When there is something to deliver next.
  var nextTime: Int64? {
    state.withLock { state in
      state.chats.flatMap { chat -> [Int64] in
        var times = chat.repeats.map(\.at)
        if !chat.isUnderWay, chat.next < chat.updates.count {
          times.append(max(chat.notBefore, chat.updates[chat.next].at))
        }
        return times
      }.min()
    }
  }

  /// The house is gone, and with it all that was under way.
  func connectionsBroke() {
    let (now, random) = (clock.elapsed, random)
    state.withLock { state in
      for index in state.chats.indices where state.chats[index].isUnderWay {
        state.chats[index].isUnderWay = false
        state.chats[index].notBefore = now + Int64(100_000 + random.below(1_900_000))
      }
    }
  }

  /// Delivers what is due to a house. - Returns: whether there was anything.
  func deliver(to house: SimulatedHouse, message: (Update) -> InboundMessage) -> Bool {
    let now = clock.elapsed
    var isAny = false
    for index in Cast.members.indices {
      let repeats = state.withLock { state in
        let due = state.chats[index].repeats.filter { $0.at <= now }
        state.chats[index].repeats.removeAll { $0.at <= now }
        return due
      }
      for repeated in repeats {
        isAny = true
        house.run { _ = try? await house.inbox.accept([repeated.message]) }
      }
      let update = state.withLock { state -> Update? in
        let chat = state.chats[index]
        guard !chat.isUnderWay, chat.next < chat.updates.count else { return nil }
        guard max(chat.notBefore, chat.updates[chat.next].at) <= now else { return nil }
        state.chats[index].isUnderWay = true
        return chat.updates[chat.next]
      }
      guard let update else { continue }
      isAny = true
      let known = state.withLock { $0.messages[update.id] }
      let message = known ?? message(update)
      state.withLock { $0.messages[update.id] = message }
      // sometimes two connections bring the same at once
      if random.below(20) == 0 { house.run { _ = try? await house.inbox.accept([message]) } }
      house.run { [self] in
        do {
          _ = try await house.inbox.accept([message])
          settle(update, index, message, house.incarnation, isAccepted: true)
        } catch {
          settle(update, index, message, house.incarnation, isAccepted: false)
        }
      }
    }
    return isAny
  }

  private func settle(_ update: Update, _ index: Int, _ message: InboundMessage, _ incarnation: Int, isAccepted: Bool) {
    let (now, random) = (clock.elapsed, random)
    state.withLock { state in
      state.chats[index].isUnderWay = false
      guard isAccepted else {
        state.chats[index].notBefore = now + Int64(100_000 + random.below(1_900_000))
        return
      }
      state.acknowledged[update.id] = (now, incarnation)
      state.chats[index].next += 1
      if random.below(100) < 15 {
        state.chats[index].repeats.append((now + Int64(random.below(60_000_000)), message))
      }
    }
  }
}
