import Actions
import Base
import Delivery
import Formats
import Messages
import People

/// Whether messages come and go, door by door: the same that `doctor` tells.
struct ShowDoors: Action {
  static let name = "doors.health"
  static let summary = "Shows how each door does: last received, last delivered, failures and their cause."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireOwner(context)
    let used = try await context.people.snapshot { try DoorHealth.read($0) }
    let open = context.house.openDoors()
    // one's own doors are those that this is read by
    let names = open.union(used.keys).subtracting(PeopleBook.ownDoors).sorted()
    let doors = names.map { (name: $0, isOpen: open.contains($0), state: used[$0] ?? DoorHealth.State()) }
    return .answer(
      Say(doors.isEmpty ? "doors.none" : "doors.list", lines: doors.map { Self.line($0.name, $0.state) }),
      data: .object(JSONObject(doors.map { ($0.name, Self.data($0.state, isOpen: $0.isOpen)) })))
  }

  private static func line(_ door: String, _ state: DoorHealth.State) -> Say {
    func moment(_ at: Instant?) -> Say.Value { at.map { .instant($0) } ?? .say(Say("doors.never")) }
    var values: [String: Say.Value] = [
      "door": .text(door), "received": moment(state.lastReceived), "delivered": moment(state.lastDelivered),
    ]
    if state.failures > 0 {
      values["failures"] = .integer(Int64(state.failures))
      values["cause"] = .text(state.cause ?? "–")
    }
    let troubles = state.troubles.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
    if !troubles.isEmpty { values["trouble"] = .text(troubles.joined(separator: " ")) }
    return Say("doors.line", values)
  }

  private static func data(_ state: DoorHealth.State, isOpen: Bool) -> JSON {
    [
      "open": .bool(isOpen), "last_received": JSON(state.lastReceived?.description),
      "last_delivered": JSON(state.lastDelivered?.description), "failures": .integer(Int64(state.failures)),
      "last_failure": JSON(state.lastFailure?.description), "cause": JSON(state.cause),
      "receiving": JSON(state.troubles[.receiving]), "sending": JSON(state.troubles[.sending]),
    ]
  }
}
