import Base
import Foundation
package import Redis

/// A real `redis-server` on a socket in a folder of its own; it goes with whoever holds it.
package final class RedisServer: Sendable {
  package static let program = "/usr/bin/redis-server"
  package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

  package let client: RedisClient
  private let folder: TestFolder
  private let process: Process

  package init() async throws {
    folder = try TestFolder("redis")
    let socket = folder.path + "/s"
    guard let place = RedisClient.Place("unix://" + socket) else {
      throw RedisError(kind: .unreachable, sentence: "The socket's path is none.")
    }
    client = RedisClient(place)
    process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = [
      "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder.path, "--logfile",
      folder.path + "/log", "--daemonize", "no",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    // whoever runs the tests waits until nobody holds its error stream any more
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<500 {
      if (try? await client.run("PING")) != nil { return }
      try await SystemClock().sleep(for: .milliseconds(10))
    }
    throw RedisError(kind: .unreachable, sentence: "redis-server did not start.")
  }

  // it may have inherited that we ignore gentler signals
  deinit { kill(process.processIdentifier, SIGKILL) }
}
