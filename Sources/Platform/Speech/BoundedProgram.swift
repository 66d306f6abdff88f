import Base
import CLinux
import Glibc
import Synchronization

/// A program of this machine that is given bytes and gives bytes back. It may hang, swallow all memory or be made to
/// misbehave by a hostile file: it is bounded in time, memory and output, gets no network address, no file and no
/// environment of ours, and ends with us.
struct BoundedProgram: Sendable {
  /// Of running time; half as much again of computing, should it have several threads.
  var seconds = 20
  var memory = 1 << 30
  var output = 16 << 20
  /// For files of its own, where they are larger than what it gives.
  var scratch = 0
  /// To give nothing is no failure.
  var mayBeSilent = false
  let path: String
  let arguments: [String]

  init(_ name: String, _ arguments: [String], folder: String = "/usr/bin") {
    path = folder + "/" + name
    self.arguments = arguments
  }

  var isInstalled: Bool { access(path, X_OK) == 0 }

  /// So many run at once; the machine has other work.
  private static let places: WorkQueue<Int> = {
    let places = WorkQueue<Int>()
    for place in 0..<2 { places.push(place) }
    return places
  }()

  /// - Throws: `SpeechError`; `CancellationError` when the task was cancelled, which ends the program.
  func run(_ input: [UInt8]) async throws -> [UInt8] {
    guard isInstalled else { throw SpeechError(.notInstalled, "\(path) is not installed.") }
    guard let place = await Self.places.next() else { throw CancellationError() }
    defer { Self.places.push(place) }
    let child = Child()
    let program = self
    return try await withTaskCancellationHandler {
      try Task.checkCancellation()
      do { return try await BlockingCall.run("speech") { try program.perform(input, child) } } catch {
        try Task.checkCancellation()
        throw error
      }
    } onCancel: {
      child.end()
    }
  }

  /// The running process, as long as its number is its own.
  private final class Child: Sendable {
    private let state = Mutex<(process: pid_t?, isEnded: Bool)>((nil, false))

    /// - Returns: false when it is to end before it began.
    func began(_ process: pid_t) -> Bool {
      state.withLock { state in
        state.process = process
        return !state.isEnded
      }
    }
    func end() {
      state.withLock { state in
        state.isEnded = true
        if let process = state.process { kill(process, SIGKILL) }
      }
    }
    /// Reaps it; from here on the number may be another's.
    func reap(_ process: pid_t) -> Int32 {
      var facts = siginfo_t()
      // waits without giving the number free, then gives it free where nobody can signal it
      while waitid(P_PID, id_t(process), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      return state.withLock { state in
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        state.process = nil
        return status
      }
    }
  }

  private func perform(_ input: [UInt8], _ child: Child) throws -> [UInt8] {
    let (given, taken) = (try memoryFile(), try memoryFile())
    defer { for file in [given, taken] { close(file) } }
    try write(input, to: given)
    let process = try spawn(given, taken)
    if !child.began(process) { child.end() }
    let handle = th_pidfd_open(process, 0)
    var isLate = false
    if handle >= 0 {
      var watched = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
      isLate = poll(&watched, 1, Int32(seconds * 1_000)) == 0
      close(handle)
    }
    // without the handle the limit of computing time has to do
    if isLate { child.end() }
    let status = child.reap(process)
    guard !isLate else { throw SpeechError(.failed, "\(path) took longer than \(seconds) seconds.") }
    guard status == 0 else { throw SpeechError(.failed, "\(path) failed (\(status)).") }
    return try read(taken)
  }

  private func memoryFile() throws -> Int32 {
    let file = th_memory_file("speech")
    guard file >= 0 else { throw SystemCallError("memfd_create") }
    return file
  }

  private func write(_ bytes: [UInt8], to file: Int32) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress?.advanced(by: done), $0.count - done) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemCallError("write") }
      done += count
    }
    lseek(file, 0, SEEK_SET)
  }

  private func read(_ file: Int32) throws -> [UInt8] {
    let size = Int(lseek(file, 0, SEEK_END))
    if size == 0, mayBeSilent { return [] }
    guard size > 0, size <= output else { throw SpeechError(.failed, "\(path) gave nothing, or too much.") }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, size, 0) }
    guard count == size else { throw SystemCallError("pread") }
    return bytes
  }

  private func spawn(_ input: Int32, _ output: Int32) throws -> pid_t {
    let helpers = [
      ("/usr/bin/setpriv", ["--pdeathsig", "KILL", "--no-new-privs"]),
      (
        "/usr/bin/prlimit",
        [
          "--as=\(memory)", "--cpu=\(seconds + seconds / 2)", "--fsize=\(max(self.output, scratch))", "--nofile=64",
          "--core=0",
        ]
      ),
    ]
    let words =
      helpers.filter { access($0.0, X_OK) == 0 }.flatMap { [$0.0] + $0.1 } + [path] + arguments
    return try Spawn.start(
      words, environment: ["LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"],
      streams: (.open(input), .open(output), .nowhere), keepsFiles: false)
  }
}
