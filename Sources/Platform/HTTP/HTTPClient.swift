import Base
import Synchronization

package struct HTTPClientConfiguration: Sendable {
  /// Connections kept open for the next request.
  package var keptConnections = 64
  package var connectionLimit = 256
  package var connectionsPerHost = 64
  package var redirectLimit = 3
  /// Seconds that a kept connection may have been idle and still carry what must not be sent twice: the other side
  /// closes idle ones, and the younger it is, the surer it is alive.
  package var freshSeconds = 30
  /// A PEM file of trusted authorities instead of the system's.
  package var authorityFile: String?
  /// For configured addresses only; the environment's proxy variables are not read.
  package var proxy: String?

  package init() {}
}

/// The HTTP client: libcurl on a thread of its own, connections kept, cancellation heeded.
package final class HTTPClient: HTTPTransport {
  private let configuration: HTTPClientConfiguration
  private let reachGuard: ReachGuard
  private let engine: TransferEngine
  private let stopped = Atomic<Bool>(false)

  package init(configuration: HTTPClientConfiguration = .init(), reachGuard: ReachGuard = .init()) throws {
    self.configuration = configuration
    self.reachGuard = reachGuard
    engine = try TransferEngine(configuration: configuration)
  }

  deinit {
    let engine = engine
    if !stopped.load(ordering: .relaxed) { onOwnThread("http-stop") { engine.stop() } }
  }

  /// Ends what is under way with `http.stopped` and closes every connection.
  package func stop() async {
    guard !stopped.exchange(true, ordering: .sequentiallyConsistent) else { return }
    let engine = engine
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      onOwnThread("http-stop") {
        engine.stop()
        continuation.resume()
      }
    }
  }

  /// - Throws: `HTTPClientError`; its `outcome` says whether the other side may have acted.
  package func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    switch request.reach {
    case .configured: try await perform(request, pin: nil)
    case .guarded: try await sendGuarded(request)
    }
  }

  /// One head, then bytes as they come; libcurl waits while nobody reads. Ends when the stream is let go.
  package func stream(_ request: HTTPClientRequest) -> AsyncThrowingStream<HTTPStreamPart, any Error> {
    let opening = Opening(client: self, request: request)
    return AsyncThrowingStream(unfolding: { try await opening.next() })
  }

  // MARK: One exchange

  private func perform(_ request: HTTPClientRequest, pin: IPAddress?) async throws -> HTTPClientResponse {
    let answer = OneAnswer<HTTPClientResponse>()
    let transfer = Transfer(id: engine.newID(), request: request, pin: pin, sink: .whole(answer))
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        answer.wait(continuation)
        engine.start(transfer)
      }
    } onCancel: {
      engine.cancel(transfer)
    }
  }

  private func open(_ request: HTTPClientRequest) async throws -> PartReader {
    var request = request
    var pin: IPAddress?
    if request.reach == .guarded {
      let url = try GuardedURL(request.url)
      request.url = url.text
      pin = try await admit(url, within: request.connectTimeout).first
    }
    let queue = PartQueue()
    let transfer = Transfer(id: engine.newID(), request: request, pin: pin, sink: .parts(queue))
    queue.connect(
      resume: { [engine] in engine.resume(transfer) }, abandon: { [engine] in engine.cancel(transfer) })
    engine.start(transfer)
    return PartReader(queue)
  }

  /// Opens the transfer when the first part is asked for. One reader, so the two fields are never raced for.
  private actor Opening {
    private let client: HTTPClient
    private let request: HTTPClientRequest
    private var reader: PartReader?

    init(client: HTTPClient, request: HTTPClientRequest) {
      self.client = client
      self.request = request
    }

    func next() async throws -> HTTPStreamPart? {
      if let reader { return try await reader.queue.next() }
      let opened = try await client.open(request)
      reader = opened
      return try await opened.queue.next()
    }
  }

  // MARK: Guarded requests

  private func sendGuarded(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    let deadline = monotonicMicroseconds() + request.timeout.microseconds
    var request = request
    request.unixSocketPath = nil
    var url = try GuardedURL(request.url)
    for _ in 0...configuration.redirectLimit {
      request.url = url.text
      let addresses = try await admit(url, within: left(until: deadline, for: url))
      let response = try await tryEach(addresses, request, url, deadline)
      guard [301, 302, 303, 307, 308].contains(response.status), request.method == "GET" || request.method == "HEAD",
        let location = response.headers["Location"]
      else { return response }
      let next = try url.following(location)
      guard next.scheme == "https" || url.scheme == "http" else {
        throw HTTPClientError.blocked("\(url.place) leads from a secure address to an open one.")
      }
      if next.origin != url.origin {
        // Credentials were meant for the first place only.
        let harmless = request.headers.fields.filter { field in
          ["Accept", "Accept-Language", "User-Agent"].contains { HTTPHeaders.same($0, field.name) }
        }
        request.headers = HTTPHeaders(harmless.map { ($0.name, $0.value) })
      }
      url = next
    }
    throw HTTPClientError.blocked("\(url.place) leads on and on.")
  }

  /// The next address is tried only while nothing was sent.
  private func tryEach(
    _ addresses: [IPAddress], _ request: HTTPClientRequest, _ url: GuardedURL, _ deadline: Int64
  ) async throws -> HTTPClientResponse {
    var last: HTTPClientError?
    for address in addresses.prefix(4) {
      var attempt = request
      attempt.timeout = try left(until: deadline, for: url)
      do {
        return try await perform(attempt, pin: address)
      } catch let error as HTTPClientError where error.kind == .refused || error.kind == .unreachable {
        last = error
      }
    }
    throw last ?? HTTPClientError.blocked("\(url.place) has no address.")
  }

  private func left(until deadline: Int64, for url: GuardedURL) throws -> Duration {
    let left = deadline - monotonicMicroseconds()
    guard left > 0 else {
      throw HTTPClientError(kind: .timeout, outcome: .notSent, sentence: "\(url.place) did not answer in time.")
    }
    return .microseconds(left)
  }

  private func admit(_ url: GuardedURL, within limit: Duration) async throws -> [IPAddress] {
    try await withThrowingTaskGroup(of: [IPAddress].self) { group in
      group.addTask { [reachGuard] in try await reachGuard.admit(url) }
      group.addTask {
        try await SystemClock().sleep(for: limit)
        throw HTTPClientError(
          kind: .timeout, outcome: .notSent, sentence: "The name in \(url.place) was not found in time.")
      }
      defer { group.cancelAll() }
      do {
        return try await group.next() ?? []
      } catch is CancellationError {
        throw HTTPClientError.cancelled(url.place, outcome: .notSent)
      }
    }
  }
}
