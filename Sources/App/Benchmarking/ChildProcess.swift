import Base
import Foundation
package import Glibc
import Synchronization

/// A program started beside this one, which ends with it at the latest.
package final class ChildProcess: Sendable {
  package let id: pid_t
  private let status = Mutex<Int32?>(nil)

  /// - Parameters:
  ///   - output: a file for standard output, appended to; `nil` throws it away.
  ///   - errors: the same for standard error; may be the same file.
  ///   - input: a file for standard input; nothing can be read when `nil`.
  package init(
    _ path: String, _ arguments: [String], environment: [String: String], output: String? = nil, errors: String? = nil,
    input: String? = nil
  ) throws {
    // A benchmark or a test that is killed takes its children with it, where the system has this helper.
    let helper = "/usr/bin/setpriv"
    let words =
      access(helper, X_OK) == 0 ? [helper, "--pdeathsig", "KILL", path] + arguments : [path] + arguments
    do {
      id = try Spawn.start(
        words, environment: environment,
        streams: (
          input.map(Spawn.Stream.reading) ?? .nothing, output.map(Spawn.Stream.appending) ?? .nowhere,
          errors.map(Spawn.Stream.appending) ?? .nowhere
        ))
    } catch {
      throw BenchmarkError(.notStarted, "\(path) could not be started (\(error)).")
    }
  }

  deinit { if poll() == nil { end(SIGKILL) } }

  /// The exit code, 128 + signal when a signal ended it, or `nil` while it runs.
  @discardableResult
  package func poll() -> Int32? {
    status.withLock { status in
      if let status { return status }
      var raw: Int32 = 0
      guard waitpid(id, &raw, WNOHANG) == id else { return nil }
      status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + (raw & 0x7F)
      return status
    }
  }

  package var isRunning: Bool { poll() == nil }

  package func signal(_ number: Int32) { if poll() == nil { kill(id, number) } }

  /// Waits until it has ended by itself. Blocks the thread.
  package func wait(seconds: Double) -> Int32? {
    let end = Stopwatch.now + seconds
    while Stopwatch.now < end {
      if let code = poll() { return code }
      usleep(1_000)
    }
    return poll()
  }

  /// Signals it, kills it after ten seconds, and waits. Blocks the thread.
  @discardableResult
  package func end(_ number: Int32 = SIGTERM) -> Int32 {
    signal(number)
    if let code = wait(seconds: 10) { return code }
    signal(SIGKILL)
    return wait(seconds: 10) ?? -1
  }

  // MARK: What the kernel knows about it

  /// User and system time so far, in seconds.
  package var cpuSeconds: Double {
    let text = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
    // The name, in parentheses, may hold anything.
    guard let close = text.lastIndex(of: ")") else { return 0 }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// A line of `status` or `smaps_rollup` in kilobytes: `VmRSS`, `VmHWM`, `Rss`, `Pss`.
  package func kilobytes(_ name: String, in file: String = "status") -> Double {
    let text = (try? String(contentsOfFile: "/proc/\(id)/\(file)", encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
      return line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    }
    return 0
  }

  /// Entries of a folder under `/proc/PID`: `fd` or `task`.
  package func count(_ folder: String) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/\(folder)").count) ?? 0
  }
}

/// Seconds on a clock that nobody sets.
package enum Stopwatch {
  package static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

package struct BenchmarkError: SpeakingError {
  package enum Kind: String, Sendable { case notStarted, notReady, failed, socket }
  package let kind: Kind
  package let sentence: String
  package var code: String { "bench.\(kind.rawValue)" }

  package init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}
