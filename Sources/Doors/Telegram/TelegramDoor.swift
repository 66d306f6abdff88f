package import Base
import Crypto
package import Delivery
import Formats
package import HTTP
import Messages
import Store
import Synchronization
package import Telemetry

/// The Telegram door: updates in by webhook or long polling, messages out by the Bot API.
package final class TelegramDoor: OutboundDoor, HTTPHandler {
  /// How updates come.
  package enum Mode: String, Sendable { case webhook, polling }

  package static let webhookPath = "/telegram/webhook"
  package static let bodyLimit = 1 << 20
  /// What Telegram gives to bots.
  package static let fileLimit = TelegramAPI.fileLimit

  package let name = "telegram"
  package let mode: Mode
  /// Our bot's id; part of every address.
  package let account: String
  package var pace: Pace { configuration.pace }
  package let canEdit = true

  let configuration: TelegramConfiguration
  let api: TelegramAPI
  let inbox: Inbox
  let clock: any WallClock
  let random: any RandomSource
  let log = Log("telegram")
  private let onMembership: @Sendable (TelegramUpdate.Membership) -> Void
  private let onMove: @Sendable (TelegramUpdate.Move) -> Void
  /// What stands in the way of receiving; `nil` when it works.
  let onTrouble: @Sendable (String?) -> Void
  private let presses = WorkQueue<String>(limit: 1_024)
  let typing: TypingSigns
  let progress = TelegramProgress()
  /// Chats whose answer is there.
  let finished = WorkQueue<String>(limit: 1_024)
  /// The bot's name, by which it is called in groups; `nil` until Telegram tells it.
  let username = Mutex<String?>(nil)
  /// Groups that got a new id.
  let moved = Mutex<[String: String]>([:])
  private let lastComplaint = Mutex(Instant.epoch)
  private let received: Counter
  private let ignored: Counter
  private let turnedAway: Counter

  /// - Parameters:
  ///   - onMembership: a person blocked or unblocked the bot; called before the update is acknowledged. Must not block.
  ///   - onMove: a group got a new chat id. Must not block.
  ///   - onTrouble: what keeps updates away, in a sentence; `nil` when they come. Must not block.
  /// - Throws: `TelegramError` when the configuration cannot be used; the sentence says what to mend.
  package init(
    configuration: TelegramConfiguration, inbox: Inbox, transport: any HTTPTransport, clock: any WallClock,
    random: any RandomSource = SystemRandom(), metrics: Metrics,
    onMembership: @escaping @Sendable (TelegramUpdate.Membership) -> Void = { _ in },
    onMove: @escaping @Sendable (TelegramUpdate.Move) -> Void = { _ in },
    onTrouble: @escaping @Sendable (String?) -> Void = { _ in }
  ) throws {
    guard !configuration.token.isEmpty, configuration.token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F })
    else {
      throw TelegramError(.configuration, "The Telegram token is blank or broken: copy it again from BotFather.")
    }
    if let secret = configuration.secret, secret.utf8.allSatisfy({ $0 <= 0x20 }) {
      throw TelegramError(.configuration, "The Telegram secret is blank: give one of 1 to 256 characters, or none.")
    }
    guard configuration.secret != nil || configuration.publicURL == nil else {
      throw TelegramError(.configuration, "A public address needs a Telegram secret, so that nobody else can use it.")
    }
    Redactor.register(configuration.token)
    if let key = configuration.token.split(separator: ":").last { Redactor.register(String(key)) }
    if let secret = configuration.secret { Redactor.register(secret) }
    self.configuration = configuration
    mode = configuration.secret == nil ? .polling : .webhook
    account = configuration.account
    api = TelegramAPI(configuration: configuration, transport: transport)
    self.inbox = inbox
    self.clock = clock
    typing = TypingSigns(clock: clock)
    self.random = random
    self.onMembership = onMembership
    self.onMove = onMove
    self.onTrouble = onTrouble
    received = metrics.counter("thinnai_door_updates_total", ["door": "telegram"], help: "Authentic deliveries.")
    ignored = metrics.counter("thinnai_door_ignored_total", ["door": "telegram"], help: "Understood, not for us.")
    turnedAway = metrics.counter("thinnai_door_refused_total", ["door": "telegram"], help: "Not authentic.")
  }

  // MARK: Webhook

  package func admit(_ head: HTTPRequestHead) -> Admission {
    // Without a secret there is no such address.
    guard let secret = configuration.secret else { return .refuse(.empty(404)) }
    guard head.method == "POST" else {
      return .refuse(HTTPResponse(status: 405, headers: ["Allow": "POST"]))
    }
    let shown = head.headers.all("X-Telegram-Bot-Api-Secret-Token")
    guard shown.count == 1, constantTimeEqual(shown[0], secret) else {
      turnedAway.add()
      return .refuse(
        .failure(401, code: "telegram.unauthorized", sentence: "The secret token is missing or not the right one."))
    }
    return .accept(bodyLimit: Self.bodyLimit)
  }

  package func handle(_ request: HTTPRequest) async -> HTTPResponse {
    await withCheckedContinuation { continuation in
      _ = answer(request) { continuation.resume(returning: $0) }
    }
  }

  /// Answers 200 only when the messages are on disk, and then at once, from the store's own thread.
  package func answer(_ request: HTTPRequest, _ reply: @escaping @Sendable (HTTPResponse) -> Void) -> Bool {
    do throws(Refusal) {
      submit(try read(request)) { [log] result in
        switch result {
        case .success: reply(.empty(200))
        case .failure(let error):
          log.warning("An update could not be made durable", ["error": .error(error)])
          reply(Self.busy)
        }
      }
    } catch {
      reply(error.response)
    }
    return true
  }

  private struct Refusal: Error { let response: HTTPResponse }

  private static let busy: HTTPResponse = {
    var response = HTTPResponse.failure(
      503, code: "telegram.busy", sentence: "It cannot be stored at this moment. Try again in a moment.")
    response.headers["Retry-After"] = "2"
    return response
  }()

  private func read(_ request: HTTPRequest) throws(Refusal) -> TelegramUpdate {
    // Checked again: what reaches a handler has passed `admit`, and must go on doing so.
    if case .refuse(let response) = admit(request.head) { throw Refusal(response: response) }
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(request.body)
    } catch {
      log.notice("An update cannot be read", ["error": .error(error), "bytes": .int(request.body.count)])
      throw Refusal(response: .failure(400, code: error.code, sentence: error.sentence))
    }
    guard json.object != nil else {
      throw Refusal(response: .failure(400, code: "telegram.shape", sentence: "An update is an object."))
    }
    return TelegramUpdate(json, account: account, username: username.withLock { $0 })
  }

  /// Makes what an update holds durable, then tells the hooks.
  func take(_ update: TelegramUpdate) async throws {
    try await withCheckedThrowingContinuation { continuation in
      submit(update) { continuation.resume(with: $0) }
    }
  }

  /// - Parameter completion: called on the store's thread once all of it is on disk; must not wait.
  private func submit(_ update: TelegramUpdate, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
    received.add()
    // At once, not when its turn comes: the app shows a spinner, and a press expires.
    for press in update.presses { presses.push(press) }
    inbox.submit(update.messages) { [self] result in
      if case .success = result {
        for membership in update.memberships { onMembership(membership) }
        for move in update.moves { note(move) }
        for reason in update.ignored {
          ignored.add()
          log.info("An update was passed over", ["reason": .text(reason)])
        }
      }
      completion(result.map { _ in })
    }
  }

  // MARK: Life

  /// A group got a new id: what is said there goes to that from now on.
  func note(_ move: TelegramUpdate.Move) {
    moved.withLock { moved in
      if moved.count < 10_000 { moved[move.from] = move.to }
    }
    onMove(move)
  }

  /// Asks Telegram for the bot's name until it is told.
  private func learnName() async {
    var pause = 1
    while !Task.isCancelled {
      if case .done(let me) = await api.call("getMe", timeout: .seconds(15)), let name = me["username"].string {
        return username.withLock { $0 = name }
      }
      do { try await clock.sleep(for: .seconds(pause)) } catch { return }
      pause = min(pause * 2, 300)
    }
  }

  /// Registers the webhook or polls, and answers presses, until cancelled.
  package func run() async {
    let (presses, typing, finished) = (presses, typing, finished)
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            while let press = await presses.next() {
              if Task.isCancelled { return }
              _ = await self.api.call(
                "answerCallbackQuery", ["callback_query_id": .string(press)], timeout: .seconds(10))
            }
          }
        }
        group.addTask { await self.learnName() }
        group.addTask { await typing.run { await self.showWaiting($0, $1) } }
        group.addTask { while let chat = await finished.next() { await self.endProgress(chat) } }
        group.addTask {
          if self.mode == .polling { await self.poll() } else { await self.registerUntilDone() }
        }
      }
    } onCancel: {
      presses.close()
      typing.close()
      finished.close()
    }
  }

  /// Says once in ten minutes that the token does not work.
  func complain(_ failure: TelegramAPI.Failure) {
    onTrouble("Telegram does not know this bot: get the token from BotFather and set it anew.")
    let now = clock.now
    let isDue = lastComplaint.withLock { last in
      guard now - last >= .minutes(10) || now < last else { return false }
      last = now
      return true
    }
    if isDue {
      log.error(
        "Telegram does not know this bot: the token is wrong or was revoked. Get it from BotFather and set it anew",
        ["telegram.status": .int(failure.code), "telegram.description": .text(failure.description)])
    }
  }

  static func chatID(_ chat: String) -> JSON { Int64(chat).map(JSON.integer) ?? .string(chat) }
}
