package import Actions
import Base
import Formats
import Knowledge
import Memory
import Messages
import People
import Store
import Text
import Time

/// What the assistant says and does about itself: greetings, help, memory, language, letting people in.
package enum AssistantRoom {
  package static let room = Room(
    name: "assistant", migrations: ConversationMigrations.all,
    actions: [
      Help.self, Who.self, Greet.self, Thanks.self, Bye.self, HowAreYou.self, HearNews.self, SearchMemory.self,
      TellTime.self,
      ShowMore.self,
      ChangeLanguage.self,
      ChangeZone.self, MoveTimes.self, KeepTimes.self,
      ApprovePairing.self,
    ],
    forget: { person, transaction in
      try transaction.execute("DELETE FROM rings WHERE tenant = :tenant AND person = ?", person)
      return try transaction.execute("DELETE FROM dialogues WHERE tenant = :tenant AND person = ?", person)
    },
    // what is in the air holds calls with their words, and lasts half an hour
    unsay: { person, _, transaction in
      try transaction.execute("DELETE FROM rings WHERE tenant = :tenant AND person = ?", person)
      return try transaction.execute("DELETE FROM dialogues WHERE tenant = :tenant AND person = ?", person)
    },
    export: { person, reader in
      let dialogues = try reader.query(
        "SELECT conversation, state FROM dialogues WHERE tenant = :tenant AND person = ?", person
      ) { row -> JSON in
        ["conversation": .string(row.text(0)), "state": (try? JSON.parse(row.text(1))) ?? .null]
      }
      let rings = try reader.query("SELECT buttons FROM rings WHERE tenant = :tenant AND person = ?", person) {
        row -> JSON in
        ["rang": (try? JSON.parse(row.text(0))) ?? .null]
      }
      return dialogues.isEmpty && rings.isEmpty ? .null : .array(dialogues + rings)
    })
}

struct Help: Action {
  static let name = "assistant.help"
  static let summary = "Says what the assistant can do for you."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let offers =
      context.language.fallbacks.compactMap { context.persona.suggestions[$0.code] }.first
      ?? context.persona.suggestions["en"] ?? []
    return .answer(
      Say(
        "assistant.help", ["name": .text(context.actor.name)],
        lines: offers.map { Say("dialogue.suggestion", ["text": .text($0)]) }))
  }
}

struct Who: Action {
  static let name = "assistant.who"
  static let summary = "Says who is talking to you."
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult {
    .answer(Say("assistant.who", ["persona": .text(context.persona.title)]))
  }
}

struct Greet: Action {
  static let name = "smalltalk.greet"
  static let summary = "Greets you back."
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult {
    let hour = context.zone.civil(context.now).time.hour
    let part = hour < 5 ? "night" : hour < 12 ? "morning" : hour < 17 ? "afternoon" : "evening"
    return .answer(Say("smalltalk.greet_\(part)", ["name": .text(context.actor.name)]))
  }
}

struct Thanks: Action {
  static let name = "smalltalk.thanks"
  static let summary = "Answers thanks."
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult { .answer(Say("smalltalk.thanks")) }
}

struct Bye: Action {
  static let name = "smalltalk.bye"
  static let summary = "Says goodbye."
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult { .answer(Say("smalltalk.bye")) }
}

struct HowAreYou: Action {
  static let name = "smalltalk.how"
  static let summary = "Says how it is."
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult { .answer(Say("smalltalk.how")) }
}

/// What somebody tells of their day and wants nothing done about.
struct HearNews: Action {
  static let name = "smalltalk.news"
  static let summary = "Hears what you did today."
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult { .answer(Say("smalltalk.news")) }
}

struct SearchMemory: Action {
  static let name = "memory.search"
  static let summary = "Finds what you asked or were told before, by words or by day."
  static let effect = Effect.read

  @Parameter("What it was about.") var about: String?
  @Parameter("On which day.") var day: CivilDate?
  @Parameter("Within which days.") var period: DayPeriod?
  @Parameter("Not before this moment, such as 2026-11-21T08:00:00Z.") var from: String?
  @Parameter("Before this moment.") var to: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, zone) = (context.actor.id, context.zone)
    let days = period?.days(on: zone.date(context.now)) ?? day.map { ($0, $0) }
    let reader = try await context.store.read { $0.service(FactReader.self) }
    if let reader { try context.readsWholeMemory(reader) }
    var about = about
    var from = try moment(from, "from") ?? days.map { zone.startOfDay($0.0) }
    var to = try moment(to, "to") ?? days.map { zone.startOfDay($0.1.adding(days: 1)) }
    // "what did the doctor say last week": the time is none of the words to look for
    if let said = about, from == nil, to == nil, let reader {
      let timed = reader.timed(said, context.language, now: context.now, zone: zone)
      (about, from, to) = (timed.text, timed.period?.from, timed.period?.to)
    }
    // "in January": nothing is left to look for but the time
    if let said = about, from != nil, reader?.isIdle(said, context.language) == true { about = nil }
    return try await search(about, from, to, person, context)
  }

  private func moment(_ text: String?, _ field: String) throws -> Instant? {
    guard let text else { return nil }
    guard let moment = Instant(iso8601: text) else {
      throw ActionError("memory.moment", sentence: "A time such as 2026-11-21T08:00:00Z is expected.", field: field)
    }
    return moment
  }

  private func search(
    _ about: String?, _ from: Instant?, _ to: Instant?, _ person: PersonID, _ context: ActionContext
  ) async throws -> ActionResult {
    let recall = try await context.store.read { $0.service(MemoryRecall.self) }
    if let about, let recall {
      let found = try await recall.recall(about, scope: RecallScope(context.actor, from: from, to: to), limit: 40)
      let near = found.filter(\.isNear).map(\.episode)
      let said = try await own(about, from, to, person, context).filter { WordSearch.holds($0.said, about) }
      // what was said stands for what only an answer quoted: "what did I ask you about milk", asked for the second time
      let telling = near.filter {
        said.isEmpty || WordSearch.holds($0.said, about) || !WordSearch.holds($0.replied, about)
      }
      return answer(Self.distinct(telling + said), about)
    }
    if let about {
      let all = try await own(about, from, to, person, context)
      let said = all.filter { WordSearch.holds($0.said, about) }
      return answer(said.isEmpty ? all : said, about)
    }
    let episodes = try await context.store.read { reader -> [Episode] in
      let (from, to) = (from ?? .epoch, to ?? Instant(microseconds: .max))
      return try reader.episodes(of: person, from: from, to: to, limit: 20).filter { !$0.said.isEmpty }.reversed()
    }
    return answer(episodes, about)
  }

  /// A person's turns in which some of the words stand.
  private func own(
    _ about: String, _ from: Instant?, _ to: Instant?, _ person: PersonID, _ context: ActionContext
  ) async throws -> [Episode] {
    let words = Array(about.split { !$0.isLetter && !$0.isNumber }.map(String.init).prefix(12))
    let (from, to) = (from ?? .epoch, to ?? Instant(microseconds: .max))
    return try await context.store.read {
      try $0.searchEpisodes(of: person, words: words, from: from, to: to, limit: 20)
    }
  }

  /// Each turn once, though what was said and what was answered are found apart.
  private static func distinct(_ episodes: [Episode]) -> [Episode] {
    var seen: Set<Instant> = []
    return episodes.filter { !$0.said.isEmpty && seen.insert($0.at).inserted }
  }

  private func answer(_ episodes: [Episode], _ about: String?) -> ActionResult {
    let shown = episodes.prefix(8).map { episode in
      Say("memory.line", ["at": .instant(episode.at), "said": .text(episode.said)])
    }
    let data = JSON.array(
      episodes.map { ["at": .string($0.at.description), "said": .string($0.said), "replied": .string($0.replied)] })
    var values: [String: Say.Value] = ["count": .integer(Int64(episodes.count))]
    if let day { values["day"] = .date(day) }
    if let period { values["day"] = .say(period.say) }
    if let about { values["about"] = .text(about) }
    return .answer(
      Say(episodes.isEmpty ? "memory.nothing" : "memory.found", values, lines: Array(shown)), data: data)
  }
}

struct ChangeLanguage: Action {
  static let name = "assistant.language"
  static let summary = "Changes the language that the assistant answers you in."
  static let effect = Effect.write

  @Parameter("Which language.") var language: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let chosen = Self.language(self.language) else {
      throw ActionError(
        "assistant.language_unknown", ["language": .text(self.language)],
        sentence: "I speak English, Tamil, Tanglish, Hindi and Hinglish.", field: "language")
    }
    var person = context.actor
    let before = person.language
    person.language = chosen
    let (changed, people) = (person, context.people)
    return .change { transaction in
      var house = transaction.widened()
      try people.update(changed, in: &house)
      var say = Say("assistant.language_changed", ["language": .text(chosen.name)])
      say.language = chosen
      return Outcome(
        say, data: ["language": .string(chosen.code)],
        inverse: ActionCall(Self.name, ["language": .string(before.code)]))
    }
  }

  private static func language(_ text: String) -> Language? {
    let wanted = text.lowercased()
    if let code = Language(code: text), Language.all.contains(code) { return code }
    return Language.all.first { $0.englishName.lowercased() == wanted || $0.name.lowercased() == wanted }
      ?? ["tanglish": Language.tamilLatin, "hinglish": .hindiLatin][wanted]
  }
}
