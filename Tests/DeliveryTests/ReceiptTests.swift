import Base
import Messages
import People
import RoomTesting
import Store
import Testing

@testable import Delivery

@Suite("How far a sent message came") struct ReceiptTests {
  /// A message in the outbox, as sent under these ids. - Returns: its outbox id.
  private func sent(_ house: RoomHarness, externalID: String?) async throws -> String {
    let owner = house.owner
    try await house.tenant().write { try $0.tell(owner.id, .words("hello")) }
    return try await house.store.write { transaction in
      let id = try transaction.first("SELECT max(id) FROM outbox") { $0.text(0) } ?? ""
      try transaction.execute("UPDATE outbox SET state = 'sent', external_id = ? WHERE id = ?", externalID, id)
      return id
    }
  }

  private func note(
    _ house: RoomHarness, _ report: Receipt, id: String? = nil, external: String = "wamid.1", note: String? = nil
  ) async throws -> Bool {
    try await house.store.write { try $0.note(report, id: id, externalID: external, at: $0.now, note: note) }
  }

  private func row(_ house: RoomHarness, _ id: String) async throws -> [String?] {
    try await house.store.read { reader in
      try reader.first("SELECT receipt, receipt_note, state FROM outbox WHERE id = ?", id) { row in
        [row.optionalText(0), row.optionalText(1), row.optionalText(2)]
      } ?? []
    }
  }

  @Test("it only moves on, in whatever order the reports come")
  func monotone() async throws {
    let house = try await RoomHarness([])
    let reports: [Receipt] = [.sent, .delivered, .read, .played, .failed]
    let random = SeededRandom(seed: 3)
    for round in 0..<40 {
      let external = "wamid.\(round)"
      let id = try await sent(house, externalID: external)
      var seen: [Receipt] = []
      for _ in 0..<(1 + random.below(6)) {
        let report = reports[random.below(reports.count)]
        let before = seen.max()
        #expect(try await note(house, report, external: external, note: "why") == (before.map { report > $0 } ?? true))
        seen.append(report)
        #expect(try await row(house, id)[0] == seen.max()?.rawValue)
      }
      // the outcome of the send itself is not the platform's to change
      #expect(try await row(house, id)[2] == "sent")
      let isFailed = seen.max() == .failed
      #expect(try await row(house, id)[1] == (isFailed ? "why" : nil))
    }
  }

  @Test("of messages that left as one, each has the report")
  func merged() async throws {
    let house = try await RoomHarness([])
    let first = try await sent(house, externalID: nil)
    let second = try await sent(house, externalID: nil)
    #expect(try await note(house, .delivered, id: "\(first),\(second),forged", external: "wamid.x"))
    for id in [first, second] { #expect(try await row(house, id)[0] == "delivered") }
    #expect(try await !note(house, .delivered, id: "\(first),\(second)", external: "wamid.x"))
  }

  @Test("found by what we sent along before the send is recorded, by the platform's id after, and by nothing else")
  func found() async throws {
    let house = try await RoomHarness([])
    let early = try await sent(house, externalID: nil)
    #expect(try await note(house, .delivered, id: early, external: "wamid.unknown"))
    let late = try await sent(house, externalID: "wamid.9")
    #expect(try await note(house, .read, id: "forged", external: "wamid.9"))
    #expect(try await !note(house, .read, id: "forged", external: "wamid.other"))
    #expect(try await row(house, early)[0] == "delivered")
    #expect(try await row(house, late)[0] == "read")
  }
}
