package import Base
package import Delivery

/// How the Telegram door is opened. Everything comes from the house's configuration.
package struct TelegramConfiguration: Sendable {
  /// `123456:ABC…`, as BotFather gives it.
  package var token: String
  /// What Telegram shows us with each update; with it the webhook is open.
  package var secret: String?
  /// Where Telegram reaches us, without the path.
  package var publicURL: String?
  /// Scheme and host of the Bot API.
  package var api: String
  package var pace: Pace

  package init(
    token: String, secret: String? = nil, publicURL: String? = nil, api: String = "https://api.telegram.org",
    pace: Pace = Pace(perChat: 1, chatBurst: 3, total: 30)
  ) {
    self.token = token
    self.secret = secret
    self.publicURL = publicURL
    self.api = api
    self.pace = pace
  }

  /// A secret for a public URL that came without one; the caller stores it. 43 characters of the set that Telegram takes.
  package static func makeSecret(random: some RandomSource) -> String {
    random.code(43, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
  }

  /// The bot's own id: what stands before the colon of its token.
  var account: String {
    let id = token.prefix { $0 != ":" }
    return !id.isEmpty && id.utf8.count <= 20 && id.utf8.allSatisfy { 48...57 ~= $0 } ? String(id) : "bot"
  }
}

package struct TelegramError: SpeakingError {
  package enum Kind: String, Sendable { case configuration, refused, unanswered, tooLarge }
  package let kind: Kind
  package let sentence: String
  package var code: String { "telegram.\(kind.rawValue)" }

  init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}
