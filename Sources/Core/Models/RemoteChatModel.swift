import Base
import Formats
package import HTTP

/// Any server that takes `POST /chat/completions` as OpenAI's does: llama.cpp, Ollama, vLLM, LocalAI, a paid one.
package struct RemoteChatModel: ChatModel {
  package struct Settings: Sendable {
    /// Base address with the version, such as `http://127.0.0.1:8080/v1`; the owner's own, so it may lead anywhere.
    package var url: String
    package var key: String?
    package var name: String
    package var timeout: Duration

    package init(url: String, key: String? = nil, name: String = "gpt-4o-mini", timeout: Duration = .seconds(30)) {
      self.url = url
      self.key = key
      self.name = name
      self.timeout = timeout
    }
  }

  /// Tokens of an answer at most: a few facts, no essay.
  private static let longest: Int64 = 600

  private let settings: Settings
  private let transport: any HTTPTransport

  package init(_ settings: Settings, transport: any HTTPTransport) {
    self.settings = settings
    self.transport = transport
  }

  package func answer(rules: String, text: String) async throws -> String {
    // JSON alone is asked for; some servers do not know the word for it
    var response = try await ask(rules, text, isJSON: true)
    if response.status == 400 || response.status == 422 { response = try await ask(rules, text, isJSON: false) }
    switch response.status {
    case 200..<300: break
    case 408, 429, 500...: throw ModelError(.unanswered, "The language model answered \(response.status).")
    case 401, 403: throw ModelError(.refused, "The language model does not take the key: set model.key anew.")
    // this one text is not taken; another may be
    case 400, 413, 422: throw ModelError(.unreadable, "The language model does not take the text.")
    default: throw ModelError(.refused, "The language model answered \(response.status).")
    }
    guard let json = try? JSON.parse(response.body),
      let content = json["choices"].array?.first?["message"]["content"].string
    else { throw ModelError(.unreadable, "The language model's answer could not be read.") }
    return content
  }

  private func ask(_ rules: String, _ text: String, isJSON: Bool) async throws -> HTTPClientResponse {
    var body: JSONObject = [
      "model": .string(settings.name), "temperature": 0, "max_tokens": .integer(Self.longest),
      "messages": [
        ["role": "system", "content": .string(rules)], ["role": "user", "content": .string(text)],
      ],
    ]
    if isJSON { body["response_format"] = ["type": "json_object"] }
    var headers = authorization
    headers.add("Content-Type", "application/json")
    var request = HTTPClientRequest(
      method: "POST", url: settings.url + "/chat/completions", headers: headers, body: JSON.object(body).bytes())
    request.timeout = settings.timeout
    request.maxResponseBytes = 1 << 18
    return try await transport.send(request)
  }

  private var authorization: HTTPHeaders { settings.key.map { ["Authorization": "Bearer " + $0] } ?? [:] }
}

extension RemoteChatModel {
  package enum Finding: Sendable, Hashable {
    case reached(String)
    case refused(String)
  }

  /// Asks the server for its models, for `doctor`; sends it nobody's words.
  package func finding() async -> Finding {
    var request = HTTPClientRequest.get(settings.url + "/models", headers: authorization)
    request.timeout = .seconds(10)
    request.maxResponseBytes = 1 << 20
    do {
      let response = try await transport.send(request)
      switch response.status {
      case 401, 403: return .refused("The language model does not take the key: set model.key anew.")
      case 500...: return .refused("The language model answers \(response.status): look into its log.")
      // some servers have no list of models
      case 404, 405: return .reached("the language model answers")
      default: break
      }
      let models = ((try? JSON.parse(response.body))?["data"].array ?? []).compactMap { $0["id"].string }
      guard models.isEmpty || models.contains(settings.name) else {
        return .refused(
          "The server has no model \(settings.name): set model.name to one of "
            + "\(models.prefix(8).joined(separator: ", ")).")
      }
      return .reached("what people tell is sent to \(settings.name), which picks facts out of it")
    } catch {
      let why = (error as? any SpeakingError)?.sentence ?? "it did not answer"
      return .refused("The language model cannot be reached: \(why) No facts are picked by it until it is.")
    }
  }
}
