import Actions
import Base
import Formats
import Messages
import People
import Store

struct ImportFile: Action {
  static let name = "files.import"
  static let summary = "Imports a file of this machine: listings, candles, readings or a calendar."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("What the file holds.") var kind: String
  @Parameter("Where it is on this machine.") var path: String
  @Parameter("What it is called, where the path does not say it.") var name: String?
  @Parameter("Which column is which field.") var columns: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireOwner(context)
    // the path names a file of this machine: only somebody who sits at it may say so
    guard context.origin.door == "shell" else {
      throw ActionError("files.shell_only", sentence: "Files are imported with ./thinnai import on the machine itself.")
    }
    let importers = context.house.rooms.flatMap(\.importers)
    guard let importer = importers.first(where: { $0.kind == kind }) else {
      throw ActionError(
        "files.kind_unknown",
        sentence: "There is no kind \(kind); there are \(importers.map(\.kind).sorted().joined(separator: ", ")).",
        field: "kind")
    }
    var map: [String: String] = [:]
    for member in columns?.object?.members ?? [] { map[member.key] = member.value.string }
    let report: Importer.Report
    do {
      let name = name ?? path.split(separator: "/").last.map(String.init) ?? path
      report = try await importer.run(ByteSource(path: path), name, map, context.actor, context.store)
    } catch let error as SystemCallError {
      throw ActionError("files.unreadable", sentence: "\(path) cannot be read (\(error)).", field: "path")
    }
    var values: [String: Say.Value] = [
      "added": .integer(Int64(report.added)), "unchanged": .integer(Int64(report.unchanged)),
      "bad": .integer(Int64(report.problems.count + report.unlisted)), "notes": .integer(Int64(report.notes.count)),
    ]
    if report.updated > 0 { values["updated"] = .integer(Int64(report.updated)) }
    return .answer(
      Say("files.imported", values),
      data: [
        "added": .integer(Int64(report.added)), "updated": .integer(Int64(report.updated)),
        "unchanged": .integer(Int64(report.unchanged)),
        "problems": .array(
          report.problems.map { ["line": .integer(Int64($0.line)), "sentence": .string($0.sentence)] }),
        "problems_not_listed": .integer(Int64(report.unlisted)),
        "notes": .array(
          report.notes.map { ["line": .integer(Int64($0.line)), "sentence": .string($0.sentence)] }),
      ])
  }
}
