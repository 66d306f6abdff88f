import Base
import Formats
import Messages
import People
import RoomTesting
import Speech
import Store
import Synchronization
import Testing
import Text

@testable import Delivery

/// Says what it was asked to say, or fails.
private final class ScriptedVoice: Voice {
  let said = Mutex<[String]>([])
  func speak(_ text: String, in language: Language) async throws -> [UInt8] {
    said.withLock { $0.append("\(language.code) \(text)") }
    if text.contains("!") { throw SpeechError(.failed, "The voice is broken.") }
    return SpokenNote.bytes(text)
  }
}

@Suite("Answers that are spoken as well", .timeLimit(.minutes(5))) struct SpeakingTests {
  private func house() async throws -> (house: RoomHarness, voice: ScriptedVoice, speaking: Speaking) {
    let house = try await RoomHarness([])
    let (people, elder) = (house.people, house.elder)
    try await house.store.write { transaction in
      var wishes = VoiceWishes()
      wishes.isSpokenTo = true
      try people.set(wishes, of: elder, in: &transaction)
    }
    let voice = ScriptedVoice()
    return (
      house, voice, Speaking(store: house.store, people: people, delivery: house.delivery, voice: voice)
    )
  }

  private func item(
    _ text: String, _ id: String, to person: Person, door: String = "telegram", purpose: String? = nil
  ) -> OutboxItem {
    OutboxItem(
      tenant: person.tenant, id: id, person: person.id, address: Address(door: door, account: "1", user: person.name),
      chat: person.name, message: OutboundMessage(text: StyledText(text), purpose: purpose), urgency: .normal,
      dueAt: .epoch)
  }

  private func posted(_ house: RoomHarness) async throws -> [OutboundMessage] {
    try await house.store.read { reader in
      try reader.query("SELECT payload FROM outbox ORDER BY rowid") { OutboundMessage(stored: $0.text(0)) }
    }.compactMap { $0 }
  }

  @Test("behind each text goes its voice note, made once for the same words, and for nobody who does not wish it")
  func speaks() async throws {
    let (house, voice, speaking) = try await house()
    for item in [
      item("சரி, மாத்திரை", "1", to: house.elder), item("Okay", "2", to: house.owner),
      item("சரி, மாத்திரை", "3", to: house.elder), item("சரி, மாத்திரை", "3", to: house.elder),
      item("சரி", "4", to: house.elder, door: "web"),
      item("சரி", "5", to: house.elder, purpose: OutboundMessage.spoken), item("👍", "6", to: house.elder),
      item("சரி! உடைந்தது", "7", to: house.elder), item("சரி, நன்றி", "8", to: house.elder),
    ] { speaking.sent(item) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await speaking.run() }
      while try await posted(house).count < 3 { await Task.yield() }
      group.cancelAll()
    }
    let notes = try await posted(house)
    #expect(notes.allSatisfy { $0.purpose == OutboundMessage.spoken && $0.text.text.isEmpty && $0.picture != nil })
    #expect(notes.count == 3 && notes[0].picture == notes[1].picture && notes[0].picture != notes[2].picture)
    #expect(voice.said.withLock { $0 } == ["ta சரி, மாத்திரை", "ta சரி! உடைந்தது", "ta சரி, நன்றி"])
    let file = try await house.tenant().keptFile(notes[0].picture ?? "")
    #expect(file?.type == "audio/ogg" && file?.person == house.elder.id)
  }
}
