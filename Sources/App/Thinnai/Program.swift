import Base
import Formats
import Foundation
import Glibc
import Telemetry

@main
enum Program {
  static let version = "0.1.0"

  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    let code = await run(Array(words.dropFirst()))
    fflush(nil)
    // `exit` would let libraries free what threads that are just ending still free: seen as a double free after the work
    _exit(code)
  }

  /// The command line as the kernel has it: what Swift finds from the environment is lost when a preloaded library has
  /// moved that.
  private static var words: [String] {
    guard let bytes = FileManager.default.contents(atPath: "/proc/self/cmdline"), bytes.last == 0 else {
      return CommandLine.arguments
    }
    return bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// - Returns: the exit code: 0 done, 1 it could not be done, 64 the command line was not understood, 74 the output
  ///   could not be written, 141 nobody reads it any more (as after SIGPIPE).
  static func run(_ words: [String]) async -> Int32 {
    do {
      let code = try await Commands.run(words)
      switch StandardOutput.error {
      case 0: return code
      case EPIPE: return 141
      case let error:
        complain("The output could not be written: \(String(cString: strerror(error))).")
        return 74
      }
    } catch let error as UsageError {
      complain("\(error.sentence) See ./thinnai \(error.command.map { $0 + " " } ?? "")--help.")
      return 64
    } catch let error as any SpeakingError {
      if asksForJSON(words) { say(errorJSON(error)) }
      complain(error.sentence)
      return 1
    } catch {
      complain(Redactor.shared.clean("\(error)"))
      return 1
    }
  }

  /// Who reads JSON finds the error there as well, on the standard output; `repl` has lines of answers there alone.
  private static func asksForJSON(_ words: [String]) -> Bool {
    words.first != "repl" && words.prefix { $0 != "--" }.contains("--json")
  }

  /// An error as the API tells it: `{"error":{"code","sentence","field"?}}`.
  static func errorJSON(_ error: any SpeakingError) -> String {
    var object: JSONObject = ["code": .string(error.code), "sentence": .string(error.sentence)]
    if let field = error.field { object["field"] = .string(field) }
    return (["error": .object(object)] as JSON).text()
  }

  static func say(_ text: String) { StandardOutput.say(text) }
  static func complain(_ text: String) { _ = StandardOutput.write("thinnai: \(text)\n", to: STDERR_FILENO) }
}
