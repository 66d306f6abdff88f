package import Base
import Crypto
package import Delivery
import Formats
package import HTTP
import Messages
import Synchronization
package import Telemetry
package import Text

/// The WhatsApp door: signed webhooks in, the Cloud API out.
package final class WhatsAppDoor: OutboundDoor, HTTPHandler {
  package static let webhookPath = "/whatsapp/webhook"
  package static let bodyLimit = 3 << 20
  package static let fileLimit = 20 << 20

  package let name = "whatsapp"
  /// Our phone number id; part of every address.
  package var account: String { configuration.phoneNumberID }
  package var pace: Pace { configuration.pace }

  let configuration: WhatsAppConfiguration
  let api: WhatsAppAPI
  let random: any RandomSource
  let log = Log("whatsapp")
  /// Whom anything may be told now.
  let window = WhatsAppWindow()
  /// What a template wants to know of a person.
  let reader: @Sendable (PersonID) -> (name: String, language: Language)
  private let inbox: Inbox
  let clock: any WallClock
  private let onStatus: @Sendable (WhatsAppStatus) async throws -> Void
  private let onMove: @Sendable (WhatsAppDelivery.Move) async throws -> Void
  private let onTrouble: @Sendable (WhatsAppFault) async -> Void
  let marks = ReadMarks()
  private let lastComplaint = Mutex(Instant.epoch)
  private let received: Counter
  private let ignored: Counter
  private let turnedAway: Counter

  /// - Parameters:
  ///   - onStatus: how far one of our messages came; may come again and out of order (`State.after`). When it throws,
  ///     the delivery is answered with 503 and comes again.
  ///   - onMove: a person has a new number; same rules.
  ///   - onTrouble: the owner must mend something; at most once in ten minutes.
  /// - Throws: `WhatsAppError` when the configuration cannot be used; the sentence says what to mend.
  package init(
    configuration: WhatsAppConfiguration, inbox: Inbox, transport: any HTTPTransport, clock: any WallClock,
    random: any RandomSource = SystemRandom(), metrics: Metrics,
    reader: @escaping @Sendable (PersonID) -> (name: String, language: Language) = { _ in ("", .english) },
    onStatus: @escaping @Sendable (WhatsAppStatus) async throws -> Void = { _ in },
    onMove: @escaping @Sendable (WhatsAppDelivery.Move) async throws -> Void = { _ in },
    onTrouble: @escaping @Sendable (WhatsAppFault) async -> Void = { _ in }
  ) throws {
    if let problem = configuration.problem { throw WhatsAppError(.configuration, problem) }
    for secret in [configuration.token, configuration.appSecret, configuration.verifyToken] {
      Redactor.register(secret)
    }
    self.configuration = configuration
    api = WhatsAppAPI(configuration: configuration, transport: transport)
    self.inbox = inbox
    self.clock = clock
    self.random = random
    self.onStatus = onStatus
    self.onMove = onMove
    self.onTrouble = onTrouble
    self.reader = reader
    received = metrics.counter("thinnai_door_updates_total", ["door": "whatsapp"], help: "Authentic deliveries.")
    ignored = metrics.counter("thinnai_door_ignored_total", ["door": "whatsapp"], help: "Understood, not for us.")
    turnedAway = metrics.counter("thinnai_door_refused_total", ["door": "whatsapp"], help: "Not authentic.")
  }

  /// Learns from the inbox who has written within the last day. Called before anything is sent.
  package func load() async throws {
    let since = clock.now - WhatsAppWindow.length
    window.restore(try await inbox.lastHeard(door: name, account: account, since: since))
  }

  // MARK: Webhook

  package func admit(_ head: HTTPRequestHead) -> Admission {
    switch head.method {
    case "GET": return .accept(bodyLimit: 0)
    case "POST":
      // The signature covers the body; what can never match is turned away before it.
      guard Self.signature(head.headers) != nil else { return .refuse(unauthorized()) }
      return .accept(bodyLimit: Self.bodyLimit)
    default: return .refuse(HTTPResponse(status: 405, headers: ["Allow": "GET, POST"]))
    }
  }

  /// Answers 200 only when the messages are on disk.
  package func handle(_ request: HTTPRequest) async -> HTTPResponse {
    if request.method == "GET" { return verify(request.head) }
    if case .refuse(let response) = admit(request.head) { return response }
    // Over the bytes as they came: the same JSON written anew would have another signature.
    guard let shown = Self.signature(request.headers),
      constantTimeEqual(shown, "sha256=" + Hex.encode(HMAC.sha256(key: configuration.appSecret, message: request.body)))
    else { return unauthorized() }
    received.add()
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(request.body)
    } catch {
      log.notice("A delivery cannot be read", ["error": .error(error), "bytes": .int(request.body.count)])
      return .failure(400, code: error.code, sentence: error.sentence)
    }
    guard json.object != nil else {
      return .failure(400, code: "whatsapp.shape", sentence: "A delivery is an object.")
    }
    do {
      try await take(WhatsAppDelivery(json, account: account))
      return .empty(200)
    } catch {
      log.warning("A delivery could not be made durable", ["error": .error(error)])
      var response = HTTPResponse.failure(
        503, code: "whatsapp.busy", sentence: "It cannot be stored at this moment. Try again in a moment.")
      response.headers["Retry-After"] = "2"
      return response
    }
  }

  private func take(_ delivery: WhatsAppDelivery) async throws {
    // First who is who, so that a message from the new number finds its person.
    for move in delivery.moves { try await onMove(move) }
    // before they are handed on: an answer may be ready at once
    let before = delivery.messages.map { window.heard($0, at: clock.now) }
    let accepted = try await inbox.accept(delivery.messages)
    for (before, place) in zip(before, accepted) where place == nil { window.putBack(before) }
    for status in delivery.statuses {
      if status.faults.first?.cure == .template, let user = status.recipient { window.close(user) }
      try await onStatus(status)
      if status.state == .failed, let fault = status.faults.first, fault.cure == .alert { await onTrouble(fault) }
    }
    for reason in delivery.ignored {
      ignored.add()
      log.info("A part of a delivery was passed over", ["reason": .text(reason)])
    }
  }

  private func unauthorized() -> HTTPResponse {
    turnedAway.add()
    return .failure(401, code: "whatsapp.unauthorized", sentence: "The signature is missing or not the right one.")
  }

  /// The one header of the one form there is; another algorithm, upper case or a second header is none.
  private static func signature(_ headers: HTTPHeaders) -> String? {
    let shown = headers.all("X-Hub-Signature-256")
    guard shown.count == 1, shown[0].utf8.count == 71, shown[0].hasPrefix("sha256=") else { return nil }
    return shown[0].utf8.dropFirst(7).allSatisfy { 48...57 ~= $0 || 97...102 ~= $0 } ? shown[0] : nil
  }

  /// The question that is asked once, when the webhook is set up; it is not signed.
  private func verify(_ head: HTTPRequestHead) -> HTTPResponse {
    func only(_ name: String) -> String? {
      let values = head.query.filter { $0.0 == name }
      return values.count == 1 ? values[0].1 : nil
    }
    guard only("hub.mode") == "subscribe", let token = only("hub.verify_token"),
      constantTimeEqual(token, configuration.verifyToken), let challenge = only("hub.challenge"), !challenge.isEmpty,
      challenge.utf8.count <= 256, challenge.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
    else {
      turnedAway.add()
      return .failure(403, code: "whatsapp.unverified", sentence: "The verify token is not the one configured here.")
    }
    var response = HTTPResponse.text(challenge)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
  }

  /// Says once in ten minutes that the owner must mend something.
  func complain(_ failure: WhatsAppAPI.Failure) async {
    let now = clock.now
    let isDue = lastComplaint.withLock { last in
      guard now - last >= .minutes(10) || now < last else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    log.error(
      "WhatsApp refuses: the token ended or lacks rights, the account is limited, or a template is not approved. Run doctor, and look at the account in Meta's Business Manager",
      [
        "whatsapp.status": .int(failure.status), "whatsapp.code": .int(failure.fault.code),
        "whatsapp.title": .text(failure.fault.title),
      ])
    await onTrouble(failure.fault)
  }
}
