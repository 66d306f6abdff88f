import Base
package import Crypto
import Delivery
import Formats
package import HTTP
import Messages
import People
import Store
import Synchronization
import Telemetry
import Text

/// What pushing needs of the house.
package struct PushParts: Sendable {
  /// Names the house to push services.
  package var key: P256Key
  /// Seals the browsers' addresses.
  package var box: SecretKey
  package var transport: any HTTPTransport

  package init(key: P256Key, box: SecretKey, transport: any HTTPTransport) {
    self.key = key
    self.box = box
    self.transport = transport
  }
}

/// Tells the devices of a person who has no page open, each by its browser's push service.
///
/// A subscription belongs to a session and ends with it.
final class PushDesk: Sendable {
  /// A message waits at the push service for a device that is off.
  private static let lifetime: Duration = .days(1)
  /// So often a message is tried at a service that does not take it now; the page shows it in any case.
  private static let tries = 3
  /// An alarm to the same person waits for no longer.
  private static let patience: Duration = .seconds(4)
  /// Of the message; the rest is read on the page.
  private static let wordsLimit = 1_200

  static let migration = Migration(
    room: "web", number: 3,
    sql: [
      """
      CREATE TABLE web_push (
        session TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, sealed BLOB NOT NULL, made_at INTEGER NOT NULL) STRICT
      """
    ])

  private struct Entry: Sendable {
    let person: PersonID
    let subscription: PushSubscription
  }
  private let parts: PushParts
  private let store: HouseStore
  private let clock: any WallClock
  private let random: any RandomSource
  private let contact: String?
  /// By the hash of the session.
  private let entries = Mutex<[String: Entry]>([:])
  private let pushed: Counter
  private let failed: Counter
  private let log = Log("web.push")

  init(_ parts: PushParts, _ web: WebParts) {
    self.parts = parts
    store = web.store
    clock = web.clock
    random = web.random
    contact = web.site.publicURL.flatMap { $0.hasPrefix("https://") ? $0 : nil }
    pushed = web.metrics.counter("thinnai_web_pushed_total", help: "Notifications that push services took.")
    failed = web.metrics.counter("thinnai_web_push_failed_total", help: "Notifications that push services refused.")
  }

  /// The browser needs it to subscribe.
  var publicKey: String { Base64URL.encode(parts.key.publicKey) }

  func load() async throws {
    let rows = try await store.read { house in
      try house.query("SELECT session, person, sealed FROM web_push") {
        (session: $0.text(0), person: PersonID($0.text(1)), sealed: $0.blob(2))
      }
    }
    let box = parts.box
    entries.withLock { entries in
      for row in rows {
        // sealed under another key: the browser subscribes again
        guard let subscription = try? PushSubscription(sealed: row.sealed, box, session: row.session) else { continue }
        entries[row.session] = Entry(person: row.person, subscription: subscription)
      }
    }
  }

  func has(_ session: String) -> Bool { entries.withLock { $0[session] != nil } }

  func keep(_ subscription: PushSubscription, for person: PersonID, session: String) async throws {
    let sealed = try subscription.sealed(parts.box, session: session)
    try await store.write { house in
      try house.execute(
        """
        INSERT INTO web_push (session, person, sealed, made_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (session) DO UPDATE SET person = excluded.person, sealed = excluded.sealed
        """, session, person, sealed, house.now)
    }
    entries.withLock { $0[session] = Entry(person: person, subscription: subscription) }
  }

  /// Their rows are gone.
  func ended(_ sessions: [String]) { entries.withLock { for session in sessions { $0[session] = nil } } }

  func drop(_ session: String) async throws {
    ended([session])
    try await store.write { house in try house.execute("DELETE FROM web_push WHERE session = ?", session) }
  }

  // MARK: Telling

  /// - Returns: `nil` when nobody subscribed, or every service took it or never will; else the pause before a new try.
  ///
  /// - Parameter isOpen: whether a session has not run out.
  func notify(_ item: OutboxItem, _ language: Language, isOpen: @Sendable (String) -> Bool) async -> Duration? {
    let devices = entries.withLock { $0.filter { $0.value.person == item.person } }.filter { isOpen($0.key) }
    var pause: Duration?
    // side by side: the chat waits for the slowest, never for their sum
    let fates = await withTaskGroup(of: (String, Fate).self) { group in
      for (session, entry) in devices {
        group.addTask { (session, await self.push(item, language, entry.subscription)) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for (session, fate) in fates {
      switch fate {
      case .taken: pushed.add()
      case .gone:
        failed.add()
        do { try await drop(session) } catch {
          log.warning("A subscription that ended could not be removed", ["error": .error(error)])
        }
      case .refused(let status):
        failed.add()
        log.warning("A push service refuses a notification", ["http.status": .int(status)])
      case .later(let wait):
        failed.add()
        pause = max(pause ?? .zero, wait)
      }
    }
    return item.attempts + 1 < Self.tries ? pause : nil
  }

  private enum Fate: Sendable {
    case taken, gone
    case refused(Int)
    case later(Duration)
  }

  private func push(_ item: OutboxItem, _ language: Language, _ subscription: PushSubscription) async -> Fate {
    do {
      let words = Self.words(item, language)
      let body = try PushSeal.seal(
        words, receiver: subscription.key, secret: subscription.secret, sender: P256Key(), salt: random.bytes(16))
      var request = HTTPClientRequest(
        method: "POST", url: subscription.endpoint,
        headers: [
          "Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm",
          "TTL": "\(Self.lifetime.components.seconds)", "Urgency": Self.urgency(item.urgency),
          "Authorization": try PushPass.make(
            for: subscription.audience, contact: contact, key: parts.key, now: clock.now),
        ], body: body, reach: .guarded)
      request.timeout = Self.patience
      request.maxResponseBytes = 16 << 10
      let answer = try await parts.transport.send(request)
      switch answer.status {
      case 200..<300: return .taken
      case 404, 410: return .gone
      case 429, 500...:
        let seconds = answer.headers["Retry-After"].flatMap { Int64($0) } ?? 30
        return .later(.seconds(min(max(seconds, 1), 60)))
      default: return .refused(answer.status)
      }
    } catch let error as HTTPClientError where error.kind == .blocked {
      // the name leads into a private network now
      return .gone
    } catch is CryptoError {
      return .gone
    } catch {
      return .later(.seconds(30))
    }
  }

  private static func urgency(_ urgency: Urgency) -> String {
    switch urgency {
    case .low: "low"
    case .normal: "normal"
    default: "high"
    }
  }

  /// What the worker of the page shows. The id makes a second try replace the first.
  static func words(_ item: OutboxItem, _ language: Language) -> [UInt8] {
    var text = item.message.text.text
    while text.utf8.count > wordsLimit { text.removeLast() }
    let json: JSON = [
      "title": "Thinnai", "body": .string(text), "lang": .string(language.code), "tag": .string(item.id),
    ]
    return json.bytes()
  }
}
