import HTTP
import Synchronization

/// A server that hears as OpenAI's does: it knows some notes by their bytes, and has its bad days.
final class EarStandIn: HTTPHandler {
  struct Call: Sendable {
    let path: String
    let key: String?
    let form: String
  }
  private struct State {
    var words: [(bytes: [UInt8], words: String)] = []
    var calls: [Call] = []
    var status = 200
    var isHanging = false
  }
  private let state = Mutex(State())
  private let server = Mutex<HTTPServer?>(nil)
  private let port = Mutex(0)

  init() throws {
    let server = try HTTPServer(handler: self)
    let bound = try server.start()
    port.withLock { $0 = bound }
    self.server.withLock { $0 = server }
  }

  var url: String { "http://127.0.0.1:\(port.withLock { $0 })/v1" }
  var calls: [Call] { state.withLock { $0.calls } }
  func knows(_ bytes: [UInt8], as words: String) { state.withLock { $0.words.append((bytes, words)) } }
  /// Answers with this status from now on.
  func answers(_ status: Int) { state.withLock { $0.status = status } }
  /// Answers nothing from now on.
  func hangs(_ isHanging: Bool) { state.withLock { $0.isHanging = isHanging } }
  func stop() async { await server.withLock { $0 }?.stop(graceful: .seconds(1)) }

  func admit(_ head: HTTPRequestHead) -> Admission { .accept(bodyLimit: 32 << 20) }

  func handle(_ request: HTTPRequest) async -> HTTPResponse {
    if request.method == "GET" { return .json(#"{"data":[{"id":"whisper-1"}]}"#) }
    let body = request.body
    let form = String(decoding: body.prefix(600), as: UTF8.self)
    state.withLock {
      $0.calls.append(Call(path: request.path, key: request.headers["Authorization"], form: form))
    }
    while state.withLock({ $0.isHanging }) {
      do { try await Task.sleep(for: .milliseconds(50)) } catch { return .text("", status: 503) }
    }
    let (status, known) = state.withLock { ($0.status, $0.words) }
    guard status == 200 else { return .text("no", status: status) }
    let words = known.first { Self.contains(body, $0.bytes) }?.words ?? ""
    return .json(#"{"text":"\#(words)","segments":[{"start":0,"end":2,"avg_logprob":-0.05}]}"#)
  }

  private static func contains(_ body: [UInt8], _ part: [UInt8]) -> Bool {
    guard body.count >= part.count else { return false }
    return (0...body.count - part.count).contains {
      body[$0] == part[0] && body[$0..<$0 + part.count].elementsEqual(part)
    }
  }
}
