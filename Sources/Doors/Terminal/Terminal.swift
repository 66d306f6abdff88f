package import Base
package import Conversation
package import Delivery
import Formats
import Foundation
package import Messages
package import People
import Synchronization
import Telemetry

/// The terminal: one line in, one answer out; buttons are numbered choices.
package final class Terminal: OutboundDoor {
  package let name = "terminal"
  package let pace = Pace()

  private let conversation: Conversation
  private let inbox: Inbox
  private let person: Person
  private let ids: IDGenerator
  private let isJSON: Bool
  private let isColoured: Bool
  private let prompt: String
  /// The choices under the last answers, by number.
  private let choices = Mutex<[OutboundMessage.Button]>([])
  private let output = Mutex(())

  /// - Parameters:
  ///   - isInteractive: somebody sits at it, and is shown where to write.
  ///   - isColoured: colours and styles are wanted.
  package init(
    conversation: Conversation, inbox: Inbox, person: Person, ids: IDGenerator, isJSON: Bool, isInteractive: Bool,
    isColoured: Bool
  ) {
    self.conversation = conversation
    self.inbox = inbox
    self.person = person
    self.ids = ids
    self.isJSON = isJSON
    self.isColoured = isColoured
    prompt = !isInteractive || isJSON ? "" : isColoured ? "\u{1B}[36myou ›\u{1B}[0m " : "you › "
  }

  package var address: Address { Address(door: "terminal", user: person.id.text) }

  /// Reads lines until the end of input.
  package func run(_ lines: LineReader) async {
    while let line = await lines.next(prompt: prompt) {
      let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
      // whoever read the answers has gone
      guard StandardOutput.error == 0 else { return }
      if text.isEmpty {
        if isJSON {
          write(#"{"text":"","buttons":[],"persona":"\#(person.persona)","intent":null,"confidence":0,"actions":[]}"#)
        }
        continue
      }
      if !isJSON, ["/quit", "/exit", "quit", "exit"].contains(text) { return }
      await answer(text)
    }
    // the shell's own prompt begins a line
    if !prompt.isEmpty { write("") }
  }

  private func answer(_ text: String) async {
    var content = InboundMessage.Content.text(text)
    let offered = choices.withLock { $0 }
    if let number = Int(text), number >= 1, number <= offered.count {
      content = .press(data: offered[number - 1].id)
    } else if let button = offered.first(where: { $0.id == text }) {
      content = .press(data: button.id)
    }
    let message = InboundMessage(
      from: address, kind: "line", externalID: ids.next(), chat: person.id.text, senderName: person.name,
      content: content)
    do {
      guard let report = try await conversation.invoke(message, through: inbox) else {
        return failed("I could not answer that. Please try again.")
      }
      choices.withLock { $0 = report.reply.buttons }
      isJSON ? write(report.json.text()) : write(show(report.reply, by: report.persona))
    } catch {
      failed((error as? any SpeakingError)?.sentence ?? "Something went wrong. Nothing was changed.")
    }
  }

  private func failed(_ sentence: String) {
    if isJSON {
      write(
        ([
          "text": .string(sentence), "buttons": [], "persona": .string(person.persona), "intent": .null,
          "confidence": 0, "actions": [],
        ] as JSON).text())
    } else {
      write(sentence)
    }
  }

  /// Shows a word that the house speaks first.
  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
    guard item.chat == person.id.text else { return .nobodyThere }
    if isJSON {
      let buttons = JSON.array(item.message.buttons.map { ["id": .string($0.id), "label": .string($0.label)] })
      write(
        ([
          "proactive": true, "text": .string(item.message.text.text), "buttons": buttons,
          "persona": .string(person.persona),
        ] as JSON).text())
    } else {
      choices.withLock { $0 = item.message.buttons }
      write(show(item.message, by: person.persona))
    }
    return .sent(externalID: nil)
  }

  private func show(_ message: OutboundMessage, by persona: String) -> String {
    var text = isColoured ? styled(message.text) : message.text.text
    if let picture = message.picture { text += "\n[picture \(picture)]" }
    for (index, button) in message.buttons.enumerated() {
      text += isColoured ? "\n  \u{1B}[1m\(index + 1)\u{1B}[0m \(button.label)" : "\n  \(index + 1) \(button.label)"
    }
    return isColoured ? text + "\n" : text
  }

  private func styled(_ text: StyledText) -> String {
    guard !text.runs.isEmpty else { return text.text }
    let units = Array(text.text.utf16)
    var out: [UInt16] = []
    for (index, unit) in units.enumerated() {
      for run in text.runs where run.start + run.length == index { out += Array("\u{1B}[0m".utf16); _ = run }
      for run in text.runs where run.start == index {
        out += Array((run.style == .bold ? "\u{1B}[1m" : run.style == .italic ? "\u{1B}[3m" : "\u{1B}[2m").utf16)
      }
      out.append(unit)
    }
    return String(decoding: out, as: UTF16.self) + "\u{1B}[0m"
  }

  private func write(_ text: String) {
    output.withLock { _ in StandardOutput.say(text) }
  }
}
