import Base
import Glibc
import Synchronization
import Telemetry

@main
enum Program {
  static let version = "0.1.0"
  /// Why standard output could not be written, as an error number; 0 while all is well.
  private static let outputError = Atomic<Int32>(0)

  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    exit(await run(Array(CommandLine.arguments.dropFirst())))
  }

  /// - Returns: the exit code: 0 done, 1 it could not be done, 64 the command line was not understood, 74 the output
  ///   could not be written, 141 nobody reads it any more (as after SIGPIPE).
  static func run(_ words: [String]) async -> Int32 {
    do {
      let code = try await Commands.run(words)
      switch outputError.load(ordering: .relaxed) {
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
      complain(error.sentence)
      return 1
    } catch {
      complain(Redactor.shared.clean("\(error)"))
      return 1
    }
  }

  static func say(_ text: String) {
    guard outputError.load(ordering: .relaxed) == 0 else { return }
    let error = write(text + "\n", to: STDOUT_FILENO)
    if error != 0 { outputError.store(error, ordering: .relaxed) }
  }

  static func complain(_ text: String) { _ = write("thinnai: \(text)\n", to: STDERR_FILENO) }

  /// - Returns: 0, or the error number.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count >= 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        } else if errno == EAGAIN {
          var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&ready, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
