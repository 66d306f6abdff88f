import Base
import Foundation
import Glibc
package import Redis

/// A real `redis-server` on a socket in a folder of its own; it goes with whoever holds it.
package final class RedisServer: Sendable {
  package static let program = "/usr/bin/redis-server"
  package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

  package let client: RedisClient
  private let folder: TestFolder
  private let process: pid_t

  package init() async throws {
    folder = try TestFolder("redis")
    let socket = folder.path + "/s"
    guard let place = RedisClient.Place("unix://" + socket) else {
      throw RedisError(kind: .unreachable, sentence: "The socket's path is none.")
    }
    client = RedisClient(place)
    // Foundation's `Process.run` was seen to end the tests with a bad pointer while other threads were busy
    process = try Spawn.start(
      [
        Self.program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder.path,
        "--logfile", folder.path + "/log", "--daemonize", "no",
      ], environment: ["PATH": "/usr/bin:/bin"], streams: (.nothing, .nowhere, .nowhere), keepsFiles: false)
    for _ in 0..<500 {
      if (try? await client.run("PING")) != nil { return }
      try await SystemClock().sleep(for: .milliseconds(10))
    }
    throw RedisError(kind: .unreachable, sentence: "redis-server did not start.")
  }

  // it may have inherited that we ignore gentler signals
  deinit {
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }
}
