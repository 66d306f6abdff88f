import Base
import Foundation
import Glibc
import Telemetry

@main
enum Program {
  static let version = "0.1.0"

  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    exit(await run(Array(CommandLine.arguments.dropFirst())))
  }

  /// - Returns: the exit code: 0 done, 1 it could not be done, 64 the command line was not understood.
  static func run(_ words: [String]) async -> Int32 {
    do {
      return try await Commands.run(words)
    } catch let error as UsageError {
      complain(error.sentence + " See ./thinnai --help.")
      return 64
    } catch let error as any SpeakingError {
      complain(error.sentence)
      return 1
    } catch {
      complain(Redactor.shared.clean("\(error)"))
      return 1
    }
  }

  static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
  static func complain(_ text: String) { FileHandle.standardError.write(Data(("thinnai: " + text + "\n").utf8)) }
}
