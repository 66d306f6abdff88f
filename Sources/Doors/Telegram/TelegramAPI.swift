import Base
import Formats
import HTTP
import Text

/// The Bot API's methods over a transport. The token is part of every URL, so no URL ever leaves this type.
struct TelegramAPI: Sendable {
  static let fileLimit = 20 << 20

  /// What the API said, or that it said nothing.
  enum Answer: Sendable {
    case done(JSON)
    case failed(Failure)
    /// Nothing was sent: no connection.
    case notSent(String)
    /// It may have acted: the answer was lost or cannot be read.
    case lost(String)
  }

  struct Failure: Sendable {
    var code: Int
    var description: String
    var retryAfter: Duration?
    var migrateTo: String?
  }

  private let base: String
  private let files: String
  private let transport: any HTTPTransport

  init(configuration: TelegramConfiguration, transport: any HTTPTransport) {
    var host = configuration.api
    while host.hasSuffix("/") { host.removeLast() }
    base = "\(host)/bot\(configuration.token)/"
    files = "\(host)/file/bot\(configuration.token)/"
    self.transport = transport
  }

  /// - Parameter onlyOnce: the method must not happen twice, so a dead connection is an error and not a second try.
  func call(
    _ method: String, _ parameters: JSON = [:], timeout: Duration = .seconds(30), onlyOnce: Bool = false
  ) async -> Answer {
    var request = HTTPClientRequest.post(base + method, json: parameters.bytes())
    request.timeout = timeout
    request.neverResend = onlyOnce
    return await answer(to: request)
  }

  func upload(_ method: String, _ form: MultipartForm) async -> Answer {
    var request = HTTPClientRequest(
      method: "POST", url: base + method, headers: ["Content-Type": form.contentType], body: form.body)
    request.timeout = .seconds(120)
    request.neverResend = true
    return await answer(to: request)
  }

  /// - Parameter path: from `getFile`; only plain relative paths are asked for.
  func download(_ path: String, limit: Int) async throws -> [UInt8] {
    guard Self.isPlain(path) else {
      throw TelegramError(.refused, "Telegram named a file in a way that is not understood.")
    }
    var request = HTTPClientRequest.get(files + path)
    request.maxResponseBytes = limit
    request.timeout = .seconds(120)
    let response = try await transport.send(request)
    guard response.isSuccess else {
      throw TelegramError(.refused, "Telegram did not give the file (HTTP \(response.status)).")
    }
    return response.body
  }

  static func isPlain(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= 512 else { return false }
    return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part != "." && part != ".."
        && part.utf8.allSatisfy { byte in
          byte | 0x20 >= 97 && byte | 0x20 <= 122 || 48...57 ~= byte || byte == 45 || byte == 46 || byte == 95
        }
    }
  }

  private func answer(to request: HTTPClientRequest) async -> Answer {
    do {
      return Self.read(try await transport.send(request))
    } catch let error as HTTPClientError {
      // Its sentence names scheme and host only.
      return error.outcome == .notSent ? .notSent(error.sentence) : .lost(error.sentence)
    } catch {
      return .lost("The request to Telegram was cut short.")
    }
  }

  static func read(_ response: HTTPClientResponse) -> Answer {
    let json = (try? JSON.parse(response.body)) ?? .null
    if response.isSuccess {
      if json["ok"].bool == true { return .done(json["result"]) }
      if json["ok"].bool == nil { return .lost("Telegram's answer could not be read.") }
    }
    let parameters = json["parameters"]
    var seconds = parameters["retry_after"].int64
    if seconds == nil { seconds = response.headers["Retry-After"].flatMap { Int64($0) } }
    return .failed(
      Failure(
        code: json["error_code"].int ?? response.status,
        description: json["description"].string.map { String($0.prefix(200)) } ?? "HTTP \(response.status)",
        retryAfter: seconds.map { .seconds(min(max($0, 0), 3_600)) },
        migrateTo: TelegramUpdate.identifier(parameters["migrate_to_chat_id"])))
  }
}
