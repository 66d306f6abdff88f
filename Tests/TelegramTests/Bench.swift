import Base
import Formats
import Foundation
import HTTP
import Messages
import RoomTesting

@testable import Delivery
@testable import Telegram

let token = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp"
let secret = "a-secret_of-Telegram"

func doorOfTests(
  _ bench: InboxBench, _ transport: any HTTPTransport = MemoryTransport { _ in .json(["ok": true, "result": true]) },
  secret: String? = secret, publicURL: String? = nil, api: String = "https://api.telegram.org",
  onMembership: @escaping @Sendable (TelegramUpdate.Membership) -> Void = { _ in },
  onTrouble: @escaping @Sendable (String?) -> Void = { _ in }
) throws -> TelegramDoor {
  try TelegramDoor(
    configuration: TelegramConfiguration(token: token, secret: secret, publicURL: publicURL, api: api),
    inbox: bench.inbox, transport: transport, clock: bench.clock, random: SeededRandom(seed: 1),
    metrics: bench.metrics, onMembership: onMembership, onTrouble: onTrouble)
}

func post(_ body: [UInt8], headers: HTTPHeaders = ["X-Telegram-Bot-Api-Secret-Token": secret]) -> HTTPRequest {
  HTTPRequest(head: HTTPRequestHead(method: "POST", path: TelegramDoor.webhookPath, headers: headers), body: body)
}

/// The recorded payloads.
enum Payload {
  static let folder = RoomHarness.share + "/Fixtures/payloads/telegram"
  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".json") }.sorted()

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }
  static func json(_ name: String) throws -> JSON { try JSON.parse(bytes(name)) }
}

func read(_ json: JSON) -> TelegramUpdate { TelegramUpdate(json, account: "123456") }

func item(
  _ message: OutboundMessage, chat: String = "77", piecesSent: Int = 0
) -> OutboxItem {
  var item = OutboxItem(
    tenant: TenantID("t"), id: "o1", person: PersonID("p"),
    address: Address(door: "telegram", account: "123456", user: chat), chat: chat, message: message, urgency: .normal,
    dueAt: .epoch, attempts: 0, isUncertain: false)
  item.piecesSent = piecesSent
  return item
}
