import Actions
import Base
import Formats
import HTTP
import People
import Store

/// A refusal with its HTTP status. Turned into `{"error":{code,sentence,field?,shown?,question?}}` in one place.
struct WebFailure: SpeakingError {
  let status: Int
  let code: String
  var sentence: String
  var field: String?
  /// The sentence in the person's words, which a page shows.
  var shown: String?
  /// In the person's words, what a yes would answer.
  var question: String?
  var headers: [(String, String)] = []

  init(_ status: Int, _ code: String, _ sentence: String, field: String? = nil, headers: [(String, String)] = []) {
    self.status = status
    self.code = code
    self.sentence = sentence
    self.field = field
    self.headers = headers
  }

  static func unauthorised(_ code: String, _ sentence: String) -> WebFailure {
    let challenge =
      code == "web.token_missing" ? "Bearer realm=\"thinnai\"" : "Bearer realm=\"thinnai\", error=\"invalid_token\""
    return WebFailure(401, code, sentence, headers: [("WWW-Authenticate", challenge)])
  }

  static func slowDown(_ wait: Duration) -> WebFailure {
    let seconds = max(1, (wait.microseconds + 999_999) / 1_000_000)
    return WebFailure(
      429, "web.too_many", "That is too much at once. Try again in \(seconds) s.",
      headers: [("Retry-After", "\(seconds)")])
  }

  static func badField(_ name: String, _ expected: String) -> WebFailure {
    WebFailure(400, "web.field", "\(name): \(expected).", field: name)
  }

  /// Any error of the house as an answer; `nil` for one that nobody named, which is a 500 and a log line.
  init?(_ error: any Error) {
    switch error {
    case let failure as WebFailure: self = failure
    case let error as ActionError:
      self.init(Self.status(of: error.code), error.code, error.sentence, field: error.field)
      if status == 503 { headers = [("Retry-After", "2")] }
    case let error as StoreError where [.busy, .full, .io, .closed].contains(error.kind):
      self.init(503, error.code, error.sentence, headers: [("Retry-After", "2")])
    case let error as PeopleError:
      self.init(Self.status(of: error.code), error.code, error.sentence, field: error.field)
    case let error as JSONError: self.init(400, error.code, error.sentence)
    case is StoreError: return nil
    case let error as any SpeakingError: self.init(422, error.code, error.sentence, field: error.field)
    default: return nil
    }
  }

  /// A mistake in the request is 400, a right that is missing 403, a yes that is missing 409, all else about the
  /// matter itself 422.
  private static func status(of code: String) -> Int {
    switch code {
    case "actions.unknown", "people.unknown": 404
    case "actions.scope", "actions.not_allowed", "people.not_allowed": 403
    case "actions.confirm", "people.ambiguous": 409
    case "actions.failed": 500
    case "store.busy", "store.full", "store.io", "store.closed": 503
    case _ where code.hasPrefix("arguments."): 400
    default: 422
    }
  }

  var json: JSON {
    var error: JSONObject = ["code": .string(code), "sentence": .string(sentence)]
    if let field { error["field"] = .string(field) }
    if let shown { error["shown"] = .string(shown) }
    if let question { error["question"] = .string(question) }
    return ["error": .object(error)]
  }

  var response: HTTPResponse {
    var response = HTTPResponse.json(json.bytes(), status: status)
    for (name, value) in headers { response.headers.add(name, value) }
    return response
  }
}
