import Base
import Crypto
import Messages
package import People
package import Speech
package import Store
import Synchronization
import Telemetry
import Text

/// Reads aloud what was sent to people who prefer to listen: a voice note behind the text, never instead of it.
///
/// It begins when the text has left and is made beside the outbox, so that it can delay nothing, an alarm least of all.
/// A voice note that cannot be made, or is lost in a crash, is lost: the words are there.
package final class Speaking: Sendable {
  /// Doors that play voice notes.
  private static let doors: Set<String> = ["telegram", "whatsapp"]
  /// The same words again (a daily reminder) are not made again.
  private static let lifetime: Duration = .days(14)

  private let store: HouseStore
  private let people: PeopleBook
  private let delivery: Delivery
  private let voice: any Voice
  private let queue = WorkQueue<OutboxItem>(limit: 200)
  private let log = Log("speaking")

  package init(store: HouseStore, people: PeopleBook, delivery: Delivery, voice: any Voice) {
    self.store = store
    self.people = people
    self.delivery = delivery
    self.voice = voice
  }

  /// Takes what a platform has accepted; only queues.
  package func sent(_ item: OutboxItem) {
    guard Self.doors.contains(item.address.door), !OutboundMessage.passing.contains(item.message.purpose ?? ""),
      people.voice(of: item.person).isSpokenTo
    else { return }
    queue.push(item)
  }

  /// Speaks until cancelled.
  package func run() async {
    let queue = queue
    await withTaskCancellationHandler {
      while let item = await queue.next(), !Task.isCancelled { await self.speak(item) }
    } onCancel: {
      queue.close()
    }
  }

  private func speak(_ item: OutboxItem) async {
    let text = item.message.text.text
    guard let person = people.person(item.person), people.person(at: item.address)?.id == person.id,
      let language = SpokenText.language(of: text, for: person.language)
    else { return }
    let plain = SpokenText.plain(text)
    let source = "spoken/\(person.id)/" + Hex.encode(SHA256.hash(language.code + "\n" + plain))
    let tenant = store.tenant(person.tenant)
    do {
      let known = try await tenant.keptFile(source: source)
      let bytes = known == nil ? try await voice.speak(plain, in: language) : []
      let (delivery, people) = (delivery, people)
      let reach = PeopleBook.Reach(
        address: item.address, chat: item.chat, isReachable: true, lastSeen: .epoch)
      try await tenant.write { transaction in
        // nothing is kept for somebody who was forgotten meanwhile
        guard people.person(person.id) != nil else { return }
        let file =
          try known?.id
          ?? transaction.keep(
            bytes, type: "audio/ogg", name: "voice.ogg", person: person.id, source: source, for: Self.lifetime)
        try delivery.post(
          OutboundMessage(text: StyledText(""), picture: file, purpose: OutboundMessage.spoken), to: person, at: reach,
          urgency: .normal, dedupeKey: "spoken.\(item.id)", in: transaction)
      }
    } catch {
      guard !Task.isCancelled else { return }
      log.warning("An answer could not be read aloud", ["error": .error(error)])
    }
  }
}
