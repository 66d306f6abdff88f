import Actions
import Formats
import HTTP

/// One route of the REST API, declared once: routing, access, the strict body check and OpenAPI derive from it.
struct Route: Sendable {
  enum Access: Sendable, Equatable {
    case open
    /// A bearer token with the scope, or the Unix socket.
    case token(Scope)
    /// The same, or a signed-in page.
    case tokenOrPage(Scope)
    /// A signed-in page only.
    case page
    /// The same machine, or a token that may read.
    case local
  }

  let method: String
  /// A last part `{name}` takes anything without a slash.
  let path: String
  let summary: String
  let access: Access
  var body: [Field]?
  var query: [Field] = []
  /// JSON Schema of a good answer; `nil` for one that is no JSON.
  var result: JSON?
  var bodyLimit = 64 << 10
  var handle: @Sendable (Call) async throws -> HTTPResponse

  /// A request that was let in.
  struct Call: Sendable {
    let request: HTTPRequest
    let caller: Caller?
    /// Checked against `body`.
    let fields: Fields
    /// What stood for `{name}` in the path.
    let argument: String

    /// - Throws: 401; routes that are not open always have a caller.
    func requireCaller() throws -> Caller {
      guard let caller else { throw WebFailure.unauthorised("web.token_missing", "This needs a bearer token.") }
      return caller
    }
  }

  /// The path up to `{name}`.
  var prefix: String? { path.hasSuffix("}") ? String(path.prefix { $0 != "{" }) : nil }

  static func object(_ properties: JSONObject) -> JSON {
    ["type": "object", "properties": .object(properties), "required": JSON(properties.keys)]
  }
  static let string: JSON = ["type": "string"]
  static let integer: JSON = ["type": "integer"]

  static func json(_ value: JSON, status: Int = 200) -> HTTPResponse { .json(value.bytes(), status: status) }
}
