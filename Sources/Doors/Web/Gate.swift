import Actions
import Base
import HTTP
import People
import Synchronization

/// Who asks, proven by the request itself; nothing is remembered from one to the next.
struct Caller: Sendable {
  enum Proof: Sendable, Hashable {
    case socket
    case token(String)
    /// The hash of the cookie.
    case session(String)
  }
  let person: Person
  let scopes: Set<String>
  let proof: Proof

  var authority: ActionContext.Authority { .init(scopes: scopes) }
  var isAdmin: Bool { scopes.contains("admin") }

  func has(_ scope: Scope) -> Bool {
    switch scope {
    case .read: authority.covers(.read)
    case .write: authority.covers(.write)
    case .admin: isAdmin
    }
  }
}

enum Scope: String, Sendable { case read, write, admin }

/// Lets requests in: limits first, then who it is, then what they may.
final class Gate: Sendable {
  private let parts: WebParts
  private let sessions: WebSessions
  private let byAddress: RateLimiter
  private let byToken: RateLimiter
  private let byCaller: RateLimiter
  private let failures: RateLimiter
  /// Tokens that were good from an address: a guesser behind the same address does not lock them out.
  private let proven = Mutex<Set<String>>([])

  init(_ parts: WebParts, sessions: WebSessions) {
    self.parts = parts
    self.sessions = sessions
    func limiter(_ rate: WebLimits.Rate) -> RateLimiter {
      RateLimiter(rate: rate.perSecond, burst: rate.burst, clock: parts.monotonic)
    }
    byAddress = limiter(parts.limits.address)
    byToken = limiter(parts.limits.token)
    byCaller = limiter(parts.limits.caller)
    failures = limiter(parts.limits.failure)
  }

  /// Before anything else is looked at.
  func passAddress(_ head: HTTPRequestHead) throws {
    guard !head.isUnixSocket else { return }
    if let wait = byAddress.take(address(of: head)) { throw WebFailure.slowDown(wait) }
  }

  func passCaller(_ caller: Caller) throws {
    guard caller.proof != .socket else { return }
    // first, so that what is refused here takes nothing from the person's other tokens
    if case .token(let id) = caller.proof, let wait = byToken.take(id) { throw WebFailure.slowDown(wait) }
    if let wait = byCaller.take(caller.person.id.text) { throw WebFailure.slowDown(wait) }
  }

  /// Who asks.
  ///
  /// - Parameter takesCookie: whether the page's session counts here.
  /// - Throws: 401, 403 (a foreign origin) or 429.
  func identify(_ head: HTTPRequestHead, takesCookie: Bool) throws -> Caller {
    if head.isUnixSocket {
      guard let owner = parts.people.owner(of: parts.house.tenant) else {
        throw WebFailure(503, "web.no_owner", "The house has no owner yet.")
      }
      return Caller(person: owner, scopes: ActionContext.Authority.full.scopes, proof: .socket)
    }
    if let header = head.headers["Authorization"] { return try bearer(header, head) }
    guard takesCookie, let cookie = cookie(of: head), let caller = session(cookie) else {
      throw WebFailure.unauthorised(
        "web.token_missing", "This needs a bearer token: `thinnai people token NAME --scope read` prints one.")
    }
    let isChange = head.method != "GET" && head.method != "HEAD"
    let isUpgrade = head.headers.contains("Upgrade", word: "websocket")
    try checkOrigin(head, isNeeded: isChange || isUpgrade)
    return caller
  }

  private func bearer(_ header: String, _ head: HTTPRequestHead) throws -> Caller {
    let address = address(of: head)
    let words = header.split(separator: " ", omittingEmptySubsequences: true)
    let text = words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1].prefix(200)) : ""
    let id = text.split(separator: "_", omittingEmptySubsequences: false).dropFirst().first ?? ""
    let pair = "\(address) \(id)"
    let wait = failures.wait(address)
    if let wait, !proven.withLock({ $0.contains(pair) }) { throw WebFailure.slowDown(wait) }
    guard let (token, person) = parts.people.verify(token: text, now: parts.clock.now) else {
      if let wait = wait ?? failures.take(address) { throw WebFailure.slowDown(wait) }
      throw WebFailure.unauthorised("web.token_wrong", "This token is unknown, expired or revoked.")
    }
    proven.withLock { proven in
      if proven.count >= 4_096 { proven.removeAll() }
      proven.insert(pair)
    }
    return Caller(person: person, scopes: token.scopes, proof: .token(token.id))
  }

  private func session(_ cookie: String) -> Caller? {
    guard let session = sessions.find(cookie, now: parts.clock.now), let person = parts.people.person(session.person)
    else { return nil }
    var scopes: Set<String> = ["read", "write", "money"]
    if person.isOwner { scopes.insert("admin") }
    return Caller(person: person, scopes: scopes, proof: .session(session.hash))
  }

  /// One-time codes are guessed like tokens, and slowed like them.
  func guess<T>(_ head: HTTPRequestHead, _ check: () async throws -> T?) async throws -> T {
    let address = address(of: head)
    if !head.isUnixSocket, let wait = failures.wait(address) { throw WebFailure.slowDown(wait) }
    if let found = try await check() { return found }
    _ = failures.take(address)
    throw WebFailure(
      401, "web.code_wrong", "This sign-in link was used already or is too old. Ask for a new one.",
      field: "code")
  }

  // MARK: Where a request comes from

  /// The client's address; a proxy's word for it counts only when the proxy is listed.
  func address(of head: HTTPRequestHead) -> String {
    guard var address = IPAddress(head.remoteAddress) else { return head.remoteAddress }
    let chain = head.headers.all("X-Forwarded-For").joined(separator: ",").split(separator: ",")
    // from the right: each proxy of ours vouches for the one before it, and nobody vouches for what is no address
    for claim in chain.suffix(16).reversed() {
      guard isTrusted(address), let earlier = Self.claimed(claim) else { break }
      address = earlier
    }
    // one household or attacker holds a whole /64
    guard address.isIPv6 else { return address.description }
    return IPAddress(bytes: address.bytes.prefix(8) + Array(repeating: 0, count: 8))?.description ?? ""
  }

  private func isTrusted(_ address: IPAddress) -> Bool { parts.site.trustedProxies.contains { $0.contains(address) } }

  /// An address as proxies write it: plain, with a port, or in brackets.
  private static func claimed(_ text: Substring) -> IPAddress? {
    let text = text.filter { $0 != " " && $0 != "\t" }
    guard text.utf8.count <= 64 else { return nil }
    if text.hasPrefix("[") { return IPAddress(String(text.dropFirst().prefix { $0 != "]" })) }
    let isWithPort = text.filter { $0 == ":" }.count == 1
    return IPAddress(isWithPort ? String(text.prefix { $0 != ":" }) : text)
  }

  /// A request that nobody passed on, from this machine. Good for metrics only; it is no identity.
  func isLocal(_ head: HTTPRequestHead) -> Bool {
    if head.isUnixSocket { return true }
    let isForwarded = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via", "CF-Connecting-IP"]
      .contains { head.headers[$0] != nil }
    return !isForwarded && (head.remoteAddress == "::1" || head.remoteAddress.hasPrefix("127."))
  }

  /// A page of another site must not act with our cookie.
  func checkOrigin(_ head: HTTPRequestHead, isNeeded: Bool) throws {
    let refusal = WebFailure(403, "web.origin", "This request comes from a page of another site.")
    if let site = head.headers["Sec-Fetch-Site"], site != "same-origin", site != "none" { throw refusal }
    guard let origin = head.headers["Origin"] else {
      if isNeeded { throw refusal }
      return
    }
    guard head.headers.all("Origin").count == 1, allowedOrigins(head).contains(origin.lowercased()) else {
      throw refusal
    }
  }

  private func allowedOrigins(_ head: HTTPRequestHead) -> [String] {
    var origins: [String] = []
    if let url = parts.site.publicURL { origins.append(Self.origin(of: url)) }
    if let host = head.headers["Host"]?.lowercased(), head.headers.all("Host").count == 1 {
      origins.append((parts.site.isTLS ? "https://" : "http://") + host)
    }
    return origins
  }

  /// Scheme, host and port, in lower case.
  static func origin(of url: String) -> String {
    let parts = url.lowercased().split(separator: "/", omittingEmptySubsequences: false)
    return parts.prefix(3).joined(separator: "/")
  }

  // MARK: The cookie

  /// Whether the browser came over TLS, as far as we can know.
  func isSecure(_ head: HTTPRequestHead) -> Bool {
    if parts.site.isTLS { return true }
    guard let url = parts.site.publicURL, let host = head.headers["Host"]?.lowercased() else { return false }
    return Self.origin(of: url) == "https://" + host
  }

  private func cookieName(_ head: HTTPRequestHead) -> String { isSecure(head) ? "__Host-thinnai" : "thinnai" }

  func cookie(of head: HTTPRequestHead) -> String? {
    let name = cookieName(head) + "="
    for header in head.headers.all("Cookie") {
      for part in header.split(separator: ";") {
        let pair = part.drop { $0 == " " }
        if pair.hasPrefix(name) { return String(pair.dropFirst(name.utf8.count)) }
      }
    }
    return nil
  }

  /// - Parameter value: empty ends it.
  func setCookie(_ value: String, _ head: HTTPRequestHead) -> String {
    let age = value.isEmpty ? 0 : WebSessions.lifetime.components.seconds
    return "\(cookieName(head))=\(value); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict"
      + (isSecure(head) ? "; Secure" : "")
  }
}
