import Base
import Formats

/// One way by which bytes come in from outside.
///
/// A house rule wants a row for every door in `Sources/Doors` that takes bytes (by `room:`), and `RawBytesTests` wants one
/// for every webhook and every socket that the running program names in its own `/openapi.json`; its routes need none,
/// because they are taken from there.
struct DoorRow: Sendable, CustomStringConvertible {
  enum Way: Sendable {
    case webhook(WebhookWay)
    /// Every route that `/openapi.json` names.
    case routes
    /// A WebSocket; its frames.
    case socket(path: String)
    /// Lines of the standard input of a command.
    case lines([String])
  }
  /// The folder in `Sources/Doors`.
  let room: String
  let way: Way

  var description: String { room }

  static let table: [DoorRow] = [
    DoorRow(room: "Telegram", way: .webhook(.telegram)),
    DoorRow(room: "WhatsApp", way: .webhook(.whatsApp)),
    DoorRow(room: "Web", way: .routes),
    DoorRow(room: "Web", way: .socket(path: "/live")),
    DoorRow(room: "Terminal", way: .lines(["repl"])),
    DoorRow(room: "Terminal", way: .lines(["repl", "--json"])),
  ]

  static var webhooks: [WebhookWay] {
    table.compactMap { if case .webhook(let way) = $0.way { way } else { nil } }
  }
  static var sockets: [String] {
    table.compactMap { if case .socket(let path) = $0.way { path } else { nil } }
  }
}

/// How a platform delivers to a webhook, honestly and not.
struct WebhookWay: Sendable {
  let path: String
  /// The header that proves who delivers.
  let proof: String
  /// Its value for a body.
  let sign: @Sendable ([UInt8]) -> String
  /// Values that look like a proof and are none, beside an empty one and an absent one.
  let forged: [String]
  /// A delivery of messages of a known person, one effect each, as the platform would batch them. Ids from 1.
  let deliver: @Sendable ([Int]) -> [JSON]
  /// Another method than POST that it takes.
  let others: Set<String>

  static let number = "106540352242922"
  static let (telegramUser, whatsAppUser) = (555, "919900")

  static let telegram = WebhookWay(
    path: "/telegram/webhook", proof: "X-Telegram-Bot-Api-Secret-Token", sign: { _ in Telegram.secret },
    forged: ["wrong", Telegram.secret + "x", String(Telegram.secret.dropLast()), Telegram.secret.uppercased()],
    deliver: { ids in
      ids.map { Telegram.text("add expense \(1_000 + $0) for tea", from: telegramUser, update: 40_000 + $0) }
    }, others: [])

  static let whatsApp = WebhookWay(
    path: "/whatsapp/webhook", proof: "X-Hub-Signature-256", sign: { WhatsApp.signature($0) },
    forged: [
      "sha256=" + String(repeating: "0", count: 64), "sha1=" + String(repeating: "0", count: 40), "sha256=", "x",
      WhatsApp.signature(Array("{}".utf8)), WhatsApp.signature(Array("other".utf8), secret: ""),
    ],
    deliver: { ids in
      [
        WhatsApp.envelope(
          ids.map {
            WhatsApp.message(
              "add expense \(2_000 + $0) for tea", from: whatsAppUser, id: "wamid.raw\($0)", number: number)
          }, number: number)
      ]
    }, others: ["GET"])
}
