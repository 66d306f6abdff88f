package import Formats
package import HTTP
import Synchronization

/// A network that lives in memory: answers come from a script, then from a rule; what was asked is kept.
package final class MemoryTransport: HTTPTransport {
  package enum Step: Sendable {
    case answer(HTTPClientResponse)
    case fail(HTTPClientError.Kind, HTTPClientError.Outcome)

    package static func json(_ json: JSON, status: Int = 200, headers: HTTPHeaders = [:]) -> Step {
      .answer(HTTPClientResponse(status: status, headers: headers, body: json.bytes()))
    }
  }
  private struct State {
    var steps: [Step]
    var requests: [HTTPClientRequest] = []
  }
  private let state: Mutex<State>
  private let rule: @Sendable (HTTPClientRequest) -> Step

  /// - Parameter rule: answers when the steps are used up.
  package init(_ steps: [Step] = [], then rule: @escaping @Sendable (HTTPClientRequest) -> Step) {
    state = Mutex(State(steps: steps))
    self.rule = rule
  }

  package func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    let step = state.withLock { state -> Step in
      state.requests.append(request)
      return state.steps.isEmpty ? rule(request) : state.steps.removeFirst()
    }
    switch step {
    case .answer(let response): return response
    case .fail(let kind, let outcome):
      throw HTTPClientError(kind: kind, outcome: outcome, sentence: "The place did not answer.")
    }
  }

  package var requests: [HTTPClientRequest] { state.withLock { $0.requests } }
  /// The bodies as JSON, `null` where a body is none.
  package var bodies: [JSON] { requests.map { (try? JSON.parse($0.body ?? [])) ?? .null } }
}
