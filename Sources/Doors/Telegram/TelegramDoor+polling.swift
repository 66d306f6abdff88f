import Actions
package import Base
import Formats
import Delivery
import HTTP
import Synchronization
import Telemetry

extension TelegramDoor {
  private static let conflict: StaticString =
    "Telegram gives updates to one place only: another program polls with this token, or a webhook is set. Stop the other, or give this one the secret and the public address"

  /// Where the next poll goes on, and how it has gone so far.
  package struct PollState: Sendable {
    var offset: Int64?
    var lastUpdate: Instant
    var failures = 0
    /// Once: a webhook that comes back belongs to another program.
    var hasRemovedWebhook = false
    package init(now: Instant) { lastUpdate = now }
  }

  /// Fetches updates until cancelled. For a bot without a secret and a public address: works behind a home router.
  package func poll() async {
    var state = PollState(now: clock.now)
    while !Task.isCancelled {
      let pause = await pollOnce(&state)
      if pause > .zero {
        do { try await clock.sleep(for: pause) } catch { return }
      }
    }
  }

  /// One `getUpdates`. The offset moves on only past updates that are on disk; what a crash leaves comes again and is
  /// known by its id.
  ///
  /// - Returns: how long to wait before the next.
  package func pollOnce(_ state: inout PollState) async -> Duration {
    // After a quiet week Telegram starts again at a random number, which may be a smaller one.
    if clock.now - state.lastUpdate > .days(6) { state.offset = nil }
    var parameters: JSON = ["timeout": 50, "limit": 100, "allowed_updates": JSON(TelegramUpdate.kinds)]
    if let offset = state.offset { parameters["offset"] = .integer(offset) }
    switch await api.call("getUpdates", parameters, timeout: .seconds(70)) {
    case .done(let updates):
      for json in updates.array ?? [] {
        do {
          try await take(TelegramUpdate(json, account: account, username: username.withLock { $0 }))
        } catch {
          log.warning("An update could not be made durable", ["error": .error(error)])
          return backOff(&state)
        }
        state.lastUpdate = clock.now
        if let id = TelegramUpdate.identifier(json["update_id"]).flatMap({ Int64($0) }), id < .max {
          state.offset = id + 1
        }
      }
      state.failures = 0
      onTrouble(nil)
      return .zero
    case .failed(let failure):
      switch failure.code {
      case 401, 404:
        complain(failure)
        return .seconds(60)
      case 409 where failure.description.contains("webhook") && !state.hasRemovedWebhook:
        // an earlier start with a public address left it: whoever has neither wants to poll
        state.hasRemovedWebhook = true
        _ = await api.call("deleteWebhook", ["drop_pending_updates": false])
        log.notice("Telegram still had a webhook of this bot; it was removed, so that updates can be fetched")
        return .zero
      case 409:
        onTrouble("\(Self.conflict).")
        log.error(Self.conflict, ["telegram.description": .text(failure.description)])
        return .seconds(30)
      default:
        log.warning(
          "Telegram refused to give updates",
          ["telegram.status": .int(failure.code), "telegram.description": .text(failure.description)])
        return failure.retryAfter ?? backOff(&state)
      }
    case .notSent(let reason), .lost(let reason):
      if Task.isCancelled { return .zero }
      log.notice("Telegram could not be reached", ["reason": .text(reason)])
      return backOff(&state)
    }
  }

  /// Half a second, doubling to a minute, spread so that a fleet does not come back at once.
  private func backOff(_ state: inout PollState) -> Duration {
    let base = min(60_000, 500 << min(state.failures, 7))
    state.failures += 1
    return .milliseconds(base / 2 + random.below(base / 2 + 1))
  }

  // MARK: Webhook

  /// Tells Telegram where to send updates.
  ///
  /// - Throws: `TelegramError` with what to mend.
  package func register() async throws {
    guard let publicURL = configuration.publicURL, let secret = configuration.secret else { return }
    let isAllowed =
      secret.utf8.count <= 256
      && secret.utf8.allSatisfy { byte in
        byte | 0x20 >= 97 && byte | 0x20 <= 122 || 48...57 ~= byte || byte == 45 || byte == 95
      }
    guard isAllowed else {
      throw TelegramError(
        .configuration,
        "Telegram takes secrets of at most 256 letters, digits, _ and -. Choose another one, or leave it out and one is made."
      )
    }
    let parameters: JSON = [
      "url": .string(Self.webhookURL(publicURL)), "secret_token": .string(secret),
      "allowed_updates": JSON(TelegramUpdate.kinds), "max_connections": 40,
    ]
    switch await api.call("setWebhook", parameters) {
    case .done:
      log.info("Telegram sends updates to the public address")
    case .failed(let failure):
      if failure.code == 401 || failure.code == 404 { complain(failure) }
      throw TelegramError(.refused, "Telegram did not take the public address: \(failure.description).")
    case .notSent(let reason), .lost(let reason):
      throw TelegramError(.unanswered, reason)
    }
  }

  /// Tries until it works: the network may come up after us.
  func registerUntilDone() async {
    guard configuration.publicURL != nil else { return }
    var pause = 1
    while !Task.isCancelled {
      do {
        return try await register()
      } catch let error as TelegramError where error.kind == .configuration {
        return log.error("The webhook cannot be registered", ["error": .error(error)])
      } catch {
        log.error("The webhook is not registered yet", ["error": .error(error), "retry_s": .int(pause)])
      }
      do { try await clock.sleep(for: .seconds(pause)) } catch { return }
      pause = min(pause * 2, 300)
    }
  }

  static func webhookURL(_ publicURL: String) -> String {
    var base = publicURL
    while base.hasSuffix("/") { base.removeLast() }
    return base + webhookPath
  }
}
