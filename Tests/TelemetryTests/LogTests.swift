import Base
import Formats
import Synchronization
import Testing

@testable import Telemetry

/// Keeps what a sink writes.
final class Lines: Sendable {
  fileprivate let bytes = Mutex<[UInt8]>([])
  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  var all: [JSON] { text.split(separator: "\n").compactMap { try? JSON.parse(String($0)) } }

  func sink(level: LogLevel = .info, capacity: Int = 1 << 20, redactor: Redactor = Redactor()) -> LogSink {
    LogSink(clock: FixedClock(Instant(seconds: 1_795_248_000)), redactor: redactor, level: level, capacity: capacity) {
      new in self.bytes.withLock { $0.append(contentsOf: new) }
    }
  }
}

@Suite struct LogTests {
  @Test func writesOneObjectALine() async throws {
    let lines = Lines()
    let sink = lines.sink()
    let log = Log("inbox", to: sink)
    Trace.with("m-1") {
      log.info("Message stored", ["inbox.id": .text("a\nb"), "inbox.size": 12, "inbox.again": false])
    }
    await Trace.with("m-2") {
      await Task { log.error("Went wrong", ["error": .error(DataFileError(file: "x", line: 2, expected: "y"))]) }.value
    }
    log.debug("Not written")
    sink.flush()
    #expect(lines.all.count == 2)
    #expect(
      lines.all[0] == [
        "time": "2026-11-21T08:00:00.000Z", "level": "info", "room": "inbox", "message": "Message stored",
        "trace": "m-1", "inbox.id": "a\nb", "inbox.size": 12, "inbox.again": false,
      ])
    #expect(lines.all[1]["trace"] == "m-2")
    #expect(lines.all[1]["error"] == "data.invalid: x, line 2: y")
  }

  @Test func hidesSecretsAndMasksPeople() throws {
    let lines = Lines()
    let redactor = Redactor()
    #expect(redactor.register("hunter\"2=ü"))
    #expect(!redactor.register("ab"))
    let sink = lines.sink(redactor: redactor)
    let token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
    Log("http", to: sink).info(
      "Called",
      [
        "url": "https://api.telegram.org/bot\(token)/sendMessage?access_token=abc123&x=1",
        "header": "Authorization: bearer eyJhbGciOi.J9-x_y", "query": "p=hunter%222%3D%C3%BC", "plain": "hunter\"2=ü",
        "phone": .personal("+91 98765 43210"), "name": .personal("Meena"), "mail": .personal("meena@example.org"),
        "sneaky": "a\u{202E}b\u{85}",
      ])
    sink.flush()
    let line = try #require(lines.all.first)
    #expect(line["url"] == "https://api.telegram.org/bot***/sendMessage?access_token=***&x=1")
    #expect(line["header"] == "Authorization: bearer ***")
    #expect(line["query"] == "p=***")
    #expect(line["plain"] == "***")
    #expect(line["phone"] == "***10")
    #expect(line["name"] == "M***")
    #expect(line["mail"] == "***@example.org")
    #expect(lines.text.contains("a\\u202eb\\u0085"))
  }

  @Test func leavesOrdinaryTextAlone() {
    let redactor = Redactor()
    let text = #"{"time":"2026-11-21T08:00:00.000Z","text":"basic 12:30 bear தமிழ் 😀 1234567:short total=5"}"#
    #expect(redactor.clean(text) == text)
  }

  @Test func aFullBufferDropsAndSaysSo() {
    let lines = Lines()
    let gate = Mutex<Void>(())
    let sink = LogSink(redactor: Redactor(), capacity: 4_096) { bytes in
      gate.withLock { _ in lines.append(bytes) }
    }
    let log = Log("x", to: sink)
    gate.withLock { _ in for _ in 0..<500 { log.info("A line that takes its place in the buffer") } }
    sink.flush()
    log.info("Last")
    sink.flush()
    let dropped = lines.all.compactMap { $0["log.dropped"].int }.reduce(0, +)
    let kept = lines.all.count { $0["room"] == "x" }
    #expect(dropped > 0)
    #expect(kept + dropped == 501)
  }

  @Test func aSinkThatIsLetGoWritesWhatItHas() {
    let lines = Lines()
    do {
      let sink = lines.sink()
      Log("x", to: sink).notice("Once")
    }
    #expect(lines.all.count == 1)
  }
}

extension Lines {
  func append(_ new: UnsafeRawBufferPointer) { bytes.withLock { $0.append(contentsOf: new) } }
}
