package import Base
package import HTTP
import Synchronization
package import Telemetry

/// Tells somebody outside, again and again, that this house watches. Whoever hears nothing any more raises the alarm: no
/// program can tell by itself that its machine is off.
///
/// It is told only while what must not stand still does not: a ping from a house whose timers hang would be a lie.
package final class DeadManPing: Sendable {
  package static let shortest: Duration = .seconds(10)
  private static let patience: Duration = .seconds(10)

  private let url: String
  private let every: Duration
  private let transport: any HTTPTransport
  private let clock: any WallClock
  private let trouble: @Sendable () -> String?
  private let log = Log("deadman")
  private let sent: Counter
  private let failed: Counter
  private let held: Counter
  private let lastTrouble = Mutex<String?>(nil)

  /// - Parameter trouble: what stands still, in a few words; `nil` when all is well.
  package init(
    url: String, every: Duration, transport: any HTTPTransport, clock: any WallClock, metrics: Metrics,
    trouble: @escaping @Sendable () -> String?
  ) {
    self.url = url
    self.every = max(every, Self.shortest)
    self.transport = transport
    self.clock = clock
    self.trouble = trouble
    func counter(_ outcome: String) -> Counter {
      metrics.counter("thinnai_deadman_pings_total", ["outcome": outcome], help: "Signs of life sent outside.")
    }
    (sent, failed, held) = (counter("sent"), counter("failed"), counter("held_back"))
  }

  /// Pings until cancelled. One task runs it.
  package func run() async {
    while !Task.isCancelled {
      do { try await clock.sleep(for: every) } catch { return }
      await ping()
    }
  }

  /// - Returns: whether the other side has it.
  @discardableResult
  package func ping() async -> Bool {
    if let trouble = trouble() {
      held.add()
      note(trouble, "No sign of life is sent, because something stands still")
      return false
    }
    var request = HTTPClientRequest.get(url)
    request.timeout = Self.patience
    do {
      let status = try await transport.send(request).status
      guard (200..<300).contains(status) else { throw Refused(status: status) }
      sent.add()
      note(nil, "")
      return true
    } catch {
      failed.add()
      note(error is Refused ? "\(error)" : "it cannot be reached", "A sign of life did not arrive")
      return false
    }
  }

  private struct Refused: Error, CustomStringConvertible {
    let status: Int
    var description: String { "it answered \(status)" }
  }

  /// Once a change: the log is not for repeating. The address, which may be a secret, stays out of it.
  private func note(_ trouble: String?, _ message: StaticString) {
    let before = lastTrouble.withLock { last in
      defer { last = trouble }
      return last
    }
    guard before != trouble else { return }
    if let trouble {
      log.warning(message, ["cause": .text(trouble)])
    } else {
      log.notice("Signs of life arrive again")
    }
  }
}
