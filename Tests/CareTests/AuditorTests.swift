import Base
import Care
import Formats
import Messages
import RoomTesting
import Schedule
import Store
import Telemetry
import Testing

/// The scheduler stands still where a test moves the clock without `advance`.
struct AuditorTests {
  private func auditor(_ care: CareHouse) -> AlertAuditor {
    AlertAuditor(store: care.house.store, clock: care.house.clock, metrics: Metrics())
  }

  @Test("a step overdue by more than thirty seconds is performed, and whoever runs the house is told, once")
  func overdue() async throws {
    let care = try await CareHouse(withPriya: true)
    let auditor = auditor(care)
    try await care.house.run("emergency.alert", as: care.house.elder)
    _ = care.house.told()
    care.house.clock.advance(by: .seconds(149))
    #expect(await auditor.look() == 0)
    #expect(care.house.told().isEmpty)
    care.house.clock.advance(by: .seconds(2))
    #expect(await auditor.look() == 1)
    let told = care.house.told()
    #expect(told.filter { $0.urgency == .emergency }.map(\.person).sorted() == ["Priya", "Ravi"])
    #expect(told.filter { $0.text.hasPrefix("⚠️ A step of the call for help of Amma") }.map(\.person) == ["Ravi"])
    care.house.clock.advance(by: .seconds(151))
    #expect(await auditor.look() == 1)
    #expect(care.house.told().map(\.person).sorted() == ["Priya", "Ravi"])
  }

  @Test("scheduler and auditor never do one step twice, whoever is first")
  func once() async throws {
    let care = try await CareHouse()
    let auditor = auditor(care)
    try await care.house.run("emergency.alert", as: care.house.elder)
    _ = care.house.told()
    care.house.clock.advance(by: .minutes(3))
    let (house, late) = (care.house, care.house.clock.now)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask {
          if number.isMultiple(of: 2) { _ = await auditor.look() } else { await house.scheduler.fireDue() }
        }
      }
    }
    #expect(house.clock.now == late)
    #expect(house.told().filter { $0.urgency == .emergency }.map(\.person) == ["Ravi"])
    // the next one comes two minutes after this one
    await house.advance(by: .minutes(2))
    #expect(house.told().map(\.person) == ["Ravi"])
  }

  @Test("a due row that is gone or put off does not silence an alert: the auditor goes by the alert itself")
  func lost() async throws {
    let care = try await CareHouse()
    let auditor = auditor(care)
    try await care.house.run("emergency.alert", as: care.house.elder)
    try await care.house.tenant().write { try $0.execute("DELETE FROM due WHERE tenant = :tenant") }
    _ = care.house.told()
    await care.house.advance(by: .minutes(3))
    #expect(care.house.told().isEmpty)
    #expect(await auditor.look() == 1)
    #expect(care.house.told().count { $0.urgency == .emergency } == 1)
    // and the scheduler has it again
    await care.house.advance(by: .minutes(2))
    #expect(care.house.told().map(\.person) == ["Ravi"])
  }

  @Test("what is over, taken or a test is watched too, and nothing else")
  func quiet() async throws {
    let care = try await CareHouse()
    let auditor = auditor(care)
    try await care.house.run("emergency.alert", as: care.house.elder)
    try await care.house.run("emergency.acknowledge")
    _ = care.house.told()
    care.house.clock.advance(by: .minutes(16))
    #expect(await auditor.look() == 1)
    #expect(care.house.told().contains { $0.text.hasPrefix("⏰ Is all well with Amma?") })
    try await care.house.run("emergency.resolve")
    try await care.house.run("emergency.test", as: care.house.elder)
    care.house.clock.advance(by: .minutes(11))
    #expect(await auditor.look() == 1)
    _ = care.house.told()
    care.house.clock.advance(by: .hours(5))
    #expect(await auditor.look() == 0)
    #expect(care.house.told().isEmpty)
    #expect(auditor.lastLook == care.house.clock.now)
  }
}
