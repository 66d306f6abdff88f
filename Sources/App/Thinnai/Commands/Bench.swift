import Base
import Benchmarking
import Formats
import Foundation

extension Commands {
  static let bench = Command(
    name: "bench", summary: "Measures speed on this machine and prints JSON.",
    forms: ["bench messages [--seconds N] [--peer PYTHON]", "bench idle", "bench understanding"],
    notes: """
        messages   durable messages over loopback, 64 chats, against a stand-in for Telegram; the pacing is lifted
        idle       time to ready, memory and CPU at rest
        understanding  CPU time to read a message: evaluation sentences, a founder's actions, lists of thousands
        --peer     a Python with aiogram: the same is measured with it in the same run
      """, options: ["seconds", "peer"], words: 1,
    run: { arguments, home in
      let environment = ProcessInfo.processInfo.environment
      let share = try Share.find(home: home, environment: environment).folder
      let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
      switch arguments.positional {
      case ["messages"]:
        guard let seconds = Int(arguments["seconds"] ?? "5"), (1...600).contains(seconds) else {
          throw UsageError("--seconds takes 1 to 600.")
        }
        let result = try await MessagesBenchmark.run(
          binary: binary, share: share, seconds: seconds, peer: arguments["peer"])
        Program.say(result.text())
      case ["idle"]:
        Program.say(try await IdleBenchmark.run(binary: binary, share: share).text())
      case ["understanding"]:
        Program.say(try await UnderstandingBenchmark.run(share: share, cache: House.cache(environment)).text())
      default: throw UsageError("bench knows messages, idle and understanding.")
      }
      return 0
    })
}
