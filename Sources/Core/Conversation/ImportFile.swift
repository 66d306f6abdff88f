import Actions
import Formats
import Foundation
import Messages
import People
import Store
import Synchronization

/// What the owner's actions must know of the whole house; set once while it is built.
final class RoomsOfHouse: Sendable {
  static let shared = RoomsOfHouse()
  private let rooms = Mutex<@Sendable () -> [Room]>({ [] })
  func set(_ rooms: @escaping @Sendable () -> [Room]) { self.rooms.withLock { $0 = rooms } }
  var all: [Room] { rooms.withLock { $0 }() }
}

/// The names of the personas, for checking what the owner types.
package final class PersonasOfHouse: Sendable {
  package static let shared = PersonasOfHouse()
  private let state = Mutex<[String]>([])
  package func set(_ names: [String]) { state.withLock { $0 = names } }
  var names: [String] { state.withLock { $0 } }
}

struct ImportFile: Action {
  static let name = "files.import"
  static let summary = "Imports a file of this machine: listings, candles, readings or a calendar."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("What the file holds.") var kind: String
  @Parameter("Where it is on this machine.") var path: String
  @Parameter("Which column is which field.") var columns: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireOwner(context)
    // the path names a file of this machine: only somebody who sits at it may say so
    guard context.origin.door == "shell" else {
      throw ActionError("files.shell_only", sentence: "Files are imported with ./thinnai import on the machine itself.")
    }
    let importers = RoomsOfHouse.shared.all.flatMap(\.importers)
    guard let importer = importers.first(where: { $0.kind == kind }) else {
      throw ActionError(
        "files.kind_unknown",
        sentence: "There is no kind \(kind); there are \(importers.map(\.kind).sorted().joined(separator: ", ")).",
        field: "kind")
    }
    let bytes: [UInt8]
    do { bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)) } catch {
      throw ActionError("files.unreadable", sentence: "\(path) cannot be read.", field: "path")
    }
    var map: [String: String] = [:]
    for member in columns?.object?.members ?? [] { map[member.key] = member.value.string }
    let report = try await importer.run(
      bytes, (path as NSString).lastPathComponent, map, context.actor, context.store)
    return .answer(
      Say(
        "files.imported",
        [
          "added": .integer(Int64(report.added)), "unchanged": .integer(Int64(report.unchanged)),
          "bad": .integer(Int64(report.problems.count)),
        ]),
      data: [
        "added": .integer(Int64(report.added)), "unchanged": .integer(Int64(report.unchanged)),
        "problems": .array(
          report.problems.map { ["line": .integer(Int64($0.line)), "sentence": .string($0.sentence)] }),
      ])
  }
}
