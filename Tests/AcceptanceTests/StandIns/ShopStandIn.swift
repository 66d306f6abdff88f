import Base
import Benchmarking
import Formats
import HTTP
import Synchronization

/// A service as shops have them: it does a thing once for an idempotency key and answers a repeat with what it answered
/// first. It has its bad days.
final class ShopStandIn: HTTPHandler {
  struct Call: Sendable {
    let at: Double
    let path: String
    let key: String
    let body: JSON
    /// Whether it was taken, whatever the caller heard of it.
    let isAccepted: Bool
    /// Whether the caller heard of it rightly, were it alive.
    let isAnswered: Bool
  }

  private struct State {
    var calls: [Call] = []
    var serials: [String: Int] = [:]
  }

  let fates: Fates
  private let state = Mutex(State())
  private let server = Mutex<HTTPServer?>(nil)
  private let port = Mutex(0)

  init(seed: UInt64) throws {
    fates = Fates(seed: seed)
    let server = try HTTPServer(handler: self)
    let bound = try server.start()
    port.withLock { $0 = bound }
    self.server.withLock { $0 = server }
  }

  var url: String { "http://127.0.0.1:\(port.withLock { $0 })/" }
  var calls: [Call] { state.withLock { $0.calls } }
  var acceptedCount: Int { state.withLock { $0.serials.count } }
  /// What it did, by key: the number that every answer under the key holds.
  var serials: [String: Int] { state.withLock { $0.serials } }
  func stop() async { await server.withLock { $0 }?.stop(graceful: .seconds(1)) }

  func admit(_ head: HTTPRequestHead) -> Admission { .accept(bodyLimit: 1 << 20) }

  func handle(_ request: HTTPRequest) async -> HTTPResponse {
    let key = request.headers["Idempotency-Key"] ?? ""
    let body = (try? JSON.parse(request.body)) ?? .null
    let fate = fates.next()
    let isAccepted = [.serve, .dropAfter, .slow].contains(fate)
    let serial = state.withLock { state in
      state.calls.append(
        Call(
          at: Stopwatch.now, path: request.path, key: key, body: body, isAccepted: isAccepted,
          isAnswered: fate != .dropAfter))
      if isAccepted, state.serials[key] == nil { state.serials[key] = state.serials.count + 1 }
      return state.serials[key] ?? 0
    }
    switch fate {
    case .rateLimit: return .text("slow down", status: 429)
    case .serverError: return .text("a bad day", status: 503)
    case .dropBefore, .dropAfter: return .brokenOff
    case .serve, .slow:
      let answer = HTTPResponse.json((["serial": .integer(Int64(serial))] as JSON).bytes())
      return fate == .slow ? answer.trickled() : answer
    }
  }
}
