import Actions
import Base
import Text

/// "Remind me 3 hours before the flight", "uske ek ghanta pehle yaad dilana": a time that counts back from something that is
/// planned, which only the rooms know.
extension Interpreter {
  private static let intent = "reminder.before"
  private static let likely = 0.25

  func beforeSomething(_ reading: Reading, _ best: Understood.Candidate?) -> Understood? {
    let sentence = reading.sentence
    guard (4...24).contains(sentence.tokens.count), isAllowed(Self.intent),
      let before = brain.library.dialogue.back.find(in: sentence).first(where: { $0.sense == .before })?.tokens,
      let (lead, length) = lead(before: before.lowerBound, reading) ?? lead(behind: before.upperBound, reading)
    else { return nil }
    // "do ghante pehle bata dena", after an appointment, is kept between no two tablets
    let isPlanned = request.currentIntent?.hasPrefix("appointment.") ?? false
    let isReminder =
      best.map {
        $0.intent.hasPrefix("reminder.") && $0.confidence >= Self.likely || isPlanned && $0.intent == "medicine.gap"
      }
      ?? false
    // what is looked at may be moved as well: the verb says that it is not
    func asksReminder(_ word: String) -> Bool {
      OpenSlots.reminding.contains(word) || OpenSlots.reminders.contains(word)
    }
    guard isReminder || sentence.tokens.indices.contains(where: { asksReminder(sentence.folded($0)) }) else {
      return nil
    }
    let front = 0..<min(lead.lowerBound, before.lowerBound)
    let behind = max(lead.upperBound, before.upperBound)..<sentence.tokens.count
    // "an hour before 5", "before lunch" are times by themselves
    if let next = behind.first, reading.kinds[next] != 0 { return nil }
    var slots: [String: SlotValue] = ["lead": .duration(length)]
    if reading.language == .english {
      let to = behind.first { sentence.folded($0) == "to" }
      let words = without(small: behind.lowerBound..<(to ?? behind.upperBound), sentence)
      if !words.isEmpty { slots["before"] = .text(sentence.text(of: words)) }
      let early = front.first { sentence.folded($0) == "to" }
      let task = to.map { ($0 + 1)..<behind.upperBound } ?? early.map { ($0 + 1)..<lead.lowerBound }
      if let task, case let task = without(small: task, sentence), !task.isEmpty {
        slots["text"] = .text(sentence.text(of: task))
      }
    } else {
      let small = brain.lexicons(reading.language, preferred: request.languages)
      var words = without(small: front, sentence)
      while let last = words.last, small.contains(where: { $0.isSmall(sentence.tokens[last]) }) {
        words = words.dropLast()
      }
      if !words.isEmpty, !isPointing(words, sentence) { slots["before"] = .text(sentence.text(of: words)) }
    }
    return Understood(
      language: reading.language, intent: Self.intent, confidence: 0.9,
      candidates: [.init(intent: Self.intent, confidence: 0.9)], slots: slots, kind: .intent)
  }

  /// The length of time that ends there: "3 hrs", "an hour", "the day".
  private func lead(before end: Int, _ reading: Reading) -> (tokens: Range<Int>, length: Duration)? {
    if let found = reading.times.durations.first(where: { $0.tokens.upperBound == end }) {
      return (found.tokens, found.value)
    }
    let sentence = reading.sentence
    guard end > 0, sentence.folded(end - 1) == "day" else { return nil }
    let hasArticle = end > 1 && ["a", "one", "the", "1"].contains(sentence.folded(end - 2))
    return ((hasArticle ? end - 2 : end - 1)..<end, .days(1))
  }

  /// "adhuku munnadi 1 hr", "before 1 hr": the length stands behind.
  private func lead(behind start: Int, _ reading: Reading) -> (tokens: Range<Int>, length: Duration)? {
    reading.times.durations.first { $0.tokens.lowerBound == start }.map { ($0.tokens, $0.value) }
  }

  private static let around: Set<String> = [
    "the", "my", "also", "too", "please", "pls", "as", "well", "remind", "me", "that", "it", "this", "of", "and",
    "then",
  ]

  /// Without small words and marks at either end.
  private func without(small range: Range<Int>, _ sentence: Sentence) -> Range<Int> {
    func isSmall(_ index: Int) -> Bool {
      sentence.tokens[index].kind == .symbol || Self.around.contains(sentence.folded(index))
        || brain.library.openers.contains(sentence.tokens[index].hash)
    }
    var range = range
    while let first = range.first, isSmall(first) { range = range.dropFirst() }
    while let last = range.last, isSmall(last) { range = range.dropLast() }
    return range
  }

  /// "uske", "adhukku": what was spoken of last.
  private func isPointing(_ range: Range<Int>, _ sentence: Sentence) -> Bool {
    let words = Sentence(sentence.text(of: range))
    let found = brain.library.dialogue.back.find(in: words)
    if found.contains(where: { $0.tokens == words.tokens.indices }) { return true }
    return range.count == 1 && Self.pronouns.contains(sentence.folded(range.lowerBound))
  }

  private static let pronouns: Set<String> = [
    "uske", "usse", "iske", "isse", "us", "is", "adhuku", "adhukku", "athuku", "athukku", "idhuku", "idhukku",
    "அதுக்கு", "அதற்கு", "இதுக்கு", "उसके", "उससे", "इसके", "इससे",
  ]
}
