import Base
import HTTP
import Synchronization

/// What a stand-in does to its callers, beside serving them. Everything from a seed.
struct Faults: Sendable {
  /// Chances of one call in a hundred.
  var rateLimited = 0
  var serverErrors = 0
  /// The connection breaks before anything happened.
  var droppedBefore = 0
  /// It happened, but the answer breaks off.
  var droppedAfter = 0
  /// Answers trickle.
  var slow = 0
  /// Seconds told with 429.
  var retryAfter = 1
  /// Chats that blocked us.
  var blocked: Set<String> = []
  /// So many calls from now on are answered 502.
  var burst = 0

  enum Fate: Sendable { case serve, rateLimit, serverError, dropBefore, dropAfter, slow }
}

/// Rolls the dice of a stand-in.
final class Fates: Sendable {
  private let random: SeededRandom
  private let faults: Mutex<Faults>

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    faults = Mutex(Faults())
  }

  var current: Faults { faults.withLock { $0 } }
  func set(_ change: (inout Faults) -> Void) { faults.withLock { change(&$0) } }

  func next() -> Faults.Fate {
    faults.withLock { faults in
      if faults.burst > 0 {
        faults.burst -= 1
        return .serverError
      }
      var roll = random.below(100)
      for (share, fate) in [
        (faults.rateLimited, Faults.Fate.rateLimit), (faults.serverErrors, .serverError),
        (faults.droppedBefore, .dropBefore), (faults.droppedAfter, .dropAfter), (faults.slow, .slow),
      ] {
        if roll < share { return fate }
        roll -= share
      }
      return .serve
    }
  }
}

extension HTTPResponse {
  /// The head promises an answer, then the connection breaks.
  static let brokenOff = HTTPResponse.stream { writer in
    try await writer.write("{\"ok\":tr")
    throw HTTPStreamBroken()
  }

  /// The same answer in small pieces over about half a second.
  func trickled() -> HTTPResponse {
    guard case .bytes(let bytes) = body else { return self }
    var slow = self
    slow.body = .stream { writer in
      let size = max(1, bytes.count / 10)
      for start in stride(from: 0, to: bytes.count, by: size) {
        try await writer.write(Array(bytes[start..<min(start + size, bytes.count)]))
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    return slow
  }
}

struct HTTPStreamBroken: Error {}
