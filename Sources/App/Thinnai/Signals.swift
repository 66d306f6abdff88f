import Base
import Foundation
import Glibc
import Synchronization

/// Where the signal handler writes; a C handler can reach only a global.
private let signalPipe = Atomic<Int32>(-1)

private func noteSignal(_ number: Int32) {
  var byte = UInt8(truncatingIfNeeded: number)
  // `write` is all that a signal handler may do here
  _ = write(signalPipe.load(ordering: .relaxed), &byte, 1)
}

/// Waits for SIGINT or SIGTERM.
final class Signals: Sendable {
  private let arrived = WorkQueue<Int32>(limit: 8)

  init() {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return }
    signalPipe.store(ends[1], ordering: .relaxed)
    let (readEnd, arrived) = (ends[0], arrived)
    let thread = Thread {
      var byte: UInt8 = 0
      while read(readEnd, &byte, 1) == 1 { arrived.push(Int32(byte)) }
    }
    thread.name = "th-signals"
    thread.start()
    for number in [SIGINT, SIGTERM] { signal(number, noteSignal) }
  }

  func wait() async { _ = await arrived.next() }
}
