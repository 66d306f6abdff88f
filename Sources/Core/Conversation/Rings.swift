import Actions
import Base
import Messages
import People
import Synchronization

/// What rang last for each person (a reminder, a dose), so that "in 5 minutes" and "done" are about it, whatever was
/// talked of before.
///
/// Forgotten with a restart: then such words are read as before.
final class Rings: Sendable {
  struct Ring: Sendable {
    /// What its buttons do.
    var calls: [ActionCall]
    var at: Instant

    func call(to verbs: Set<String>) -> ActionCall? {
      calls.first { call in call.name.split(separator: ".").last.map { verbs.contains(String($0)) } ?? false }
    }
  }

  private static let capacity = 4_096
  /// After so long nobody means it without naming it.
  private static let memory: Duration = .hours(2)
  private let known = Mutex<[PersonID: Ring]>([:])

  /// Notes what somebody is told, where it can be put off.
  func keep(_ say: Say, for person: PersonID, at now: Instant) {
    let ring = Ring(calls: say.buttons.map { ActionCall($0.action, $0.arguments) }, at: now)
    guard ring.call(to: ["snooze"]) != nil else { return }
    known.withLock { known in
      if known.count >= Self.capacity, known[person] == nil, let other = known.keys.first { known[other] = nil }
      known[person] = ring
    }
  }

  /// What rang since a moment, unless it is long ago.
  func ring(for person: PersonID, since moment: Instant, now: Instant) -> Ring? {
    known.withLock { $0[person] }.flatMap { ring in
      ring.at > moment && now - ring.at < Self.memory ? ring : nil
    }
  }
}
