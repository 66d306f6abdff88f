import Base
import CMicrohttpd
import Glibc
import Synchronization

/// The HTTP server: libmicrohttpd's own threads take the bytes, a task a request makes the answer.
///
/// It keeps itself alive from `start` until `stop` has returned.
package final class HTTPServer: Sendable {
  /// Whether an address and port could be listened on now (`doctor`); lets go of it at once.
  package static func canBind(host: String, port: Int) throws -> Bool {
    do {
      close(try ListeningSocket.tcp(host: host, port: port).descriptor)
      return true
    } catch let error as HTTPServerError where error.kind == .addressInUse {
      return false
    }
  }

  package let configuration: HTTPServerConfiguration
  let handler: any HTTPHandler

  private struct State {
    var listeners: [Listener] = []
    var reactor: ServerReactor?
    var stopped = false
  }

  private let state = Mutex(State())
  private let connections = Mutex<[ObjectIdentifier: ServerConnection]>([:])
  private let working = Atomic<Int>(0)
  private let longLived = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)

  package init(configuration: HTTPServerConfiguration = .init(), handler: any HTTPHandler) throws {
    guard configuration.threads > 0, configuration.headerLimit >= 1_024, configuration.connectionLimit > 0 else {
      throw HTTPServerError(
        kind: .startFailed, sentence: "The server needs a thread, a connection and room for a head of 1024 bytes.")
    }
    self.configuration = configuration
    self.handler = handler
  }

  /// Listens, and answers the bound port. Call it once.
  @discardableResult
  package func start() throws -> Int {
    signal(SIGPIPE, SIG_IGN)
    let certificate = try configuration.tls.map { (try Listener.pem($0.certificateFile), try Listener.pem($0.keyFile)) }
    let reactor = try ServerReactor(server: self)
    let (descriptor, port) = try ListeningSocket.tcp(host: configuration.host, port: configuration.port)
    // The first request may come before the last listener stands.
    reactor.start()
    state.withLock { $0.reactor = reactor }
    var listeners: [Listener] = []
    do {
      listeners.append(try Listener(server: self, descriptor: descriptor, certificate: certificate))
      if let path = configuration.unixSocketPath {
        listeners.append(try Listener(server: self, unix: path))
      }
    } catch {
      for listener in listeners { listener.stop() }
      state.withLock { $0.reactor = nil }
      reactor.stop()
      throw error
    }
    state.withLock { $0.listeners = listeners }
    return port
  }

  /// Requests that are being answered, streams and WebSockets included.
  package var requestsInFlight: Int { working.load(ordering: .relaxed) }
  package var openConnections: Int { connections.withLock { $0.count } }

  /// Refuses new connections at once, ends streams and WebSockets, gives requests until the deadline, then cancels.
  package func stop(graceful: Duration = .seconds(10)) async {
    let (listeners, reactor) = state.withLock { state -> ([Listener], ServerReactor?) in
      guard !state.stopped else { return ([], nil) }
      state.stopped = true
      defer { (state.listeners, state.reactor) = ([], nil) }
      return (state.listeners, state.reactor)
    }
    guard let reactor else { return }
    stopping.store(true, ordering: .sequentiallyConsistent)
    for listener in listeners { listener.quiesce() }
    for exchange in exchanges() { exchange.cancel(onlyStreams: true) }
    await reactor.drain(within: graceful)
    for exchange in exchanges() { exchange.cancel(onlyStreams: false) }
    await reactor.drain(within: .seconds(1))
    for exchange in exchanges() { exchange.abandon() }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      onOwnThread("http-stop") {
        // The sockets first: the library must not stop under an upgraded connection.
        reactor.closeSockets()
        for listener in listeners { listener.stop() }
        reactor.stop()
        continuation.resume()
      }
    }
    if let path = configuration.unixSocketPath { unlink(path) }
  }

  private func exchanges() -> [Exchange] { connections.withLock { Array($0.values) }.compactMap { $0.exchange } }

  // MARK: What connections and exchanges report

  var isStopping: Bool { stopping.load(ordering: .acquiring) }

  /// `false`: as many as allowed are being answered already.
  func enter() -> Bool {
    // The stop sets its flag and then reads this count; we count and then read the flag: one of us sees the other.
    let count = working.add(1, ordering: .sequentiallyConsistent).newValue
    let room = count - longLived.load(ordering: .relaxed) <= configuration.concurrentRequestLimit
    if room, !stopping.load(ordering: .sequentiallyConsistent) { return true }
    working.subtract(1, ordering: .acquiringAndReleasing)
    return false
  }

  func leave() { working.subtract(1, ordering: .acquiringAndReleasing) }
  func countLongLived(_ change: Int) { longLived.add(change, ordering: .relaxed) }
  var busyCount: Int { working.load(ordering: .sequentiallyConsistent) }

  func opened(_ connection: ServerConnection) {
    connections.withLock { $0[ObjectIdentifier(connection)] = connection }
  }

  func closed(_ connection: ServerConnection) {
    _ = connections.withLock { $0.removeValue(forKey: ObjectIdentifier(connection)) }
  }

  /// Ends connections that took too long to say what they want.
  func sweep(now: Int64) {
    connections.withLock { connections in
      for connection in connections.values where connection.isLate(now: now, configuration) { connection.sever() }
    }
  }

  var reactor: ServerReactor? { state.withLock { $0.reactor } }
  func watch(_ writer: HTTPBodyWriter, _ descriptor: Int32) { reactor?.watch(writer, descriptor) }
  func unwatch(_ writer: HTTPBodyWriter, _ descriptor: Int32) { reactor?.unwatch(writer, descriptor) }
  func linger(_ descriptor: Int32) { reactor?.linger(descriptor) }
}
