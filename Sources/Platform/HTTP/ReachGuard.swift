import CLinux
import Glibc
import Synchronization

/// Finds the addresses of a name; injected, so that a test can lie.
package protocol HostResolver: Sendable {
  func addresses(of host: String) async throws -> [IPAddress]
}

/// `getaddrinfo` on threads of its own, at most sixteen at a time.
package final class SystemResolver: HostResolver {
  private let running = Atomic<Int>(0)

  package init() {}

  package func addresses(of host: String) async throws -> [IPAddress] {
    guard running.add(1, ordering: .relaxed).newValue <= 16 else {
      running.subtract(1, ordering: .relaxed)
      throw HTTPClientError(
        kind: .unreachable, outcome: .notSent, sentence: "Too many names are being looked up at once; try again.")
    }
    let answer = OneAnswer<[IPAddress]>()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        answer.wait(continuation)
        onOwnThread("resolver") { [self] in
          let found = SystemResolver.lookUp(host)
          running.subtract(1, ordering: .relaxed)
          answer.give(.success(found))
        }
      }
    } onCancel: {
      answer.give(.failure(CancellationError()))
    }
  }

  private static func lookUp(_ host: String) -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [IPAddress] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr.flatMap({ IPAddress($0) }), !found.contains(address) {
        found.append(address)
      }
      next = entry.pointee.ai_next
    }
    return found
  }
}

/// Resumes a continuation once, whoever comes first: the answer, a cancellation or a deadline.
final class OneAnswer<Value: Sendable>: Sendable {
  private enum State {
    case empty
    case waiting(CheckedContinuation<Value, any Error>)
    case early(Result<Value, any Error>)
    case done
  }
  private let state = Mutex(State.empty)

  func wait(_ continuation: CheckedContinuation<Value, any Error>) {
    let early = state.withLock { state -> Result<Value, any Error>? in
      if case .early(let result) = state {
        state = .done
        return result
      }
      state = .waiting(continuation)
      return nil
    }
    if let early { continuation.resume(with: early) }
  }

  func give(_ result: Result<Value, any Error>) {
    let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
      switch state {
      case .waiting(let continuation):
        state = .done
        return continuation
      case .empty:
        state = .early(result)
        return nil
      case .early, .done: return nil
      }
    }
    waiting?.resume(with: result)
  }
}

/// Decides where a guarded request may go: one look-up, every address checked, and the connection goes to those.
package struct ReachGuard: Sendable {
  package var ports: Set<Int> = [80, 443, 8080, 8443]
  /// Networks of the house that the owner opened on purpose, with all their ports.
  package var permitted: [IPNetwork] = []
  let resolver: any HostResolver

  package init(resolver: any HostResolver = SystemResolver()) { self.resolver = resolver }

  /// The addresses a request to this URL may connect to; throws `http.blocked` or `http.unreachable`.
  func admit(_ url: GuardedURL) async throws -> [IPAddress] {
    try check(url)
    guard case .name(let name) = url.host else { return addresses(in: url) }
    let addresses = try await resolver.addresses(of: name)
    guard !addresses.isEmpty else {
      throw HTTPClientError(
        kind: .unreachable, outcome: .notSent, sentence: "The name in \(url.place) was not found.")
    }
    try check(addresses, of: url)
    return addresses
  }

  /// What can be told without looking a name up: whether its port, and an address in numbers, may ever be called.
  package func check(_ url: GuardedURL) throws {
    guard ports.contains(url.port) || !permitted.isEmpty else { throw closedPort(url) }
    if case .address = url.host { try check(addresses(in: url), of: url) }
  }

  private func addresses(in url: GuardedURL) -> [IPAddress] {
    if case .address(let address) = url.host { [address] } else { [] }
  }

  /// One bad address spoils the name: an honest name has none.
  private func check(_ addresses: [IPAddress], of url: GuardedURL) throws {
    for address in addresses where !isOpen(address) {
      throw HTTPClientError.blocked("\(url.place) leads into a private network.")
    }
    guard ports.contains(url.port) || addresses.allSatisfy({ isPermitted($0) }) else { throw closedPort(url) }
  }

  private func closedPort(_ url: GuardedURL) -> HTTPClientError {
    .blocked("Port \(url.port) is not open for addresses from outside.")
  }

  private func isPermitted(_ address: IPAddress) -> Bool { permitted.contains { $0.contains(address) } }

  func isOpen(_ address: IPAddress) -> Bool {
    address.isPublic || isPermitted(address)
  }
}
