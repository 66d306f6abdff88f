import Actions
package import Base
package import Delivery
import HTTP
import Messages
package import People
package import Speech
package import Store
import Synchronization
import Telemetry
package import Text

/// Hears voice notes beside the lanes, so that a slow engine holds up nobody else: the lane of a chat rests, without a
/// worker, until its first note is heard.
///
/// Nothing here must be kept: a note stays in the inbox until its turn is committed, and is heard again after a restart.
package final class Hearing: Sendable {
  package struct Limits: Sendable {
    package var longest: Duration
    /// Of one person's notes in a day: an engine may be paid by the minute.
    package var perDay: Duration
    /// For the file of a note, from when it is looked for.
    package var patience: Duration
    package init(
      longest: Duration = .minutes(5), perDay: Duration = .hours(1), patience: Duration = .seconds(30)
    ) {
      self.longest = longest
      self.perDay = perDay
      self.patience = patience
    }
  }
  /// Chats that are heard side by side.
  private static let workers = 16
  /// After a failure that may pass; after the last the person is told.
  private static let pauses: [Duration] = [.seconds(1), .seconds(4)]

  private let people: PeopleBook
  private let reception: Reception
  private let clock: any WallClock
  private let limits: Limits
  private let marks: CrashMarks?
  private let engines = Mutex<[any Transcriber]>([])
  private let lanes = Lanes(workers: workers)
  /// Notes that are taken; `nil` until they are heard.
  private let notes = Mutex<[Int64: InboxItem?]>([:])
  /// How much of each person was listened to lately, and when that was reckoned; it drains over a day. By a clock that
  /// nobody can step; forgotten with a restart.
  private let heardLately = Mutex<[PersonID: (seconds: Double, at: Duration)]>([:])
  private let log = Log("hearing")

  package init(
    people: PeopleBook, reception: Reception, clock: any WallClock, limits: Limits = Limits(), marks: CrashMarks? = nil
  ) {
    self.people = people
    self.reception = reception
    self.clock = clock
    self.limits = limits
    self.marks = marks
  }

  /// Whether a message came with a file of more bytes than are kept.
  func isTooLarge(_ message: InboundMessage) -> Bool { reception.isTooLarge(message) }

  /// The first that understands a language is asked.
  package func add(_ engine: any Transcriber) { engines.withLock { $0.append(engine) } }

  package func understands(_ language: Language) -> Bool { engine(for: language) != nil }

  private func engine(for language: Language) -> (any Transcriber)? {
    engines.withLock { $0 }.first { $0.understands(language) }
  }

  // MARK: On the way to the lane

  /// Takes a committed message if it is a voice note; only queues.
  func take(_ item: InboxItem) {
    guard Self.isNote(item.message), people.person(from: item.message) != nil else { return }
    notes.withLock { $0[item.seq] = .some(nil) }
    lanes.enqueue(item)
  }

  /// What a person spoke for us, without written words.
  static func isNote(_ message: InboundMessage) -> Bool {
    guard !message.isGroup, message.askedIn == nil, message.edits == nil, case .media(let media) = message.content,
      media.caption?.trimmed.isEmpty ?? true
    else { return false }
    return media.kind == .voice || media.kind == .audio && media.type?.hasPrefix("audio/ogg") == true
  }

  /// Whether a message may be handled: it is no note, or is heard.
  func isDone(with item: InboxItem) -> Bool {
    guard case .media = item.message.content else { return true }
    return notes.withLock { notes in
      guard let note = notes[item.seq] else { return true }
      return note != nil
    }
  }

  /// A heard note for its turn; anything else as it is.
  func handOver(_ item: InboxItem) -> InboxItem {
    guard case .media = item.message.content else { return item }
    return notes.withLock { $0.removeValue(forKey: item.seq) ?? nil } ?? item
  }

  // MARK: Hearing

  /// Hears until cancelled.
  ///
  /// - Parameter then: called with each note once it is heard.
  func run(_ then: @escaping @Sendable (InboxItem) -> Void) async {
    let lanes = lanes
    await withTaskCancellationHandler {
      await lanes.run { item in
        guard let heard = await self.hear(item) else { return }
        then(heard)
      }
    } onCancel: {
      lanes.close()
    }
  }

  /// Notes what was heard, so that the lane may go on.
  func keep(_ item: InboxItem) { notes.withLock { $0[item.seq] = item } }

  /// - Returns: `nil` when we are stopping: the note is heard after the next start.
  private func hear(_ item: InboxItem) async -> InboxItem? {
    guard let person = people.person(from: item.message) else { return item }
    var item = item
    do {
      guard let file = try await reception.file(of: item.message, from: person, within: limits.patience) else {
        item.heard = HeardNote(
          reception.isTooLarge(item.message) ? .tooLarge : engine(for: person.language) == nil ? .notYet : .failed)
        return item
      }
      let (note, words) = try await listen(to: file, person, item.seq)
      item.heard = note
      if let words { item.message.content = .text(words) }
      return item
    } catch {
      guard !Task.isCancelled, !Self.isStopping(error) else { return nil }
      log.warning("A voice note could not be heard", ["seq": .int(Int(item.seq)), "error": .error(error)])
      item.heard = HeardNote(.failed)
      return item
    }
  }

  private func listen(
    to file: KeptFile, _ person: Person, _ seq: Int64
  ) async throws -> (note: HeardNote, words: String?) {
    guard let engine = engine(for: person.language) else { return (HeardNote(.notYet, file: file.id), nil) }
    do {
      let note = try read(file.bytes, seq)
      guard note.duration <= limits.longest else { return (HeardNote(.tooLong, file: file.id), nil) }
      guard mayHear(note.duration, of: person.id) else { return (HeardNote(.tooMuch, file: file.id), nil) }
      let transcript = try await transcribe(note, engine, person.language)
      guard !transcript.text.isEmpty else { return (HeardNote(.silence, file: file.id), nil) }
      return (HeardNote(.words, confidence: transcript.confidence, file: file.id), transcript.text)
    } catch {
      guard !Task.isCancelled, !Self.isStopping(error) else { throw error }
      log.warning("A voice note could not be heard", ["seq": .int(Int(seq)), "error": .error(error)])
      let isUnreadable = (error as? SpeechError)?.kind == .unreadable
      return (HeardNote(isUnreadable ? .unreadable : .failed, file: file.id), nil)
    }
  }

  /// Whether there is room for it in what one person may have listened to; takes it from there.
  private func mayHear(_ duration: Duration, of person: PersonID) -> Bool {
    let (now, perDay) = (clock.uptime, limits.perDay.seconds)
    return heardLately.withLock { heard in
      let last = heard[person] ?? (0, now)
      let left = max(0, last.seconds - perDay * ((now - last.at).seconds / 86_400))
      guard left + duration.seconds <= perDay else { return false }
      heard[person] = (left + duration.seconds, now)
      return true
    }
  }

  /// A file that ends the program when it is read counts as a try, as a message that does so in its lane.
  private func read(_ bytes: [UInt8], _ seq: Int64) throws -> OpusNote {
    let mark = marks?.set(seq)
    defer { if let mark { marks?.clear(mark) } }
    return try OpusNote(bytes)
  }

  private func transcribe(
    _ note: OpusNote, _ engine: any Transcriber, _ language: Language
  ) async throws -> Transcript {
    for pause in Self.pauses {
      do { return try await engine.transcribe(note, in: language) } catch {
        guard Self.isPassing(error) else { throw error }
        try await clock.sleep(for: pause)
      }
    }
    return try await engine.transcribe(note, in: language)
  }

  private static func isPassing(_ error: any Error) -> Bool {
    if let error = error as? SpeechError { return error.isPassing }
    guard let error = error as? HTTPClientError else { return false }
    // an engine that was too slow once is too slow again
    return [.unreachable, .refused, .broken].contains(error.kind)
  }

  private static func isStopping(_ error: any Error) -> Bool {
    if error is CancellationError { return true }
    guard let error = error as? HTTPClientError else { return false }
    return error.kind == .cancelled || error.kind == .stopped
  }
}
