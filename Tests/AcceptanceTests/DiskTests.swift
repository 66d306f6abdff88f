import Base
import Benchmarking
import Formats
import Foundation
import Glibc
import HTTP
import RoomTesting
import Testing

/// A small real file system that fills up.
final class SmallDisk: Sendable {
  private let place: TestFolder
  var path: String { place.path }

  /// Whether this user may mount one; tried once.
  static let isPossible: Bool = {
    guard geteuid() == 0, let disk = try? SmallDisk(megabytes: 1) else { return false }
    return access(disk.path, W_OK) == 0
  }()

  init(megabytes: Int) throws {
    place = try TestFolder("disk")
    let path = place.path
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,mode=0700") == 0 else {
      throw PorchError(text: "tmpfs cannot be mounted: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    // Detached at once, freed when the last file in it is closed.
    umount2(path, 2)
  }

  /// Takes the space that is left, but for some kilobytes.
  func fill(leaving kilobytes: Int) throws {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return }
    let free = Int(status.f_bavail) * Int(status.f_bsize)
    let count = max(0, free - kilobytes * 1_024)
    try Data(count: count).write(to: URL(fileURLWithPath: path + "/filler"))
  }

  func empty() { unlink(path + "/filler") }
}

extension AcceptanceTests {
  @Suite(
    "A full disk", .enabled(if: SmallDisk.isPossible, "mounting a small tmpfs needs root and the right to mount"),
    .timeLimit(.minutes(3)))
  struct DiskTests {
    @Test("nothing accepted is lost, the doors answer 503, and it heals when space returns")
    func full() async throws {
      let disk = try SmallDisk(megabytes: 32)
      let telegram = try TelegramStandIn()
      let porch = try Porch(telegram: telegram, environment: ["THINNAI_HOME": disk.path + "/home"])
      let added = try await porch.run(
        "people", "add", "Ravi", "--persona", "founder", "--telegram", "31", "--zone", "Asia/Kolkata")
      try #require(added.code == 0, "\(added)")
      try await porch.start()
      #expect(try await porch.deliver(Telegram.text("add expense 1000 rupees for tea", from: 31, update: 1)) == 200)
      #expect(await eventually { telegram.sent(to: 31).count == 1 })
      try disk.fill(leaving: 64)
      var accepted = [1_000]
      var refused = 0
      // Until the doors refuse; what they accepted on the way counts.
      for index in 1..<3_000 where refused < 3 {
        let status = try await porch.deliver(
          Telegram.text("add expense \(1_000 + index) rupees for tea", from: 31, update: 1 + index))
        if status == 200 {
          accepted.append(1_000 + index)
        } else {
          #expect(status == 503, "\(status)")
          refused += 1
        }
      }
      #expect(refused == 3, "the disk never got full")
      #expect(porch.process?.isRunning == true)
      #expect(try await porch.get("/healthz").status == 200)
      #expect(await eventually(10) { (try? await porch.get("/readyz").status) == 503 })
      disk.empty()
      // It recovers by itself, without anybody starting it again.
      let healed = try await eventually(30) {
        try await porch.deliver(Telegram.text("add expense 9000 rupees for tea", from: 31, update: 9_000)) == 200
      }
      #expect(healed)
      accepted.append(9_000)
      let wanted = accepted.count
      await eventually(30) { telegram.sent(to: 31).count >= wanted }
      let words = telegram.sent(to: 31).map { $0.text.replacing(",", with: "") }
      let answered = accepted.filter { amount in words.contains { $0.contains("\(amount)") } }
      #expect(answered == accepted, "accepted, then never answered: \(Set(accepted).subtracting(answered).sorted())")
      #expect(telegram.sent(to: 31).count == wanted)
      #expect(await porch.stop() == 0)
    }
  }
}
