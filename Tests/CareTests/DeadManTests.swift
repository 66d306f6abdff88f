import Base
import Care
import Formats
import HTTP
import RoomTesting
import Synchronization
import Telemetry
import Testing

struct DeadManTests {
  private final class State: Sendable { let trouble = Mutex<String?>(nil) }

  private func ping(_ transport: MemoryTransport, _ state: State, every: Duration = .minutes(1)) -> DeadManPing {
    DeadManPing(
      url: "https://watch.example/abc", every: every, transport: transport, clock: VirtualClock(.epoch),
      metrics: Metrics(), trouble: { state.trouble.withLock { $0 } })
  }

  @Test("the watcher outside hears of the house only while nothing stands still")
  func onlyWhileWell() async {
    let transport = MemoryTransport { _ in .json([:]) }
    let state = State()
    let ping = ping(transport, state)
    #expect(await ping.ping())
    #expect(transport.requests.map(\.url) == ["https://watch.example/abc"])
    // what the owner configured may be anywhere, a machine at home included
    #expect(transport.requests[0].reach == .configured)
    state.trouble.withLock { $0 = "the timers stand still" }
    #expect(await ping.ping() == false)
    #expect(transport.requests.count == 1)
    state.trouble.withLock { $0 = nil }
    #expect(await ping.ping())
  }

  @Test("a watcher that cannot be reached or refuses changes nothing else")
  func unreachable() async {
    let transport = MemoryTransport([.json([:], status: 500), .fail(.unreachable, .notSent)]) { _ in .json([:]) }
    let ping = ping(transport, State())
    #expect(await ping.ping() == false)
    #expect(await ping.ping() == false)
    #expect(await ping.ping())
  }
}
