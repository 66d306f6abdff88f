import Base
import Benchmarking
import Embedding
import Formats
import Foundation
import Recall

extension Commands {
  static let memory = Command(
    name: "memory", summary: "Shows, erases and measures what is remembered.",
    forms: [
      "memory export [--person NAME] [--markdown] [--out FILE]", "memory erase --person NAME [--yes] [--json]",
      "memory bench-retrieval --data FILE.jsonl [--results OUT.jsonl] [--json]",
    ],
    notes: """
        export           all that is remembered of a person (of the owner without --person) as JSON; --markdown: to read
        erase            removes it, proves that nothing is left and overwrites what deleted rows leave behind; --json
                         prints what went from which part. Docs/memory.md says what belongs to it.
        bench-retrieval  how well the turns that answer a question are found again (Docs/decisions/0024-recall.md has
                         the format of a line); --results takes the ids of the best twenty for each question
      """, flags: ["markdown", "yes"], options: ["person", "out", "data", "results"], words: 1,
    run: { arguments, home in
      switch arguments.positional {
      case ["export"]: return try await exportMemory(arguments, home)
      case ["erase"]: return try await eraseMemory(arguments, home)
      case ["bench-retrieval"]: Program.say(try await benchRetrieval(arguments, home))
      default: throw UsageError("Write memory export, erase or bench-retrieval.")
      }
      return 0
    })

  private static func benchRetrieval(_ arguments: Arguments, _ home: String) async throws -> String {
    guard let data = arguments["data"] else { throw UsageError("--data needs a file.") }
    let environment = ProcessInfo.processInfo.environment
    let share = try Share.find(home: home, environment: environment)
    let words = try share.recallWords()
    let folder = EncoderFiles.find(share: share.folder, home: home, environment: environment)
    if folder == nil {
      Program.complain("The sentence encoder's weights are not here (see doctor): words alone decide.")
    }
    let results = arguments["results"]
    return try await BlockingCall.run("bench recall") {
      try RetrievalBenchmark.run(
        data: data, words: words, encoder: folder.map { try SentenceEncoder(folder: $0) }, results: results
      ).text()
    }
  }
}
