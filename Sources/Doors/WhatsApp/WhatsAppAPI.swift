import Base
import Formats
import HTTP

/// The Cloud API over a transport. The token travels in a header and nowhere else.
struct WhatsAppAPI: Sendable {
  /// Where the platform keeps media; the only place beside the API that gets the token.
  static let mediaHost = "https://lookaside.fbsbx.com/"

  enum Answer: Sendable {
    case done(JSON)
    case failed(Failure)
    /// Nothing was sent: no connection.
    case notSent(String)
    /// It may have acted: the answer was lost or cannot be read.
    case lost(String)
  }

  struct Failure: Sendable {
    var status: Int
    var fault: WhatsAppFault
    var retryAfter: Duration?
  }

  private let base: String
  private let origin: String
  private let headers: HTTPHeaders
  private let transport: any HTTPTransport

  init(configuration: WhatsAppConfiguration, transport: any HTTPTransport) {
    var base = configuration.api
    while base.hasSuffix("/") { base.removeLast() }
    self.base = base + "/"
    origin = Self.origin(of: base)
    headers = ["Authorization": "Bearer \(configuration.token)"]
    self.transport = transport
  }

  /// - Parameter onlyOnce: must not happen twice, so a dead connection is an error and not a second try.
  func post(_ path: String, _ json: JSON, timeout: Duration = .seconds(30), onlyOnce: Bool = false) async -> Answer {
    var request = HTTPClientRequest.post(base + path, json: json.bytes(), headers: headers)
    request.timeout = timeout
    request.neverResend = onlyOnce
    return await answer(to: request)
  }

  func post(_ path: String, _ form: MultipartForm) async -> Answer {
    var headers = headers
    headers.add("Content-Type", form.contentType)
    var request = HTTPClientRequest(method: "POST", url: base + path, headers: headers, body: form.body)
    request.timeout = .seconds(120)
    return await answer(to: request)
  }

  func get(_ path: String) async -> Answer {
    var request = HTTPClientRequest.get(base + path, headers: headers)
    request.timeout = .seconds(15)
    return await answer(to: request)
  }

  /// - Parameter url: as the API gave it; fetched only from the API's own place or the platform's media host.
  func download(_ url: String, limit: Int) async throws -> [UInt8] {
    guard isOurs(url) else {
      throw WhatsAppError(.refused, "WhatsApp named a place for the file that is not its own.")
    }
    var request = HTTPClientRequest.get(url, headers: headers)
    request.maxResponseBytes = limit
    request.timeout = .seconds(120)
    let response = try await transport.send(request)
    guard response.isSuccess else {
      throw WhatsAppError(.refused, "WhatsApp did not give the file (HTTP \(response.status)).")
    }
    return response.body
  }

  /// The slash after the host is compared, too, so that no longer host name and no user part passes.
  func isOurs(_ url: String) -> Bool {
    url.utf8.count <= 4_096 && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }
      && (url.hasPrefix(Self.mediaHost) || url.hasPrefix(origin + "/"))
  }

  /// `https://host:port` of a URL.
  static func origin(of url: String) -> String {
    url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
  }

  private func answer(to request: HTTPClientRequest) async -> Answer {
    do {
      return Self.read(try await transport.send(request))
    } catch let error as HTTPClientError {
      // Its sentence names scheme and host only.
      return error.outcome == .notSent ? .notSent(error.sentence) : .lost(error.sentence)
    } catch {
      return .lost("The request to WhatsApp was cut short.")
    }
  }

  static func read(_ response: HTTPClientResponse) -> Answer {
    let json = try? JSON.parse(response.body)
    let error = json?["error"] ?? .null
    if response.isSuccess, error.isNull {
      guard let json else { return .lost("WhatsApp's answer could not be read.") }
      return .done(json)
    }
    let seconds = response.headers["Retry-After"].flatMap { Int64($0) }
    return .failed(
      Failure(
        status: response.status,
        fault: error.isNull
          ? WhatsAppFault(code: WhatsAppFault.noCode, title: "HTTP \(response.status)") : WhatsAppFault(error),
        retryAfter: seconds.map { .seconds(min(max($0, 0), 3_600)) }))
  }
}
