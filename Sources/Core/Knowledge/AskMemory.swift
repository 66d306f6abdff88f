import Actions
import Base
import Formats
import Messages
import People
import Store

struct AskMemory: Action {
  static let name = "memory.ask"
  static let summary = "Answers from what you told before: who, where, when, and what was so at another time."
  static let effect = Effect.read

  @Parameter("The question, in your own words.") var question: String
  @Parameter("Whom “he” or “she” means.") var person: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let reader = try await context.factReader()
    guard let reading = context.reading(question, reader), reading.isQuestion else {
      throw ActionError(
        "memory.question_unreadable", sentence: "Ask me something like: who is Amma's doctor?", field: "question")
    }
    if [.last, .told, .usual].contains(reading.sense) { try context.readsWholeMemory(reader) }
    if reading.sense == .usual {
      return try await UsualDeed(context: context, reader: reader).answer(question, reading)
    }
    if reading.sense == .last { return try await LastTime(context: context, reader: reader).answer(reading) }
    let answerer = FactAnswerer(
      context: context, reader: reader, resolver: FactResolver(context, reader, they: person, said: reading))
    let answer = try await context.store.read { try answerer.answer(reading, $0) }
    guard reading.sense == .told || answer.facts.isEmpty && reading.sense == .ask,
      let heard = try await episodes(reading, context), !heard.isEmpty
    else { return Self.result(answer, by: context.actor.id) }
    var whole = answer
    whole.say = answer.facts.isEmpty ? Say("memory.said_before") : answer.say
    whole.say.lines += heard
    return Self.result(whole, by: context.actor.id)
  }

  /// A fact that is asked for stays fresh.
  private static func result(_ answer: FactAnswer, by person: PersonID) -> ActionResult {
    let facts = answer.facts
    let data: JSON = ["facts": .array(facts.map(\.json)), "path": .array(answer.path.map(\.json))]
    guard !facts.isEmpty else { return .answer(answer.say, data: data) }
    return .change { transaction in
      try transaction.use(facts, by: person)
      return Outcome(answer.say, data: data)
    }
  }

  /// What was said about it, where the search over conversations finds something.
  private func episodes(_ reading: Reading, _ context: ActionContext) async throws -> [Say]? {
    guard reading.sense == .told, case .name(let about)? = reading.subject else { return nil }
    var asked: JSONObject = ["about": .string(about)]
    asked["from"] = reading.period?.from.map { .string($0.description) }
    asked["to"] = reading.period?.to.map { .string($0.description) }
    let found = try await context.call("memory.search", asked)
    return found.array?.prefix(5).compactMap { one in
      guard let at = one["at"].string.flatMap({ Instant(iso8601: $0) }), let said = one["said"].string else {
        return nil
      }
      return Say("memory.line", ["at": .instant(at), "said": .text(said)])
    }
  }
}

/// An answer with what it rests on.
struct FactAnswer: Sendable {
  var say: Say
  var facts: [Fact] = []
  /// How one thing leads to another.
  var path: [Fact] = []
}
