package import Actions
package import Base
import Conversation
package import Delivery
import Foundation
package import Messages
import Text
import Time
package import Store
import Synchronization

/// A house to talk to in tests: words go in, what the platform accepted comes out, and time moves only when told.
///
/// It blocks: use it within `OwnThread.run`.
package final class Talk {
  package let clock: VirtualClock
  package let platform: SimulatedPlatform
  package private(set) var house: SimulatedHouse
  private let rooms: [Room]
  private let random: SeededRandom
  private let folder: TestFolder
  private let pace: Pace
  private let merges: Bool
  private let ear: ScriptedEar?
  private let mind: Mind?
  package let members: [Cast.Member]
  private var number = 0
  private var seen: [String: Int] = [:]

  /// It is Monday 23 November 2026, 10:00 in Kolkata.
  package init(
    _ rooms: [Room] = [AssistantRoom.room, Ledger.room], now: String = "2026-11-23T04:30:00Z", seed: UInt64 = 1,
    pace: Pace = Pace(), merges: Bool = false, members: [Cast.Member] = Cast.members,
    links: [Cast.Link] = Cast.links, mind: Mind? = nil,
    ear makeEar: ((VirtualClock) -> ScriptedEar)? = nil
  ) throws {
    self.members = members
    self.mind = mind
    self.rooms = rooms
    self.pace = pace
    self.merges = merges
    random = SeededRandom(seed: seed)
    clock = VirtualClock(Instant(iso8601: now) ?? .epoch)
    ear = makeEar?(clock)
    platform = SimulatedPlatform(random: random, clock: clock)
    folder = try TestFolder("talk")
    try Cast.makeStore(at: folder.path + "/house.db", rooms: rooms, members: members, links: links)
    house = try SimulatedHouse(
      path: folder.path + "/house.db", rooms: rooms, incarnation: 1, clock: clock, random: random, platform: platform,
      pace: pace, merges: merges, ear: ear, mind: mind)
    house.open()
    house.loom.settle()
  }

  deinit { house.drop() }

  // MARK: Going in

  package func message(
    _ content: InboundMessage.Content, from member: Int = 3, id: String? = nil, kind: String = "message",
    isGroup: Bool = false, edits: String? = nil, answers: String? = nil
  ) -> InboundMessage {
    number += 1
    let chat = isGroup ? "group" : Cast.chat(member)
    return InboundMessage(
      from: Cast.address(member), kind: kind, externalID: id ?? "u\(number)", chat: chat, isGroup: isGroup,
      senderName: members[member].name, content: content, edits: edits, answers: answers)
  }

  /// Delivers without waiting for anything. - Returns: what the door would be told, once it is known.
  @discardableResult
  package func deliver(_ messages: InboundMessage...) -> Delivered {
    let delivered = Delivered()
    let inbox = house.inbox
    house.run {
      do { delivered.result = .success(try await inbox.accept(messages)) } catch { delivered.result = .failure(error) }
    }
    return delivered
  }

  package final class Delivered: Sendable {
    private let state = Mutex<Result<[Int64?], any Error>?>(nil)
    package fileprivate(set) var result: Result<[Int64?], any Error>? {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }
    package var isAccepted: Bool { if case .success? = result { true } else { false } }
  }

  /// Says words and lets everything happen that time does not hold up for longer than a second.
  @discardableResult
  package func say(_ text: String, from member: Int = 3) -> [String] {
    deliver(message(.text(text), from: member))
    advance(by: .seconds(1))
    return read(member)
  }

  /// Presses a button that somebody has read. - Returns: what they read next.
  @discardableResult
  package func press(_ id: String, from member: Int = 3) -> [String] {
    deliver(message(.press(data: id), from: member))
    advance(by: .seconds(1))
    return read(member)
  }

  // MARK: Coming out

  /// What somebody has read since the last call.
  package func read(_ member: Int = 3) -> [String] {
    let all = letters(member).map(\.text)
    defer { seen[Cast.chat(member)] = all.count }
    return Array(all.dropFirst(seen[Cast.chat(member)] ?? 0))
  }

  /// All that somebody has read.
  package func letters(_ member: Int = 3) -> [SimulatedPlatform.Call] {
    let chat = Cast.chat(member)
    return platform.accepted.filter { $0.chat == chat }
  }

  /// What the platform calls the latest message to somebody that holds some words.
  package func identifier(of words: String, to member: Int = 3) -> String? {
    let chat = Cast.chat(member)
    return platform.calls.lastIndex { $0.isAccepted && $0.chat == chat && $0.text.contains(words) }.map { "m\($0)" }
  }

  /// A button of the last message that has any.
  package func button(_ label: String, to member: Int = 3) -> String? {
    letters(member).last { !$0.item.message.buttons.isEmpty }?.item.message.buttons.first { $0.label.contains(label) }?
      .id
  }

  /// A reply text of the house, in English.
  package static func words(_ key: String) throws -> String {
    let reader = Reader(language: .english, zone: .utc, persona: "founder")
    return try RoomHarness.sharedReplies.get().text(of: Say(key), for: reader, now: .epoch).text
  }

  package func rows<T: Sendable>(_ query: String, _ map: @escaping @Sendable (Row) throws -> T) throws -> [T] {
    try house.look { try $0.query(query, map: map) }
  }

  /// The tokens that the ledger holds.
  package func ledger() throws -> [String] { try rows("SELECT token FROM ledger ORDER BY id") { $0.text(0) } }

  // MARK: Time and trouble

  package func settle() { house.loom.settle() }

  package func advance(by duration: Duration) {
    let end = clock.elapsed + duration.microseconds
    house.loom.settle()
    while clock.elapsed < end {
      clock.advance(to: min(clock.nextDeadline(polls: true) ?? end, end))
      house.loom.settle()
    }
  }

  /// Lets time pass in one leap, as when a machine sleeps.
  package func leap(by duration: Duration) {
    clock.advance(to: clock.elapsed + duration.microseconds)
    house.loom.settle()
  }

  /// Works up to so many steps, and no further.
  package func work(steps: Int) { house.loom.settle(limit: steps) }

  /// The power goes: now, or after so many steps of work.
  package func crash(afterSteps steps: Int = 0) {
    if steps > 0 { house.loom.settle(limit: steps) }
    house.drop()
    clock.forgetSleepers()
    platform.forgetInFlight()
  }

  /// Opens the house again on the same file.
  package func reopen() throws {
    house = try SimulatedHouse(
      path: folder.path + "/house.db", rooms: rooms, incarnation: house.incarnation + 1, clock: clock, random: random,
      platform: platform, pace: pace, merges: merges, ear: ear, mind: mind)
    house.open()
    house.loom.settle()
  }
}
