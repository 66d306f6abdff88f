import Base
import Benchmarking
import Formats
import HTTP
import Synchronization

/// The Bot API as Telegram serves it: methods, files, limits and its bad days. Remembers every call in order.
final class TelegramStandIn: HTTPHandler {
  struct Call: Sendable {
    let number: Int
    let at: Double
    let method: String
    let chat: String
    let parameters: JSON
    /// Whether Telegram acted on it, whatever the caller was told.
    let isAccepted: Bool
    let status: Int

    var text: String { parameters["text"].string ?? parameters["caption"].string ?? "" }
    /// Labels of the inline keyboard.
    var buttons: [(label: String, data: String)] {
      (parameters["reply_markup"]["inline_keyboard"].array ?? []).flatMap { $0.array ?? [] }.map {
        ($0["text"].string ?? "", $0["callback_data"].string ?? "")
      }
    }
  }

  private struct State {
    var calls: [Call] = []
    var updates: [JSON] = []
    var webhook: (url: String, secret: String)?
    var files: [String: [UInt8]] = [:]
    var lastMessage = 0
    /// What stands in each message now, with its buttons.
    var shown: [Int: JSON] = [:]
    var inFlight = 0
    var mostInFlight = 0
  }

  let token: String
  let fates: Fates
  private let state = Mutex(State())
  private let server = Mutex<HTTPServer?>(nil)
  private let boundPort = Mutex(0)

  static let sends: Set = ["sendMessage", "sendPhoto", "sendLocation", "sendVoice", "sendDocument"]

  init(token: String = "7000001:standin-token", seed: UInt64 = 1) throws {
    self.token = token
    fates = Fates(seed: seed)
    var configuration = HTTPServerConfiguration()
    configuration.bodyLimit = 64 << 20
    let server = try HTTPServer(configuration: configuration, handler: self)
    boundPort.withLock { $0 = 0 }
    let port = try server.start()
    boundPort.withLock { $0 = port }
    self.server.withLock { $0 = server }
  }

  var url: String { "http://127.0.0.1:\(boundPort.withLock { $0 })" }
  func stop() async { await server.withLock { $0 }?.stop(graceful: .seconds(1)) }

  // MARK: What tests ask

  var calls: [Call] { state.withLock { $0.calls } }
  /// What reached people, in order.
  var sent: [Call] { calls.filter { $0.isAccepted && Self.sends.contains($0.method) } }
  func sent(to chat: Int) -> [Call] { sent.filter { $0.chat == String(chat) } }
  var sentCount: Int {
    state.withLock { $0.calls.count { $0.isAccepted && Self.sends.contains($0.method) } }
  }
  /// What people read in a chat now, in the order in which the messages came.
  func screen(of chat: Int) -> [(text: String, buttons: [(label: String, data: String)])] {
    let all = state.withLock { $0.shown.sorted { $0.key < $1.key }.map(\.value) }
    return all.filter { $0["chat"].string == String(chat) }.map { message in
      let rows = message["markup"]["inline_keyboard"].array ?? []
      return (
        message["text"].string ?? "",
        rows.flatMap { $0.array ?? [] }.map { ($0["text"].string ?? "", $0["callback_data"].string ?? "") }
      )
    }
  }
  var sendsInFlight: Int { state.withLock { $0.inFlight } }
  func add(file: String, bytes: [UInt8]) { state.withLock { $0.files[file] = bytes } }
  func push(_ update: JSON) { state.withLock { $0.updates.append(update) } }
  var webhook: (url: String, secret: String)? { state.withLock { $0.webhook } }

  // MARK: Serving

  func admit(_ head: HTTPRequestHead) -> Admission { .accept(bodyLimit: 64 << 20) }

  func handle(_ request: HTTPRequest) async -> HTTPResponse {
    let parts = request.path.split(separator: "/").map(String.init)
    if parts.count >= 3, parts[0] == "file", parts[1] == "bot" + token {
      let name = parts[2...].joined(separator: "/")
      guard let bytes = state.withLock({ $0.files[name] }) else { return .text("Not Found", status: 404) }
      let answer = HTTPResponse(headers: ["Content-Type": "application/octet-stream"], body: .bytes(bytes))
      return fates.next() == .slow ? answer.trickled() : answer
    }
    guard parts.count == 2, parts[0] == "bot" + token else { return failure(401, "Unauthorized") }
    let method = parts[1]
    let parameters = Self.parameters(request)
    let chat = parameters["chat_id"].string ?? parameters["chat_id"].int64.map(String.init) ?? ""
    if method == "getUpdates" { return await getUpdates(parameters) }
    state.withLock { state in
      state.inFlight += 1
      state.mostInFlight = max(state.mostInFlight, state.inFlight)
    }
    defer { state.withLock { $0.inFlight -= 1 } }
    let fate = Self.sends.contains(method) ? fates.next() : .serve
    switch fate {
    case .rateLimit:
      let seconds = fates.current.retryAfter
      record(method, chat, parameters, accepted: false, status: 429)
      return .json(
        """
        {"ok":false,"error_code":429,"description":"Too Many Requests: retry after \(seconds)",\
        "parameters":{"retry_after":\(seconds)}}
        """, status: 429)
    case .serverError:
      record(method, chat, parameters, accepted: false, status: 502)
      return .text("<html>Bad Gateway</html>", status: 502)
    case .dropBefore:
      record(method, chat, parameters, accepted: false, status: 0)
      return .brokenOff
    case .serve, .dropAfter, .slow: break
    }
    if fates.current.blocked.contains(chat), Self.sends.contains(method) {
      record(method, chat, parameters, accepted: false, status: 403)
      return failure(403, "Forbidden: bot was blocked by the user")
    }
    if let objection = objection(method, parameters) {
      record(method, chat, parameters, accepted: false, status: 400)
      return failure(400, "Bad Request: " + objection)
    }
    let answer = perform(method, chat, parameters)
    switch fate {
    case .dropAfter: return .brokenOff
    case .slow: return answer.trickled()
    default: return answer
    }
  }

  private func record(_ method: String, _ chat: String, _ parameters: JSON, accepted: Bool, status: Int) {
    state.withLock { state in
      state.calls.append(
        Call(
          number: state.calls.count, at: Stopwatch.now, method: method, chat: chat, parameters: parameters,
          isAccepted: accepted, status: status))
    }
  }

  private func perform(_ method: String, _ chat: String, _ parameters: JSON) -> HTTPResponse {
    record(method, chat, parameters, accepted: true, status: 200)
    switch method {
    case "getMe":
      return success([
        "id": .integer(Int64(token.prefix { $0 != ":" }) ?? 0), "is_bot": true, "first_name": "Porch",
        "username": "porch_bot",
      ])
    case "setWebhook":
      state.withLock {
        $0.webhook = (parameters["url"].string ?? "", parameters["secret_token"].string ?? "")
      }
      return success(true)
    case "deleteWebhook":
      state.withLock { $0.webhook = nil }
      return success(true)
    case "getWebhookInfo":
      let url = webhook?.url ?? ""
      return success(["url": .string(url), "has_custom_certificate": false, "pending_update_count": 0])
    case "getFile":
      let id = parameters["file_id"].string ?? ""
      guard state.withLock({ $0.files[id] }) != nil else { return failure(400, "Bad Request: invalid file_id") }
      return success(["file_id": .string(id), "file_unique_id": "u", "file_path": .string(id)])
    case _ where Self.sends.contains(method):
      let id = state.withLock { state in
        state.lastMessage += 1
        state.shown[state.lastMessage] = Self.shown(parameters)
        return state.lastMessage
      }
      return success([
        "message_id": .integer(Int64(id)), "date": 1_700_000_000,
        "chat": ["id": parameters["chat_id"], "type": "private"], "text": parameters["text"],
      ])
    case "editMessageText":
      let id = parameters["message_id"].int ?? 0
      state.withLock { $0.shown[id] = Self.shown(parameters) }
      return success(["message_id": .integer(Int64(id)), "text": parameters["text"]])
    default: return success(true)
    }
  }

  private static func shown(_ parameters: JSON) -> JSON {
    [
      "chat": .string(parameters["chat_id"].string ?? parameters["chat_id"].int64.map(String.init) ?? ""),
      "text": parameters["text"], "markup": parameters["reply_markup"],
    ]
  }

  private func getUpdates(_ parameters: JSON) async -> HTTPResponse {
    if webhook != nil {
      record("getUpdates", "", parameters, accepted: false, status: 409)
      return failure(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
    }
    let offset = parameters["offset"].int64 ?? 0
    let end = Stopwatch.now + Double(min(parameters["timeout"].int ?? 0, 50))
    repeat {
      let updates = state.withLock { state in
        state.updates.removeAll { ($0["update_id"].int64 ?? 0) < offset }
        return Array(state.updates.prefix(parameters["limit"].int ?? 100))
      }
      if !updates.isEmpty || Stopwatch.now >= end { return success(JSON(updates)) }
      do { try await Task.sleep(for: .milliseconds(20)) } catch { return success([]) }
    } while true
  }

  // MARK: What Telegram refuses

  private func objection(_ method: String, _ parameters: JSON) -> String? {
    if method == "editMessageText" {
      guard let before = state.withLock({ $0.shown[parameters["message_id"].int ?? 0] }) else {
        return "message to edit not found"
      }
      if before == Self.shown(parameters) {
        return "message is not modified: specified new message content and reply markup are exactly the same"
      }
      return objection(to: parameters["text"].string ?? "", limit: 4_096, entities: parameters["entities"])
    }
    guard Self.sends.contains(method) else { return nil }
    if parameters["chat_id"].isNull { return "chat_id is empty" }
    if method == "sendMessage" {
      let text = parameters["text"].string ?? ""
      if text.allSatisfy(\.isWhitespace) { return "message text is empty" }
      if let objection = objection(to: text, limit: 4_096, entities: parameters["entities"]) { return objection }
    } else if let caption = parameters["caption"].string,
      let objection = objection(to: caption, limit: 1_024, entities: parameters["caption_entities"])
    {
      return objection
    }
    let rows = parameters["reply_markup"]["inline_keyboard"].array ?? []
    for button in rows.flatMap({ $0.array ?? [] }) {
      if (button["text"].string ?? "").isEmpty { return "can't parse inline keyboard button: text is empty" }
      if let data = button["callback_data"].string, !(1...64).contains(data.utf8.count) { return "BUTTON_DATA_INVALID" }
    }
    return nil
  }

  private func objection(to text: String, limit: Int, entities: JSON) -> String? {
    let units = Array(text.utf16)
    if units.count > limit { return limit == 4_096 ? "message is too long" : "message caption is too long" }
    for entity in entities.array ?? [] {
      guard let offset = entity["offset"].int, let length = entity["length"].int, offset >= 0, length > 0,
        offset + length <= units.count
      else { return "can't parse entities: an entity is outside the text" }
      for edge in [offset, offset + length] where edge < units.count && (0xDC00...0xDFFF).contains(units[edge]) {
        return "can't parse entities: an entity cuts a character"
      }
    }
    return nil
  }

  private func success(_ result: JSON) -> HTTPResponse {
    .json((["ok": true, "result": result] as JSON).bytes())
  }

  private func failure(_ status: Int, _ description: String) -> HTTPResponse {
    .json(
      (["ok": false, "error_code": .integer(Int64(status)), "description": .string(description)] as JSON).bytes(),
      status: status)
  }

  /// JSON, or the fields of a multipart form (file parts as their length).
  private static func parameters(_ request: HTTPRequest) -> JSON {
    guard let type = request.headers["Content-Type"], type.hasPrefix("multipart/form-data"),
      let boundary = type.split(separator: "boundary=").last
    else { return (try? JSON.parse(request.body)) ?? .null }
    // Parts are found in latin 1, so that binary parts do no harm.
    let text = String(String.UnicodeScalarView(request.body.map { UnicodeScalar($0) }))
    var parameters: JSON = [:]
    for part in text.split(separator: "--" + boundary.filter { $0 != "\"" }) {
      let halves = part.split(separator: "\r\n\r\n", maxSplits: 1)
      guard halves.count == 2,
        let name = halves[0].split(separator: "name=\"").dropFirst().first?.prefix(while: { $0 != "\"" })
      else { continue }
      let bytes = halves[1].unicodeScalars.dropLast(halves[1].hasSuffix("\r\n") ? 1 : 0).map {
        UInt8(truncatingIfNeeded: $0.value)
      }
      if halves[0].contains("filename=") {
        parameters[String(name)] = [
          "bytes": .integer(Int64(bytes.count)), "starts": .string(String(decoding: bytes.prefix(8), as: UTF8.self)),
        ]
      } else {
        var value = String(decoding: bytes, as: UTF8.self)
        while value.last == "\r" || value.last == "\n" || value.last == "\r\n" { value.removeLast() }
        let isStructured = ["reply_markup", "caption_entities", "entities", "chat_id"].contains(String(name))
        parameters[String(name)] =
          isStructured ? (try? JSON.parse(Array(value.utf8))) ?? .string(value) : .string(value)
      }
    }
    return parameters
  }
}
