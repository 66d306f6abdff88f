import Base
import Crypto
import Formats
import Foundation
import HTTP
import Messages
import RoomTesting
import Text

@testable import Delivery
@testable import WhatsApp

let appSecret = "0123456789abcdef-app-secret"
let verifyToken = "chosen-by-the-owner"
let number = "1122334455667"

func configuration(templates: [String: WhatsAppTemplate] = [:]) -> WhatsAppConfiguration {
  WhatsAppConfiguration(
    token: "EAAG-token-of-the-system-user", appSecret: appSecret, verifyToken: verifyToken, phoneNumberID: number,
    templates: templates)
}

/// Those that the tests write to.
let chats = ["972987654321", "IN.77aB"]

/// - Parameter isOpen: whether everybody has written within the day.
func doorOfTests(
  _ bench: InboxBench, _ transport: any HTTPTransport = MemoryTransport { _ in .json([:]) }, isOpen: Bool = true,
  templates: [String: WhatsAppTemplate] = [:],
  onStatus: @escaping @Sendable (WhatsAppStatus) async throws -> Void = { _ in },
  onMove: @escaping @Sendable (WhatsAppDelivery.Move) async throws -> Void = { _ in },
  onTrouble: @escaping @Sendable (WhatsAppFault) async -> Void = { _ in }
) throws -> WhatsAppDoor {
  let door = try WhatsAppDoor(
    configuration: configuration(templates: templates), inbox: bench.inbox, transport: transport, clock: bench.clock,
    random: SeededRandom(seed: 1), metrics: bench.metrics, reader: { _ in ("Lakshmi", .tamil) },
    onStatus: onStatus, onMove: onMove, onTrouble: onTrouble)
  if isOpen { door.window.restore(Dictionary(uniqueKeysWithValues: chats.map { ($0, bench.clock.now) })) }
  return door
}

func signature(_ body: [UInt8], secret: String = appSecret) -> String {
  "sha256=" + Hex.encode(HMAC.sha256(key: secret, message: body))
}

func post(_ body: [UInt8], headers: HTTPHeaders? = nil) -> HTTPRequest {
  HTTPRequest(
    head: HTTPRequestHead(
      method: "POST", path: WhatsAppDoor.webhookPath, headers: headers ?? ["X-Hub-Signature-256": signature(body)]),
    body: body)
}

/// The recorded payloads.
enum Payload {
  static let folder = RoomHarness.share + "/Fixtures/payloads/whatsapp"
  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".json") }.sorted()

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }
  static func json(_ name: String) throws -> JSON { try JSON.parse(bytes(name)) }
  /// The number that a payload was recorded for.
  static func account(_ json: JSON) -> String {
    json["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"].string ?? number
  }
}

func item(
  _ message: OutboundMessage, chat: String = "972987654321", piecesSent: Int = 0, urgency: Urgency = .normal
) -> OutboxItem {
  var item = OutboxItem(
    tenant: TenantID("t"), id: "o1", person: PersonID("p"),
    address: Address(door: "whatsapp", account: number, user: chat), chat: chat, message: message, urgency: urgency,
    dueAt: .epoch, attempts: 0, isUncertain: false)
  item.piecesSent = piecesSent
  return item
}
