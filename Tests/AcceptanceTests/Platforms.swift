import Base
import Benchmarking
import Crypto
import Formats
import HTTP
import Synchronization

/// Updates as Telegram words them.
enum Telegram {
  static let secret = "standin-secret_1"

  static func text(_ text: String, from user: Int, update: Int, name: String = "Person") -> JSON {
    [
      "update_id": .integer(Int64(update)),
      "message": [
        "message_id": .integer(Int64(update)),
        "from": ["id": .integer(Int64(user)), "is_bot": false, "first_name": .string(name), "language_code": "en"],
        "chat": ["id": .integer(Int64(user)), "first_name": .string(name), "type": "private"],
        "date": 1_760_000_000, "text": .string(text),
      ],
    ]
  }

  static func press(_ data: String, from user: Int, update: Int) -> JSON {
    [
      "update_id": .integer(Int64(update)),
      "callback_query": [
        "id": .string("q\(update)"),
        "from": ["id": .integer(Int64(user)), "is_bot": false, "first_name": "Person", "language_code": "en"],
        "message": [
          "message_id": 1, "date": 1_760_000_000, "text": "?",
          "chat": ["id": .integer(Int64(user)), "first_name": "Person", "type": "private"],
        ],
        "chat_instance": "1", "data": .string(data),
      ],
    ]
  }
}

/// What WhatsApp signs its deliveries with.
enum WhatsApp {
  static func signature(_ body: [UInt8], secret: String = "standin-app-secret") -> String {
    "sha256="
      + HMAC.sha256(key: Array(secret.utf8), message: body).map { byte in
        let digits = Array("0123456789abcdef")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }.joined()
  }

  static func message(_ text: String, from user: String, id: String, number: String) -> JSON {
    [
      "from": .string(user), "id": .string(id), "timestamp": "1760000000", "type": "text",
      "text": ["body": .string(text)],
    ]
  }

  /// One delivery with messages of several people.
  static func envelope(_ messages: [JSON], number: String) -> JSON {
    let contacts = messages.map { message -> JSON in
      ["profile": ["name": "Person"], "wa_id": message["from"]]
    }
    return [
      "object": "whatsapp_business_account",
      "entry": [
        [
          "id": "1",
          "changes": [
            [
              "field": "messages",
              "value": [
                "messaging_product": "whatsapp",
                "metadata": ["display_phone_number": "15550100", "phone_number_id": .string(number)],
                "contacts": .array(contacts), "messages": .array(messages),
              ],
            ]
          ],
        ]
      ],
    ]
  }
}

extension Porch {
  func deliver(_ update: JSON) async throws -> Int {
    try await post(
      "/telegram/webhook", update.bytes(), headers: ["X-Telegram-Bot-Api-Secret-Token": Telegram.secret]
    ).status
  }

  func deliverWhatsApp(_ body: JSON) async throws -> Int {
    let bytes = body.bytes()
    return try await post(
      "/whatsapp/webhook", bytes, headers: ["X-Hub-Signature-256": WhatsApp.signature(bytes)]
    ).status
  }
}

/// Telegram's side of a webhook: one queue a chat, in order, and a delivery is repeated until it is answered 2xx.
/// Now and then it repeats one that was answered, as networks make it do.
final class TelegramCourier: Sendable {
  private let porch: Porch
  private let random: SeededRandom
  private let delivered = Atomic<Int>(0)
  private let repeated = Atomic<Int>(0)
  private let refused = Mutex<[Int: Int]>([:])

  init(_ porch: Porch, seed: UInt64) {
    self.porch = porch
    random = SeededRandom(seed: seed)
  }

  var deliveredCount: Int { delivered.load(ordering: .relaxed) }
  var repeatedCount: Int { repeated.load(ordering: .relaxed) }
  /// Answers other than 2xx, by status; 0 is no answer.
  var refusals: [Int: Int] { refused.withLock { $0 } }

  /// Delivers the queues side by side; returns when every update was answered 2xx, or at the deadline.
  ///
  /// - Returns: how many never were.
  func deliver(_ queues: [[JSON]], pause: Duration = .zero, seconds: Double) async -> Int {
    let end = Stopwatch.now + seconds
    await withTaskGroup(of: Void.self) { group in
      for queue in queues { group.addTask { await self.deliver(queue, pause, end) } }
    }
    return queues.reduce(0) { $0 + $1.count } - deliveredCount
  }

  private func deliver(_ queue: [JSON], _ pause: Duration, _ end: Double) async {
    for update in queue {
      while Stopwatch.now < end {
        let status = (try? await porch.deliver(update)) ?? 0
        if (200..<300).contains(status) { break }
        refused.withLock { $0[status, default: 0] += 1 }
        try? await Task.sleep(for: .milliseconds(20 + random.below(60)))
      }
      guard Stopwatch.now < end else { return }
      delivered.add(1, ordering: .relaxed)
      if random.below(100) < 12 {
        repeated.add(1, ordering: .relaxed)
        _ = try? await porch.deliver(update)
      }
      if pause > .zero { try? await Task.sleep(for: pause) }
    }
  }
}
