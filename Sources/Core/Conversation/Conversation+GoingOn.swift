import Actions
import Base
import People
import Text
import Understanding

/// "Also courier for the samples", after a task was noted; "and every 1st pay rent", after a reminder: more of what was done last.
extension Conversation {
  /// What has to stand in front of such words so that they ask for it themselves.
  private static let asking = [
    "task.add": "add task", "memory.remember": "remember that", "reminder.create": "remind me to",
    "list.add": "add to the list",
  ]
  private static let openers: Set<String> = ["also", "and", "plus", "then", "next", "aur", "innum", "apram", "phir"]
  private static let sureOfOther = 0.75
  private static let sureOfSame = 0.5

  /// - Returns: the message as it was meant; `nil` where it says itself what it wants.
  func goingOn(
    _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ person: Person
  ) async -> (understood: Understood, text: String)? {
    guard dialogue.question == nil, dialogue.confirmation == nil, let last = dialogue.last,
      parts.clock.now - last.at < .minutes(10), dialogue.recent?.call == last.call,
      let asking = Self.asking[last.call.name], understood.also.isEmpty,
      understood.kind == .outOfScope
        || understood.kind == .intent && understood.intent != last.call.name
          && understood.confidence < Self.sureOfOther
    else { return nil }
    let words = text.split(separator: " ")
    let rest = words.drop { Self.openers.contains(Normaliser.normalise(String($0))) }
    guard rest.count < words.count, rest.count > 1 else { return nil }
    let whole = asking + " " + rest.joined(separator: " ")
    var request = await request(whole, person, dialogue)
    request.currentIntent = nil
    let meant = await understand(&request, person)
    guard meant.kind == .intent, meant.intent == last.call.name, meant.confidence >= Self.sureOfSame,
      !meant.slots.isEmpty || last.call.name == "memory.remember"
    else { return nil }
    return (meant, whole)
  }
}
