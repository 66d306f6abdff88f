import Base
import Benchmarking
import Formats
import HTTP
import Synchronization

/// The WhatsApp Cloud API: messages, read marks and media, its limits and its bad days.
final class WhatsAppStandIn: HTTPHandler {
  struct Call: Sendable {
    let at: Double
    let to: String
    let body: JSON
    let isAccepted: Bool
    let status: Int
    var isReadMark: Bool { body["status"].string == "read" }
    var text: String { body["text"]["body"].string ?? body["interactive"]["body"]["text"].string ?? "" }
  }

  private struct State {
    var calls: [Call] = []
    var media: [String: [UInt8]] = [:]
    var lastMessage = 0
  }

  static let version = "v23.0"
  let token: String
  let phoneNumberID: String
  let fates: Fates
  private let state = Mutex(State())
  private let server = Mutex<HTTPServer?>(nil)
  private let boundPort = Mutex(0)

  init(token: String = "standin-whatsapp-token", phoneNumberID: String = "106540352242922", seed: UInt64 = 1) throws {
    self.token = token
    self.phoneNumberID = phoneNumberID
    fates = Fates(seed: seed)
    let server = try HTTPServer(handler: self)
    let port = try server.start()
    boundPort.withLock { $0 = port }
    self.server.withLock { $0 = server }
  }

  var url: String { "http://127.0.0.1:\(boundPort.withLock { $0 })/\(Self.version)" }
  func stop() async { await server.withLock { $0 }?.stop(graceful: .seconds(1)) }
  var calls: [Call] { state.withLock { $0.calls } }
  /// What reached people, in order.
  var sent: [Call] { calls.filter { $0.isAccepted && !$0.isReadMark } }
  func sent(to user: String) -> [Call] { sent.filter { $0.to == user } }
  func add(media: String, bytes: [UInt8]) { state.withLock { $0.media[media] = bytes } }

  func admit(_ head: HTTPRequestHead) -> Admission { .accept(bodyLimit: 64 << 20) }

  func handle(_ request: HTTPRequest) async -> HTTPResponse {
    var parts = request.path.split(separator: "/").map(String.init)
    guard request.headers["Authorization"] == "Bearer " + token else {
      return failure(401, 190, "Invalid OAuth access token - Cannot parse access token")
    }
    if parts.first == "bytes", let bytes = state.withLock({ $0.media[parts[1]] }) {
      return HTTPResponse(headers: ["Content-Type": "audio/ogg"], body: .bytes(bytes))
    }
    guard parts.first == Self.version else { return failure(404, 100, "Unknown path components") }
    parts.removeFirst()
    if request.method == "GET", parts.count == 1, let bytes = state.withLock({ $0.media[parts[0]] }) {
      let place = "http://127.0.0.1:\(boundPort.withLock { $0 })/bytes/\(parts[0])"
      return .json(
        ([
          "url": .string(place), "mime_type": "audio/ogg; codecs=opus", "file_size": .integer(Int64(bytes.count)),
          "id": .string(parts[0]), "messaging_product": "whatsapp",
        ] as JSON).bytes())
    }
    if request.method == "POST", parts == [phoneNumberID, "media"] { return .json(#"{"id":"990011"}"#) }
    if request.method == "GET", parts == [phoneNumberID] {
      return .json(#"{"id":"\#(phoneNumberID)","display_phone_number":"+1 555 0100","quality_rating":"GREEN"}"#)
    }
    guard request.method == "POST", parts == [phoneNumberID, "messages"] else {
      return failure(400, 100, "Unsupported request")
    }
    return send((try? JSON.parse(request.body)) ?? .null)
  }

  private func send(_ body: JSON) -> HTTPResponse {
    let to = body["to"].string ?? body["recipient"].string ?? ""
    let fate = body["status"].string == "read" ? .serve : fates.next()
    func record(_ accepted: Bool, _ status: Int) {
      state.withLock {
        $0.calls.append(Call(at: Stopwatch.now, to: to, body: body, isAccepted: accepted, status: status))
      }
    }
    switch fate {
    case .rateLimit:
      record(false, 429)
      return failure(429, 131_056, "(Business Account, Consumer Account) pair rate limit hit")
    case .serverError:
      record(false, 500)
      return failure(500, 131_000, "Something went wrong")
    case .dropBefore:
      record(false, 0)
      return .brokenOff
    case .serve, .dropAfter, .slow: break
    }
    if let objection = objection(body) {
      record(false, 400)
      return failure(400, 131_009, objection)
    }
    if fates.current.blocked.contains(to) {
      record(false, 400)
      return failure(400, 131_026, "Message undeliverable")
    }
    record(true, 200)
    if body["status"].string == "read" { return .json(#"{"success":true}"#) }
    let id = state.withLock { state in
      state.lastMessage += 1
      return state.lastMessage
    }
    let answer = HTTPResponse.json(
      ([
        "messaging_product": "whatsapp", "contacts": [["input": .string(to), "wa_id": .string(to)]],
        "messages": [["id": .string("wamid.STANDIN\(id)")]],
      ] as JSON).bytes())
    return fate == .dropAfter ? .brokenOff : fate == .slow ? answer.trickled() : answer
  }

  private func objection(_ body: JSON) -> String? {
    guard body["messaging_product"].string == "whatsapp" else { return "messaging_product is missing" }
    if body["status"].string == "read" { return body["message_id"].string == nil ? "message_id is missing" : nil }
    if (body["to"].string ?? body["recipient"].string ?? "").isEmpty { return "to is missing" }
    switch body["type"].string ?? "text" {
    case "text":
      let text = body["text"]["body"].string ?? ""
      return text.isEmpty ? "text.body is empty" : text.utf16.count > 4_096 ? "text.body is too long" : nil
    case "interactive":
      let interactive = body["interactive"]
      if (interactive["body"]["text"].string ?? "").utf16.count > 1_024 { return "interactive body is too long" }
      let buttons = interactive["action"]["buttons"].array ?? []
      if buttons.count > 3 { return "more than 3 buttons" }
      for button in buttons where !(1...20).contains((button["reply"]["title"].string ?? "").count) {
        return "a button title is empty or longer than 20"
      }
      let rows = (interactive["action"]["sections"].array ?? []).flatMap { $0["rows"].array ?? [] }
      if rows.count > 10 { return "more than 10 rows" }
      for row in rows where !(1...24).contains((row["title"].string ?? "").count) {
        return "a row title is empty or longer than 24"
      }
      return nil
    case "image", "location", "audio", "document", "template": return nil
    case let type: return "unknown type \(type)"
    }
  }

  private func failure(_ status: Int, _ code: Int, _ message: String) -> HTTPResponse {
    .json(
      ([
        "error": [
          "message": .string("(#\(code)) \(message)"), "type": "OAuthException", "code": .integer(Int64(code)),
          "fbtrace_id": "A1",
        ]
      ] as JSON).bytes(), status: status)
  }
}
