import Actions
import Base
import Benchmarking
import Conversation
import Embedding
import Formats
import Foundation
import Knowledge
import People
import Understanding

extension Commands {
  static let bench = Command(
    name: "bench", summary: "Measures speed on this machine and prints JSON.",
    forms: [
      "bench messages [--seconds N] [--peer PYTHON]", "bench idle", "bench understanding",
      "bench embed [--peer PYTHON]", "bench memory [--count N] [--peer PYTHON]", "bench reminders [--reminders N]",
      "bench soak [--minutes N] [--reminders N] [--every SECONDS]", "bench workflows [--count N] [--peer PYTHON]",
      "bench plans",
    ],
    notes: """
        messages   durable messages over loopback, 64 chats, against a stand-in for Telegram; the pacing is lifted
        idle       time to ready, memory and CPU at rest
        understanding  CPU time to read a message: evaluation sentences, a founder's actions, lists of thousands
        embed      time to turn a text of 8 to 256 pieces into numbers, on one thread, as floats and as bytes
        memory     a memory of so many turns (a million by itself): searching, growing, forgetting, on one core; then writing
                   turns and facts durably, and forgetting a person whole
        reminders  people with a reminder each, all due in the same second: how late the last is (ten thousand by itself)
        soak       thousands of reminders over hours, ended every minute, by turns politely and not (two hours by itself)
        workflows  workflows of ten durable steps (ten thousand by itself) at once, then 500 steps a second, then a crash
        plans      how long a goal in words takes to become a workflow
        --peer     a Python with aiogram (messages), onnxruntime, onnx and sentence-transformers (embed), numpy, sqlite-vec and
                   hnswlib (memory) or dbos (workflows): the same is measured with them in the same run
      """, options: ["seconds", "peer", "minutes", "reminders", "every", "count"], words: 1,
    run: { arguments, home in
      let environment = ProcessInfo.processInfo.environment
      let share = try Share.find(home: home, environment: environment).folder
      let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
      func number(_ name: String, _ range: ClosedRange<Int>, _ usual: Int) throws -> Int {
        guard let text = arguments[name] else { return usual }
        guard let value = Int(text), range.contains(value) else {
          throw UsageError("--\(name) takes \(range.lowerBound) to \(range.upperBound).")
        }
        return value
      }
      switch arguments.positional {
      case ["messages"]:
        let result = try await MessagesBenchmark.run(
          binary: binary, share: share, seconds: number("seconds", 1...600, 5), peer: arguments["peer"])
        Program.say(result.text())
      case ["idle"]:
        Program.say(try await IdleBenchmark.run(binary: binary, share: share).text())
      case ["understanding"]:
        let result = try await UnderstandingBenchmark.run {
          try Share.find(home: home, environment: environment).understanding(environment)
        }
        Program.say(result.text())
      case ["embed"]:
        guard let folder = EncoderFiles.find(share: share, home: home, environment: environment) else {
          throw EmbeddingError.absent(EncoderFiles.places(share: share, home: home, environment: environment))
        }
        Program.say(
          try await EmbeddingBenchmark.run(folder: folder, share: share, peer: arguments["peer"]).text())
      case ["memory"]:
        let count = try number("count", 1...20_000_000, 1_000_000)
        let words = try Share.find(home: home, environment: environment).recallWords()
        let folder = EncoderFiles.find(share: share, home: home, environment: environment)
        var result = try await BlockingCall.run("bench memory") {
          try MemoryBenchmark.run(
            count: count, words: words, encoder: folder.map { try SentenceEncoder(folder: $0) }, share: share,
            peer: arguments["peer"])
        }
        let house = HouseFacts(rooms: House.rooms, keepers: House.keepers, personas: PersonaLibrary([]))
        let store = try await MemoryStoreBenchmark.run(migrations: House.migrations, words: words) {
          person, transaction in
          // as the action does: once, and once more to see that nothing is left
          let gone = try MemoryParts.erase(person, house, &transaction)
          _ = try MemoryParts.erase(person, house, &transaction)
          return gone.values.reduce(0, +)
        }
        for member in store.members { result[member.key] = member.value }
        Program.say(JSON.object(result).text())
      case ["reminders"]:
        let result = try await RemindersBenchmark.run(
          binary: binary, share: share, count: number("reminders", 1...100_000, 10_000))
        Program.say(result.text())
      case ["soak"]:
        let result = try await SoakBenchmark.run(
          binary: binary, share: share, minutes: number("minutes", 5...1_440, 120),
          reminders: number("reminders", 1...100_000, 10_000), every: number("every", 5...3_600, 60))
        Program.say(result.text())
      case ["workflows"]:
        let result = try await WorkflowsBenchmark.run(
          share: share, count: number("count", 10...1_000_000, 10_000), migrations: House.migrations,
          peer: arguments["peer"])
        Program.say(result.text())
      case ["plans"]: Program.say(try await plans().text())
      default:
        throw UsageError(
          "bench knows messages, idle, understanding, embed, memory, reminders, soak, workflows and plans.")
      }
      return 0
    })

  /// In a home of its own that goes afterwards.
  private static func plans() async throws -> JSON {
    let name = IDGenerator(clock: SystemClock(), random: SystemRandom()).next()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("thinnai-plans-\(name)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let house = try await House.open(.init(home: folder.path))
    await house.prepare()
    do {
      let result = try await PlansBenchmark.run { goal in
        try await house.conversation.act(
          ActionCall("workflow.plan", ["goal": .string(goal)]), as: house.owner, door: "shell", authority: .full
        ).data["feasible"] == true
      }
      await house.close()
      return result
    } catch {
      await house.close()
      throw error
    }
  }
}
