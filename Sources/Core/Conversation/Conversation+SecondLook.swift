import Actions
import Base
import Delivery
import Formats
import Messages
import Text
import Understanding

/// "When was that?", "which is the highest?", "in percent?", right behind an answer: what is asked of what it showed, read from
/// that and from nothing else.
extension Conversation {
  /// - Returns: `nil` where the message is about something else.
  func secondLook(
    _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> Say? {
    guard let answered = dialogue.answered, context.now - answered.at < Self.freshness, understood.also.isEmpty,
      dialogue.question == nil, isLoose(understood, text, answered.action)
    else { return nil }
    var request = await request(text, context.actor, dialogue)
    request.expectedSlot = ExpectedSlot(intent: answered.action, slot: Self.asked, kind: .choice(Self.questions))
    guard case .choice(let question)? = parts.understanding.read(text, as: .choice(Self.questions), request) else {
      return nil
    }
    request.expectedSlot = nil
    let reader = parts.delivery.reader(context.actor)
    func words(_ say: Say) -> Set<String> {
      Set(Self.words(parts.delivery.replies.words(of: say, for: reader, now: context.now)))
    }
    let shown = ShownAnswer(answered.say)
    let wanted = parts.understanding.telling(request).map { Normaliser.normalise($0) }
      .filter { !isOfQuestion($0, request) }
    let known = ([shown.head] + shown.lines).reduce(into: Set<String>()) { $0.formUnion(words($1)) }
    guard wanted.allSatisfy({ word in known.contains { Self.isSame(word, $0) } }) else { return nil }
    let lines = shown.lines.filter { line in
      let own = words(line)
      return wanted.allSatisfy { word in own.contains { Self.isSame(word, $0) } }
    }
    return Self.answer(question, shown, wanted.isEmpty ? shown.lines : lines, isNamed: !wanted.isEmpty)
  }

  /// Says it, where the message asks for it.
  func looksBack(
    _ understood: Understood, _ text: String, _ context: ActionContext, _ draft: inout Draft
  ) async -> Bool {
    guard draft.prepared.isEmpty, let look = await secondLook(understood, text, draft.dialogue, context) else {
      return false
    }
    (draft.intent, draft.say) = (draft.dialogue.answered?.action, look)
    return true
  }

  private static let freshness: Duration = .minutes(10)
  private static let asked = "looking_back"
  private static let questions = ["when", "most", "least", "share", "total", "average", "difference", "amount"]

  /// What was not understood, or a look into another room in which nothing is named.
  private func isLoose(_ understood: Understood, _ text: String, _ action: String) -> Bool {
    if understood.kind == .outOfScope { return true }
    guard let intent = understood.intent, understood.kind == .intent, understood.slots.isEmpty,
      parts.runner.registry[intent]?.effect == .read, text.split(separator: " ").count <= 6
    else { return false }
    // "what time is it" is asked of the clock whatever was shown
    if intent == TellTime.name { return understood.confidence < Self.sureOfClock }
    let room = intent.prefix { $0 != "." }
    // "when is my next appointment" names what it is about
    let isShort = text.split(separator: " ").count <= 2
    guard isShort || understood.confidence < Self.surest, !Normaliser.normalise(text).contains(room) else {
      return false
    }
    // the room itself knows better, but for what is hardly a question
    return room != action.prefix(while: { $0 != "." }) || intent == action && understood.confidence < Self.sureOfRoom
  }

  private static let sureOfClock = 0.995
  private static let sureOfRoom = 0.8
  private static let surest = 0.98

  private func isOfQuestion(_ word: String, _ request: UnderstandingRequest) -> Bool {
    var request = request
    request.text = word
    let kind = SlotKind.choice(Self.questions + ["beside"])
    request.expectedSlot = ExpectedSlot(intent: "", slot: Self.asked, kind: kind)
    return parts.understanding.read(word, as: kind, request) != nil
  }

  private static func answer(_ question: String, _ shown: ShownAnswer, _ lines: [Say], isNamed: Bool) -> Say? {
    let all = (isNamed ? [] : [shown.head]) + lines
    switch question {
    case "when": return repeated(all.filter(ShownAnswer.tellsTime))
    case "most", "least":
      let figures = shown.figures
      let wanted = question == "most" ? figures.map(\.figure.amount).max() : figures.map(\.figure.amount).min()
      let found = figures.filter { $0.figure.amount == wanted }.map(\.line)
      return figures.count > 1 && !found.isEmpty ? Say("dialogue.look.\(question)", lines: Array(found.prefix(3))) : nil
    case "share":
      if let told = repeated(all.filter(ShownAnswer.tellsShare)) { return told }
      return shares(shown.figures)
    case "total", "average":
      let figures = shown.figures
      guard let first = figures.first?.figure, figures.count > 1, first.adds else { return nil }
      let sum = figures.reduce(0) { $0 + $1.figure.amount }
      let value = first.said(question == "total" ? sum : sum / Double(figures.count))
      return Say("dialogue.look.\(question)", ["value": value, "count": .integer(Int64(figures.count))])
    case "difference":
      let figures = shown.figures.sorted { $0.figure.amount > $1.figure.amount }
      guard figures.count == 2, let more = ShownAnswer.name(of: figures[0].line),
        let less = ShownAnswer.name(of: figures[1].line)
      else { return repeated(all.filter(ShownAnswer.tellsShare)) }
      let (high, low) = (figures[0].figure, figures[1].figure)
      var values: [String: Say.Value] = ["more": more, "less": less, "value": high.said(high.amount - low.amount)]
      if low.amount > 0 { values["share"] = .percent((high.amount / low.amount - 1) * 100) }
      return Say("dialogue.look.difference", values)
    default: return isNamed ? repeated(lines) : nil
    }
  }

  private static func shares(_ figures: [(line: Say, figure: ShownAnswer.Figure)]) -> Say? {
    let sum = figures.reduce(0) { $0 + $1.figure.amount }
    guard figures.count > 1, sum > 0, figures.allSatisfy({ $0.figure.adds && $0.figure.amount >= 0 }) else {
      return nil
    }
    let lines = figures.compactMap { line, figure in
      ShownAnswer.name(of: line).map {
        Say("dialogue.look.share", ["name": $0, "share": .percent(figure.amount / sum * 100)])
      }
    }
    guard lines.count == figures.count, var first = lines.first else { return nil }
    first.lines = Array(lines.dropFirst().prefix(most - 1))
    return first
  }

  /// What was shown, once more, as far as it answers; `nil` where that is nothing or nearly all.
  private static func repeated(_ lines: [Say]) -> Say? {
    guard var first = lines.first, lines.count <= most else { return nil }
    first.lines = Array(lines.dropFirst())
    return first
  }

  private static let most = 6

  private static func words(_ text: String) -> [String] {
    Normaliser.normalise(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  private static func isSame(_ word: String, _ shown: String) -> Bool {
    if word == shown { return true }
    let (short, long) = word.count < shown.count ? (word, shown) : (shown, word)
    return short.count >= 4 && long.count - short.count <= 3 && long.hasPrefix(short)
  }
}
