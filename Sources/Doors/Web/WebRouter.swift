import Formats
package import HTTP
import Telemetry

/// Answers every request of the house: its own routes, the pages, and the webhooks that other doors own.
package struct WebRouter: HTTPHandler {
  private let door: WebDoor
  private let gate: Gate
  private let webhooks: [String: any HTTPHandler]
  private let pages: PageFiles
  /// By path, then by method.
  private let exact: [String: [String: Route]]
  private let open: [(prefix: String, routes: [String: Route])]
  private let refused: Counter
  private let answered: Counter
  private let failed: Counter

  package init(_ door: WebDoor, webhooks: [Webhook] = []) {
    self.door = door
    let parts = door.parts
    gate = Gate(parts, sessions: door.sessions)
    self.webhooks = Dictionary(webhooks.map { ($0.path, $0.handler) }, uniquingKeysWith: { first, _ in first })
    pages = parts.site.pages
    var routes = HouseRoutes.all(door, gate) + AssistantRoutes.all(door) + ActionRoutes.all(door)
    routes += PageRoutes.all(door, gate)
    let document = OpenAPI.document(routes: routes, webhooks: webhooks, registry: parts.registry, parts.house.version)
    routes.append(OpenAPI.route(document))
    var exact: [String: [String: Route]] = [:]
    var open: [String: [String: Route]] = [:]
    for route in routes {
      if let prefix = route.prefix {
        open[prefix, default: [:]][route.method] = route
      } else {
        exact[route.path, default: [:]][route.method] = route
      }
    }
    self.exact = exact
    self.open = open.map { ($0.key, $0.value) }.sorted { $0.prefix.count > $1.prefix.count }
    answered = parts.metrics.counter("thinnai_web_answered_total", help: "Requests answered.")
    refused = parts.metrics.counter("thinnai_web_refused_total", help: "Requests refused: limits, rights, form.")
    failed = parts.metrics.counter("thinnai_web_failed_total", help: "Requests that failed on our side.")
  }

  // MARK: Before the body

  package func admit(_ head: HTTPRequestHead) -> Admission {
    if let webhook = webhooks[head.path] { return webhook.admit(head) }
    do {
      try gate.passAddress(head)
      guard let found = try find(head) else { return .accept(bodyLimit: 0) }
      let caller = try caller(of: found.route, head)
      if let caller { try gate.passCaller(caller) }
      if found.route.method == "POST" { try checkType(head) }
      return .accept(bodyLimit: found.route.bodyLimit)
    } catch {
      return .refuse(finish(lost(head, error) ?? refusal(error), head))
    }
  }

  private func refusal(_ error: any Error) -> HTTPResponse {
    let failure = door.failure(error)
    if failure.status >= 500 { failed.add() } else { refused.add() }
    return failure.response
  }

  /// The route of a request; `nil` for a page.
  ///
  /// - Throws: 404, or 405 with the methods that there are.
  private func find(_ head: HTTPRequestHead) throws -> (route: Route, argument: String)? {
    let method = head.method == "HEAD" ? "GET" : head.method
    if pages.has(head.path) {
      let other = exact[head.path]?[method]
      if method == "GET" { return nil }
      if let other { return (other, "") }
      throw Self.methodNotAllowed(["GET", "HEAD"] + (exact[head.path]?.keys.sorted() ?? []))
    }
    var methods: [String: Route]?
    var argument = ""
    if let found = exact[head.path] {
      methods = found
    } else if let found = open.first(where: { head.path.hasPrefix($0.prefix) }) {
      argument = String(head.path.dropFirst(found.prefix.count))
      if !argument.isEmpty, !argument.contains("/"), argument.utf8.count <= 100 { methods = found.routes }
    }
    guard let methods else { throw WebFailure(404, "web.not_found", "There is nothing at this address.") }
    guard let route = methods[method] else {
      throw Self.methodNotAllowed(methods.keys.sorted() + (methods["GET"] == nil ? [] : ["HEAD"]))
    }
    return (route, argument)
  }

  private static func methodNotAllowed(_ methods: [String]) -> WebFailure {
    let list = methods.joined(separator: ", ")
    return WebFailure(405, "web.method", "This address takes \(list).", headers: [("Allow", list)])
  }

  private func caller(of route: Route, _ head: HTTPRequestHead) throws -> Caller? {
    switch route.access {
    case .open: return nil
    case .local:
      if gate.isLocal(head), head.headers["Authorization"] == nil { return nil }
      return try check(.read, gate.identify(head, takesCookie: false))
    case .token(let scope): return try check(scope, gate.identify(head, takesCookie: false))
    case .tokenOrPage(let scope): return try check(scope, gate.identify(head, takesCookie: true))
    case .page:
      let caller = try gate.identify(head, takesCookie: true)
      guard case .session = caller.proof else {
        throw WebFailure(403, "web.page_only", "Only a signed-in page may ask for this; use the REST API.")
      }
      return caller
    }
  }

  private func check(_ scope: Scope, _ caller: Caller) throws -> Caller {
    guard caller.has(scope) else {
      throw WebFailure(
        403, "web.scope", "This token may not do that: it needs the scope \(scope.rawValue).",
        headers: [("WWW-Authenticate", "Bearer realm=\"thinnai\", error=\"insufficient_scope\"")])
    }
    return caller
  }

  /// JSON only: no form of another site can send it without the browser asking us first.
  private func checkType(_ head: HTTPRequestHead) throws {
    let length = head.headers["Content-Length"]
    let isEmpty = head.headers["Transfer-Encoding"] == nil && (length == nil || length == "0")
    let type = (head.headers["Content-Type"] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
    guard type == "application/json" || isEmpty && type.isEmpty && head.headers["Cookie"] == nil else {
      throw WebFailure(415, "web.content_type", "The body must be application/json.")
    }
  }

  // MARK: With the body

  package func answer(_ request: HTTPRequest, _ reply: @escaping @Sendable (HTTPResponse) -> Void) -> Bool {
    webhooks[request.path]?.answer(request, reply) ?? false
  }

  package func handle(_ request: HTTPRequest) async -> HTTPResponse {
    if let webhook = webhooks[request.path] { return await webhook.handle(request) }
    do {
      guard let found = try find(request.head) else {
        let page = pages.response(request.path, request.headers)
        return finish(page ?? HTTPResponse.empty(404), request.head)
      }
      // proven again: a token may have been revoked while the body came
      let caller = try caller(of: found.route, request.head)
      let fields = try found.route.body.map { try Fields(request.body, declared: $0) } ?? Fields()
      let call = Route.Call(request: request, caller: caller, fields: fields, argument: found.argument)
      let response = try await found.route.handle(call)
      answered.add()
      return finish(response, request.head)
    } catch {
      return finish(lost(request.head, error) ?? refusal(error), request.head)
    }
  }

  /// Whoever came with a browser to where nothing is gets the page that was meant, or one that says so and leads on.
  private func lost(_ head: HTTPRequestHead, _ error: any Error) -> HTTPResponse? {
    guard let failure = error as? WebFailure, failure.code == "web.not_found", ["GET", "HEAD"].contains(head.method),
      !head.path.hasPrefix("/api/"), head.headers["Accept"]?.contains("text/html") == true
    else { return nil }
    var path = head.path.lowercased()
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if path == "/chat" { path = "/" }
    if path != head.path, pages.has(path) {
      return HTTPResponse(status: 303, headers: ["Location": path])
    }
    var page = pages.response("/lost", HTTPHeaders())
    page?.status = 404
    return page
  }

  /// What every answer carries.
  private func finish(_ response: HTTPResponse, _ head: HTTPRequestHead) -> HTTPResponse {
    if case .webSocket = response.body { return response }
    var response = response
    func ensure(_ name: String, _ value: String) {
      if response.headers[name] == nil { response.headers.add(name, value) }
    }
    ensure("X-Content-Type-Options", "nosniff")
    ensure("Referrer-Policy", "no-referrer")
    ensure("Cache-Control", "no-store")
    ensure("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    ensure("Cross-Origin-Resource-Policy", "same-origin")
    ensure("Cross-Origin-Opener-Policy", "same-origin")
    if gate.isSecure(head) { ensure("Strict-Transport-Security", "max-age=31536000") }
    return response
  }
}
