package import Actions
import Base
import Formats
package import HTTP

/// Asks Telegram about the token, the groups and the webhook, for `doctor`. Changes nothing.
package struct TelegramCheck: Sendable {
  private let configuration: TelegramConfiguration
  private let api: TelegramAPI

  package init(configuration: TelegramConfiguration, transport: any HTTPTransport) {
    self.configuration = configuration
    api = TelegramAPI(configuration: configuration, transport: transport)
  }

  package func findings() async -> [Check.Finding] {
    var findings: [Check.Finding] = []
    switch await api.call("getMe", timeout: .seconds(10)) {
    case .done(let me):
      let name = me["username"].string.map { "@" + $0 } ?? "the bot"
      findings.append(.fine("Telegram knows the token; the bot is \(name)."))
      if me["can_read_all_group_messages"].bool == true {
        findings.append(
          .advice(
            "The bot is shown every message of its groups (privacy mode is off), but answers only who names it or answers it. Turn privacy mode on with BotFather's /setprivacy, then take the bot out of the group and add it again."
          ))
      }
      if let id = TelegramUpdate.identifier(me["id"]), id != configuration.account {
        findings.append(.wrong("The token's number is not the bot's number (\(id)): copy the token again."))
      }
    case .failed(let failure) where failure.code == 401 || failure.code == 404:
      return [.wrong("Telegram does not know the token. Copy it again from BotFather, or ask it for a new one.")]
    case .failed(let failure):
      return [.puzzling("Telegram", failure.code, failure.description)]
    case .notSent(let reason), .lost(let reason):
      return [.unreachable("Telegram", reason)]
    }
    if case .done(let info) = await api.call("getWebhookInfo", timeout: .seconds(10)) {
      findings.append(webhookFinding(info))
    }
    return findings
  }

  private func webhookFinding(_ info: JSON) -> Check.Finding {
    let url = info["url"].string ?? ""
    // with an address and no secret the server makes one and registers both
    if configuration.secret == nil, configuration.publicURL == nil {
      return url.isEmpty
        ? .fine("Updates are fetched by polling; no public address is needed.")
        : .wrong(
          "A webhook is set for this bot, so polling gets nothing. Remove it with Telegram's deleteWebhook, or configure the secret and the public address here."
        )
    }
    guard let publicURL = configuration.publicURL else {
      return url.isEmpty
        ? .advice(
          "A secret is set, but Telegram has no webhook address. Set the public address, or register it yourself.")
        : .fine("Telegram sends updates to a webhook that was registered by hand.")
    }
    guard url == TelegramDoor.webhookURL(publicURL) else {
      return .wrong(
        "Telegram sends updates to another address than the configured one; start the server to register it.")
    }
    if let error = info["last_error_message"].string {
      let waiting = info["pending_update_count"].int ?? 0
      return .wrong("Telegram could not deliver to the webhook: \(error). \(waiting) updates wait.")
    }
    return .fine("Telegram delivers to the webhook.")
  }
}
