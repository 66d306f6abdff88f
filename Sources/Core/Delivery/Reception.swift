package import Base
import Formats
package import Messages
package import People
package import Store
import Synchronization
import Telemetry

/// A door that can show people that they were heard, and fetch what they sent.
package protocol ReceivingDoor: Sendable {
  var name: String { get }
  /// A known person wrote in a chat of their own. Must not block.
  func heard(_ message: InboundMessage)
  /// What they wrote is handled, with or without an answer. Must not block.
  func handled(_ message: InboundMessage)
  /// The bytes of something a person sent; throws when there are more than the limit.
  func fetch(_ media: InboundMessage.Media, limit: Int) async throws -> [UInt8]
}

extension ReceivingDoor {
  package func handled(_ message: InboundMessage) {}
}

/// What is done for a message beside answering it: its sender sees that it was read, and its file is fetched and kept.
///
/// Nothing here can hold up or lose a message: it is on disk before, and answered whether or not its file can be had.
package final class Reception: Sendable {
  package struct Limits: Sendable {
    /// Of one file; 0 keeps none.
    package var bytes: Int
    package var lifetime: Duration
    /// Of all files that one person sent; the oldest go.
    package var bytesPerPerson: Int
    package init(bytes: Int = 20 << 20, lifetime: Duration = .days(30), bytesPerPerson: Int = 500 << 20) {
      self.bytes = min(bytes, KeptFiles.sizeLimit)
      self.lifetime = lifetime
      self.bytesPerPerson = bytesPerPerson
    }
  }

  /// A file on its way in.
  private struct Wanted: Sendable {
    let tenant: TenantID
    let person: PersonID
    let door: String
    let source: String
    let media: InboundMessage.Media
    var attempts: Int
  }
  /// How long to wait after each failure; after the last the file is given up.
  private static let pauses: [Duration] = [.seconds(5), .minutes(1), .minutes(10), .hours(1)]

  private let store: HouseStore
  private let people: PeopleBook
  private let clock: any WallClock
  private let limits: Limits
  private let doors = Mutex<[String: any ReceivingDoor]>([:])
  private let queue = WorkQueue<Wanted>(limit: 1_000)
  /// Sources that are queued, fetched or tried again later.
  private let underWay = Mutex<Set<String>>([])
  /// What failed and is tried again later.
  private let resting = Mutex<[(due: Instant, wanted: Wanted)]>([])
  /// Sources whose files turned out to have more bytes than are kept, for as long as they may be asked about.
  private let oversized = Mutex<Set<String>>([])
  private let log = Log("reception")

  package init(store: HouseStore, people: PeopleBook, clock: any WallClock, limits: Limits = Limits()) {
    self.store = store
    self.people = people
    self.clock = clock
    self.limits = limits
  }

  package func add(door: any ReceivingDoor) { doors.withLock { $0[door.name] = door } }

  /// Takes a committed message; called on the writer's thread.
  package func take(_ message: InboundMessage) {
    guard !message.isGroup, let door = doors.withLock({ $0[message.from.door] }),
      let person = people.person(from: message)
    else { return }
    door.heard(message)
    guard case .media(let media) = message.content, media.kind != .sticker else { return }
    guard !isTooLarge(media) else {
      return log.info(
        "A file is larger than is kept", ["door": .text(door.name), "bytes": .int(Int(media.bytes ?? 0))])
    }
    let wanted = Wanted(
      tenant: person.tenant, person: person.id, door: door.name,
      source: Self.source(message), media: media, attempts: 0)
    store.submit { house in
      try house.execute(
        """
        INSERT INTO wanted_files (tenant, source, person, door, media, asked_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """, wanted.tenant, wanted.source, wanted.person, wanted.door, media.stored, house.now)
    } completion: { [self] result in
      switch result {
      case .success(let added) where added > 0: begin(wanted)
      case .success: break
      case .failure(let error): log.warning("A file will not be fetched", ["error": .error(error)])
      }
    }
  }

  /// A message that was taken is handled.
  package func handled(_ message: InboundMessage) {
    guard !message.isGroup, let door = doors.withLock({ $0[message.from.door] }),
      people.person(from: message) != nil
    else { return }
    door.handled(message)
  }

  private static func source(_ message: InboundMessage) -> String {
    "\(message.conversation)/\(message.messageID ?? message.externalID)"
  }

  private func isTooLarge(_ media: InboundMessage.Media) -> Bool { Int64(limits.bytes) < max(1, media.bytes ?? 1) }

  /// Whether a message came with a file of more bytes than are kept: it is not fetched again.
  package func isTooLarge(_ message: InboundMessage) -> Bool {
    guard case .media(let media) = message.content else { return false }
    return isTooLarge(media) || oversized.withLock { $0.contains(Self.source(message)) }
  }

  /// The file that came with a message, waited for while it is on its way.
  ///
  /// - Returns: `nil` when it cannot be had in time.
  package func file(
    of message: InboundMessage, from person: Person, within patience: Duration
  ) async throws -> KeptFile? {
    let source = Self.source(message)
    let start = clock.uptime
    var pause = Duration.milliseconds(20)
    while true {
      if let file = try await store.tenant(person.tenant).keptFile(source: source) { return file }
      if isTooLarge(message) { return nil }
      let waited = clock.uptime - start
      // at first the wish for it may not be on disk yet
      let isComing = waited < .seconds(2) || underWay.withLock { $0.contains(source) }
      guard isComing, waited < patience else { return nil }
      // failed already, and not tried again in time
      if let due = resting.withLock({ $0.first { $0.wanted.source == source }?.due }),
        due - clock.now > patience - waited
      {
        return nil
      }
      try await clock.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(250))
    }
  }

  /// Fetches until cancelled; begins with what earlier runs left.
  package func run() async {
    let queue = queue
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for wanted in await left() { begin(wanted) }
        // somebody may be calling for help in a voice note: it must find a free worker behind some films
        for _ in 0..<8 {
          group.addTask { while let wanted = await queue.next() { await self.fetch(wanted) } }
        }
        group.addTask { await self.wakeRested() }
      }
    } onCancel: {
      queue.close()
    }
  }

  /// One of a row that was just written and is read from the disk as well is enough.
  private func begin(_ wanted: Wanted) {
    guard underWay.withLock({ $0.insert(wanted.source).inserted }) else { return }
    if !queue.push(wanted) { end(wanted) }
  }

  private func end(_ wanted: Wanted) { _ = underWay.withLock { $0.remove(wanted.source) } }

  private func left() async -> [Wanted] {
    let rows = try? await store.read { house in
      try house.query(
        "SELECT tenant, person, door, source, media, attempts FROM wanted_files ORDER BY asked_at LIMIT 1000"
      ) { row -> Wanted? in
        guard let media = InboundMessage.Media(stored: row.text(4)) else { return nil }
        return Wanted(
          tenant: TenantID(row.text(0)), person: PersonID(row.text(1)), door: row.text(2), source: row.text(3),
          media: media, attempts: row.integer(5))
      }
    }
    return rows?.compactMap { $0 } ?? []
  }

  private func fetch(_ wanted: Wanted) async {
    guard !Task.isCancelled, let door = doors.withLock({ $0[wanted.door] }) else { return }
    do {
      let bytes = try await door.fetch(wanted.media, limit: limits.bytes)
      let limits = limits
      try await store.tenant(wanted.tenant).write { transaction in
        // nothing is kept for somebody who was forgotten meanwhile
        guard
          try transaction.execute("DELETE FROM wanted_files WHERE tenant = :tenant AND source = ?", wanted.source) > 0
        else { return }
        try transaction.keep(
          bytes, type: wanted.media.type ?? "application/octet-stream", name: wanted.media.name, person: wanted.person,
          source: wanted.source, for: limits.lifetime)
        try transaction.trimFiles(of: wanted.person, to: limits.bytesPerPerson)
      }
      end(wanted)
      log.info("A file was kept", ["door": .text(wanted.door), "bytes": .int(bytes.count)])
    } catch {
      if !Task.isCancelled { await retry(wanted, after: error) }
    }
  }

  private func retry(_ wanted: Wanted, after error: any Error) async {
    let isTooLarge = (error as? any SpeakingError)?.code.hasSuffix(".tooLarge") == true
    if isTooLarge {
      oversized.withLock { sources in
        if sources.count >= 1_000 { sources.removeAll() }
        sources.insert(wanted.source)
      }
    }
    let isLast = isTooLarge || wanted.attempts >= Self.pauses.count
    log.notice(
      isLast ? "A file could not be fetched" : "A file could not be fetched yet",
      ["door": .text(wanted.door), "error": .error(error)])
    var next = wanted
    next.attempts += 1
    let attempts = next.attempts
    _ = try? await store.tenant(wanted.tenant).write { transaction in
      if isLast {
        try transaction.execute("DELETE FROM wanted_files WHERE tenant = :tenant AND source = ?", wanted.source)
      } else {
        try transaction.execute(
          "UPDATE wanted_files SET attempts = ? WHERE tenant = :tenant AND source = ?", attempts, wanted.source)
      }
    }
    guard !isLast else { return end(wanted) }
    // aside, so that a place that is down holds up no other file
    let due = clock.now + Self.pauses[wanted.attempts]
    resting.withLock { $0.append((due, next)) }
  }

  private func wakeRested() async {
    while !Task.isCancelled {
      do { try await clock.sleep(for: .seconds(5)) } catch { return }
      let now = clock.now
      let due = resting.withLock { resting in
        defer { resting.removeAll { $0.due <= now } }
        return resting.filter { $0.due <= now }.map(\.wanted)
      }
      for wanted in due { queue.push(wanted) }
    }
  }
}
