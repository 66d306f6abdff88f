import CLinux
import Glibc

/// Starts programs beside this one.
package enum Spawn {
  /// Where one of the standard streams of a program goes or comes from.
  package enum Stream: Sendable {
    /// A file that is read from its beginning.
    case reading(String)
    /// A file that is written to at its end, made where there is none.
    case appending(String)
    /// An open file of ours.
    case open(Int32)

    package static let nowhere = Stream.appending("/dev/null")
    package static let nothing = Stream.reading("/dev/null")
  }

  /// - Parameters:
  ///   - words: the program's path and its arguments.
  ///   - streams: standard input, output and error, in this order.
  ///   - keepsFiles: whether the program gets our other open files too (those that are not closed by themselves).
  /// - Returns: the process, which the caller reaps.
  /// - Throws: `SystemCallError`.
  package static func start(
    _ words: [String], environment: [String: String], streams: (Stream, Stream, Stream), keepsFiles: Bool = true
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in [(Int32(0), streams.0), (1, streams.1), (2, streams.2)] {
      switch stream {
      case .reading(let path): posix_spawn_file_actions_addopen(&actions, number, path, O_RDONLY, 0)
      case .appending(let path):
        posix_spawn_file_actions_addopen(&actions, number, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      case .open(let file): posix_spawn_file_actions_adddup2(&actions, file, number)
      }
    }
    if !keepsFiles { _ = th_spawn_close_from(&actions, 3) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Our ignored and blocked signals must not be inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let pairs = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = pairs.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, words[0], &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw SystemCallError("posix_spawn", code) }
    return child
  }
}
