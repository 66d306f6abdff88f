import Actions
import Crypto
import Formats
import HTTP

/// The OpenAPI 3.1 document, derived from the routes and the action declarations.
enum OpenAPI {
  static let path = "/openapi.json"

  /// Serves the document; made once at start.
  static func route(_ document: JSON) -> Route {
    let bytes = document.bytes()
    let tag = "\"" + Hex.encode(Array(SHA256.hash(bytes).prefix(12))) + "\""
    return Route(
      method: "GET", path: path, summary: "This document.", access: .open, result: ["type": "object"]
    ) { call in
      var response = HTTPResponse(headers: [
        "Content-Type": "application/json", "ETag": tag, "Cache-Control": "no-cache",
      ])
      if call.request.headers["If-None-Match"] == tag {
        response.status = 304
      } else {
        response.body = .bytes(bytes)
      }
      return response
    }
  }

  static func document(routes: [Route], webhooks: [Webhook], registry: ActionRegistry, _ version: String) -> JSON {
    var paths = JSONObject()
    func add(_ path: String, _ method: String, _ operation: JSON) {
      var item = paths[path]?.object ?? [:]
      item[method.lowercased()] = operation
      paths[path] = .object(item)
    }
    let own = route(.null)
    for route in routes + [own] {
      if route.prefix == ActionRoutes.prefix {
        for entry in registry.all where !entry.isHidden {
          add(ActionRoutes.prefix + entry.name, "POST", operation(route, action: entry))
        }
      } else {
        add(route.path, route.method, operation(route, action: nil))
      }
    }
    for webhook in webhooks {
      for method in webhook.methods {
        add(
          webhook.path, method,
          [
            "operationId": .string(identifier(webhook.path, method)), "summary": .string(webhook.summary),
            "tags": ["webhooks"], "security": [],
            "responses": ["200": ["description": "Durable, or ignored on purpose."], "default": failure],
          ])
      }
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "Thinnai", "version": .string(version),
        "summary": "A self-hosted assistant: say something as a person, or run any of its actions.",
        "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
      ],
      "servers": [["url": "/"]],
      "tags": [["name": "assistant"], ["name": "actions"], ["name": "house"], ["name": "page"], ["name": "webhooks"]],
      "paths": .object(paths),
      "components": [
        "securitySchemes": [
          "token": [
            "type": "http", "scheme": "bearer",
            "description": "A person's token with the scopes read, write, money or admin.",
          ],
          "page": ["type": "apiKey", "in": "cookie", "name": "thinnai", "description": "A signed-in page."],
        ],
        "schemas": [
          "Error": Route.object([
            "error": [
              "type": "object",
              "properties": [
                "code": ["type": "string", "description": "Stable, for programs."],
                "sentence": ["type": "string", "description": "What happened and what to do, for people."],
                "field": ["type": "string", "description": "The field that is wrong, where one is."],
                "shown": ["type": "string", "description": "The same in the caller's language."],
                "question": ["type": "string", "description": "What a yes would answer, where one is missing."],
              ], "required": ["code", "sentence"],
            ]
          ])
        ],
        "responses": [
          "Error": [
            "description": "A refusal.",
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
          ]
        ],
      ],
    ]
  }

  private static let failure: JSON = ["$ref": "#/components/responses/Error"]

  private static func operation(_ route: Route, action: ActionEntry?) -> JSON {
    var operation: JSONObject = [
      "operationId": .string(action?.name ?? identifier(route.path, route.method)),
      "summary": .string(action?.summary ?? route.summary), "tags": [tag(route)],
      "security": action.map { security($0.effect) } ?? security(route.access),
    ]
    if let action { operation["x-effect"] = .string(action.effect.rawValue) }
    var parameters = route.query.map { field -> JSON in
      [
        "name": .string(field.name), "in": "query", "required": .bool(field.isRequired), "schema": field.schema,
        "description": .string(field.summary),
      ]
    }
    if action == nil, let prefix = route.prefix {
      let name = String(route.path.dropFirst(prefix.count + 1).dropLast())
      parameters.append(["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]])
    }
    if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
    if let schema = action.map(ActionRegistry.schema(of:)) ?? route.body.map(Field.schema(of:)) {
      let isRequired =
        action.map { $0.parameters.contains(where: \.isRequired) } ?? route.body?.contains(where: \.isRequired) ?? false
      operation["requestBody"] = [
        "required": .bool(isRequired), "content": ["application/json": ["schema": schema]],
      ]
    }
    var result = route.result
    if action != nil {
      result = Route.object(["action": Route.string, "text": Route.string, "data": [:]])
    }
    var good: JSONObject = ["description": "Done."]
    if let result { good["content"] = ["application/json": ["schema": result]] }
    operation["responses"] = ["200": .object(good), "default": failure]
    return .object(operation)
  }

  /// The least that a token needs to do it; what only an owner may do needs admin besides.
  private static func security(_ effect: Effect) -> JSON {
    let scope: JSON =
      switch effect {
      case .read: "read"
      case .write, .outbound: "write"
      case .money: "money"
      }
    return [["token": [scope]], ["page": []]]
  }

  private static func security(_ access: Route.Access) -> JSON {
    switch access {
    case .open: []
    case .local: [[:], ["token": ["read"]]]
    case .token(let scope): [["token": [.string(scope.rawValue)]]]
    case .tokenOrPage(let scope): [["token": [.string(scope.rawValue)]], ["page": []]]
    case .page: [["page": []]]
    }
  }

  private static func tag(_ route: Route) -> JSON {
    if route.path.hasPrefix("/api/") { return "actions" }
    if route.access == .page || route.path == "/signin" { return "page" }
    if route.path.hasPrefix("/assistant/") && route.method == "POST" { return "assistant" }
    return ["/users", "/projects", "/eldercare"].contains { route.path.hasPrefix($0) } ? "assistant" : "house"
  }

  /// `/users/register` and POST are `post_users_register`.
  private static func identifier(_ path: String, _ method: String) -> String {
    let words = path.split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
    return method.lowercased() + (words.isEmpty ? "" : "_" + words)
  }
}
