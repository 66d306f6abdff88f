import Actions
import Base
import Text
import Time

/// Which reminder is meant, where its hour names it: "cancel the 3 pm reminder", "move the 9 pm one to 10".
extension Interpreter {
  private static let nouns: Set<String> = [
    "reminder", "reminders", "alarm", "one", "wala", "wali", "vaala", "ரிமைண்டர்", "ரிமைண்டரை", "நினைவூட்டல்", "நினைவூட்டலை",
    "रिमाइंडर", "वाला", "वाली",
  ]
  private static let intents: Set<String> = [
    "reminder.cancel", "reminder.edit", "reminder.skip", "reminder.done", "reminder.snooze",
  ]

  /// The hour goes to the name, as `15:00`, or as `03:00|15:00` where no half of the day was said; what else was said of time
  /// stays the new one.
  func byHour(_ understood: Understood, _ reading: Reading) -> Understood {
    guard let intent = understood.intent, Self.intents.contains(intent) else { return understood }
    let sentence = reading.sentence
    let named = reading.times.drafts.first { draft in
      guard draft.clocks.count == 1, !draft.hasDay, !draft.isRecurring, draft.away == nil, let last = draft.tokens.last
      else { return false }
      return last.upperBound < sentence.tokens.count && Self.nouns.contains(sentence.folded(last.upperBound))
    }
    guard let named, let clock = named.clocks.first, let last = named.tokens.last else { return understood }
    let rest = Sentence(sentence.text(of: (last.upperBound + 1)..<sentence.tokens.count))
    let slots = Slots(self.reading(rest, reading.language), request, brain, intent: intent)
    var understood = understood
    understood.slots = slots.values
    let minutes = clock.minutes % 1_440
    let other = (minutes + 720) % 1_440
    let hours = clock.isOpen ? [min(minutes, other), max(minutes, other)] : [minutes]
    let names = hours.map { CivilTime(secondOfDay: $0 * 60).short }
    understood.slots["reminder"] = .text(names.joined(separator: "|"))
    return understood
  }
}
