package import Actions
import Base
package import Formats
package import Messages

/// What came of one message: what `repl --json` prints and `/assistant/invoke` answers.
package struct TurnReport: Sendable {
  package struct Step: Sendable {
    package enum Status: String, Sendable { case done, answered, asked, confirm, failed }
    package var call: ActionCall
    package var status: Status
    package var result: JSON
    package init(call: ActionCall, status: Status, result: JSON = .null) {
      self.call = call
      self.status = status
      self.result = result
    }
  }

  package var reply: OutboundMessage
  package var persona: String
  /// `nil` when out of scope.
  package var intent: String?
  package var confidence: Double
  package var steps: [Step]

  package init(reply: OutboundMessage, persona: String, intent: String?, confidence: Double, steps: [Step]) {
    self.reply = reply
    self.persona = persona
    self.intent = intent
    self.confidence = confidence
    self.steps = steps
  }

  package var json: JSON {
    var object: JSONObject = [
      "text": .string(reply.text.text),
      "buttons": .array(reply.buttons.map { ["id": .string($0.id), "label": .string($0.label)] }),
      "persona": .string(persona), "intent": JSON(intent),
      "confidence": .number((confidence * 10_000).rounded() / 10_000),
      "actions": .array(
        steps.map { step in
          [
            "name": .string(step.call.name), "arguments": .object(step.call.arguments),
            "status": .string(step.status.rawValue), "result": step.result,
          ]
        }),
    ]
    if let picture = reply.picture { object["picture"] = .string(picture) }
    return .object(object)
  }
}
