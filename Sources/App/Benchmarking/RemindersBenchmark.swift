import Base
package import Formats
import Foundation
import Glibc
import HTTP
import Store

/// `thinnai bench reminders`: thousands of people, each with a reminder due in the very same second, on the real clock.
///
/// What it shows: how late the last of them was claimed and stood in the outbox, and how late it was told.
package enum RemindersBenchmark {
  /// Requests under way at once while the people are added.
  private static let workers = 16

  package static func run(binary: String, share: String, count: Int = 10_000) async throws -> JSON {
    signal(SIGPIPE, SIG_IGN)
    let (listener, api) = try Socket.listen()
    defer { close(listener) }
    let home = try BenchmarkHome(binary: binary, share: share, api: api)
    let server = try await aside {
      try home.addPeople(0)
      let server = try home.start(["serve"])
      try home.waitUntilReady(server, since: Stopwatch.now)
      return server
    }
    try await addPeople(count, home)
    let reminders = try await aside { try remind(count, home, listener) }
    guard server.end() == 0 else { throw BenchmarkError(.failed, "The server did not end cleanly.") }
    return try await report(reminders, home)
  }

  private static func addPeople(_ count: Int, _ home: BenchmarkHome) async throws {
    let client = try HTTPClient()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<workers {
        group.addTask {
          for number in stride(from: worker, to: count, by: workers) {
            let person: JSON = [
              "name": .string("Person \(number)"), "persona": "founder", "language": "en", "zone": "Asia/Kolkata",
              "telegram": .string(String(LoadLoop.firstChat + number)),
            ]
            var request = HTTPClientRequest.post(
              "http://localhost/api/v1/actions/people.add?confirmed=true", json: person.bytes())
            request.unixSocketPath = home.socket
            let answer = try await client.send(request)
            guard answer.status == 200 else {
              let why = String(decoding: answer.body.prefix(200), as: UTF8.self)
              throw BenchmarkError(.failed, "A person was refused: \(answer.status) \(why)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    await client.stop()
  }

  /// Asks for all of them, then waits until they are told.
  private static func remind(
    _ count: Int, _ home: BenchmarkHome, _ listener: Int32
  ) throws -> [SoakPlatform.Reminder] {
    let platform = SoakPlatform(port: home.port, listener: listener)
    // the first full minute by which the slowest machine has asked for them all
    let wall = time(nil)
    let due = (wall + count / 100 + 30) / 60 * 60 + 60
    let end = Stopwatch.now + Double(due - wall)
    // people of Kolkata: five hours and a half east
    let minute = (due + 19_800) / 60 % 1_440
    let (hour, half) = ((minute / 60 + 11) % 12 + 1, minute < 720 ? "am" : "pm")
    let moment = "at \(hour):\(minute % 60 < 10 ? "0" : "")\(minute % 60) \(half)"
    for number in 0..<count {
      try platform.ask(chat: LoadLoop.firstChat + number, when: moment, due: end)
    }
    while Stopwatch.now < end - 2 { try platform.serve(seconds: 0.2) }
    let confirmed = platform.reminders.count(where: \.isConfirmed)
    guard confirmed == count else {
      throw BenchmarkError(.failed, "Only \(confirmed) of \(count) were set in time: try fewer with --reminders.")
    }
    while Stopwatch.now < end + 120, platform.reminders.contains(where: \.told.isEmpty) {
      try platform.serve(seconds: 0.2)
    }
    return platform.reminders
  }

  private static func report(_ reminders: [SoakPlatform.Reminder], _ home: BenchmarkHome) async throws -> JSON {
    let stored = try await SQLiteDatabase.inspect(home.store) { reader in
      try reader.query(
        """
        SELECT o.created_at - f.due_at FROM reminder_fires f
        JOIN outbox o ON o.tenant = f.tenant AND o.dedupe_key = 'reminder.' || f.id || '.1' ORDER BY 1
        """
      ) { Double($0.integer(0)) / 1_000_000 }
    }
    let told = reminders.compactMap { reminder in reminder.told.first.map { $0 - reminder.due } }.sorted()
    func share(_ late: [Double], _ part: Double) -> JSON {
      late.isEmpty ? .null : MessagesBenchmark.rounded(late[Int(part * Double(late.count - 1))], 2)
    }
    return [
      "reminders": .integer(Int64(reminders.count)), "in_outbox": .integer(Int64(stored.count)),
      "missing": .integer(Int64(reminders.count { $0.told.isEmpty })),
      "told_twice": .integer(Int64(reminders.count { $0.told.count > 1 })),
      "in_outbox_p50_s": share(stored, 0.5), "in_outbox_most_s": share(stored, 1), "told_p50_s": share(told, 0.5),
      "told_most_s": share(told, 1),
    ]
  }
}
