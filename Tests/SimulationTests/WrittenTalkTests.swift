import Actions
import Care
import Conversation
import Desk
import Directory
import Energy
import Foundation
import Knowledge
import Operations
import Reminders
import RoomTesting
import Synchronization
import Testing
import Trading
import Understanding
import Web
import Workflows

/// The talks of `Fixtures/conversations`, each with a whole house of its own. Docs/conversations.md tells the format.
///
/// `THINNAI_TALKS=elder/tablet` plays only the files whose path holds these words, and prints how they went;
/// `THINNAI_TALKS_SORT=1` moves files into `wanted/`, with what went otherwise as the reason, and out of it.
@Suite("Conversations")
struct WrittenTalkTests {
  static let folder = "Fixtures/conversations"
  private static let only = ProcessInfo.processInfo.environment["THINNAI_TALKS"]
  private static let workers = 2

  static let rooms: [Room] = [
    AssistantRoom.room, Knowledge.room, VoiceRoom.room, PeopleRoom.room, Reminders.room, Care.room, Desk.room,
    Trading.room,
    DirectoryRoom.room, EnergyRoom.room, WebRoom.room, Workflows.room, OperationsRoom.room,
  ]

  /// What came of one file.
  private struct Played: Sendable {
    var file: String
    /// Why it is in `wanted/`.
    var reason: String?
    var findings: [String]
    var log: [String]

    /// Moves the file to where it belongs.
    func sort() {
      let wanted = WrittenTalkTests.folder + "/wanted/"
      let isWanted = file.hasPrefix(wanted)
      guard isWanted == findings.isEmpty else { return }
      let from = RoomHarness.share + "/" + file
      let to =
        RoomHarness.share + "/"
        + (isWanted
          ? file.replacing(wanted, with: WrittenTalkTests.folder + "/")
          : file.replacing(WrittenTalkTests.folder + "/", with: wanted))
      var lines =
        (try? String(contentsOfFile: from, encoding: .utf8))?.split(
          separator: "\n", omittingEmptySubsequences: false) ?? []
      lines.removeAll { $0.hasPrefix("reason:") }
      if !isWanted, let place = lines.firstIndex(where: { $0.hasPrefix("persona:") }) {
        let why = findings[0].replacing(file + ":", with: "line ").prefix(240)
          .replacing("\\", with: "").replacing("\"", with: "'").replacing("\n", with: " ")
        lines.insert("reason: \"\(why)\"", at: place + 1)
      }
      let folder = URL(fileURLWithPath: to).deletingLastPathComponent()
      try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      guard (try? lines.joined(separator: "\n").write(toFile: to, atomically: true, encoding: .utf8)) != nil else {
        return
      }
      try? FileManager.default.removeItem(atPath: from)
    }
  }

  @Test(
    "go as they are written; those that are still wanted do not, each for a reason",
    .enabled(if: TrainedUnderstanding.hasEncoder, "the sentence encoder is not there; ./thinnai test fetches it"))
  func talks() async throws {
    let files = try Self.files()
    let mind = try Mind.shipped(await TrainedUnderstanding.asShipped())
    let work = Work(files, mind)
    await withDiscardingTaskGroup { group in
      for _ in 0..<Self.workers { group.addTask { await work.run() } }
    }
    report(work.played.sorted { $0.file < $1.file })
  }

  /// The files, each of which one of several workers takes.
  private final class Work: Sendable {
    private let files: [String]
    private let mind: Mind
    private let state = Mutex((next: 0, played: [Played]()))

    init(_ files: [String], _ mind: Mind) { (self.files, self.mind) = (files, mind) }

    var played: [Played] { state.withLock { $0.played } }

    func run() async {
      while let file = take() {
        let one = await WrittenTalkTests.play(file, mind)
        state.withLock { $0.played.append(one) }
      }
    }

    private func take() -> String? {
      state.withLock { state in
        guard state.next < files.count else { return nil }
        state.next += 1
        return files[state.next - 1]
      }
    }
  }

  private func report(_ played: [Played]) {
    if ProcessInfo.processInfo.environment["THINNAI_TALKS_SORT"] != nil { for one in played { one.sort() } }
    var passing = 0
    for one in played {
      if Self.only != nil { print("\n\(one.file)\n\(one.log.joined(separator: "\n"))") }
      let isWanted = one.file.hasPrefix(Self.folder + "/wanted/")
      switch (isWanted, one.reason, one.findings.isEmpty) {
      case (true, nil, _): Issue.record("\(one.file):1: what is wanted needs a “reason”")
      case (true, _, true): Issue.record("\(one.file):1: it goes as it is written: move it out of wanted/")
      case (true, let reason?, false):
        // the reason may have been mended since
        print("wanted: \(one.file): \(Self.only == nil ? reason : one.findings[0])")
      case (false, _?, _): Issue.record("\(one.file):1: only what is in wanted/ has a “reason”")
      case (false, nil, true): passing += 1
      case (false, nil, false): Issue.record("\n\(one.findings.joined(separator: "\n"))")
      }
    }
    print("conversations: \(passing) of \(played.count) go as they are written")
  }

  private static func play(_ file: String, _ mind: Mind) async -> Played {
    do {
      let text = try String(contentsOfFile: RoomHarness.share + "/" + file, encoding: .utf8)
      let written = try WrittenTalk(text, name: file)
      let (findings, log) = try await OwnThread.run {
        let player = try TalkPlayer(written, rooms: rooms, mind: mind)
        let findings = player.play().map(\.description)
        return (findings, player.log)
      }
      return Played(file: file, reason: written.reason, findings: findings, log: log)
    } catch {
      return Played(file: file, reason: nil, findings: ["\(file): \(error)"], log: [])
    }
  }

  private static func files() throws -> [String] {
    let root = RoomHarness.share + "/" + folder
    let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".yaml") }.map { folder + "/" + $0 }.filter { path in
      only.map { path.contains($0) } ?? true
    }.sorted()
  }
}
