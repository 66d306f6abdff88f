import Actions
import Base
import Formats
import Messages
import People
import Store
import Text
import Time

/// "What do I usually order on Fridays?": what comes up again and again among what the rooms of the house keep of the
/// person's own deeds and what they had done before, which is where "the usual" comes from as well.
struct UsualDeed {
  let context: ActionContext
  let reader: FactReader

  /// So many times it must have been for a habit, and that part of them.
  private static let (least, part) = (3, 3)
  /// The latest that are looked at: habits change.
  private static let most = 60
  /// Others that are told besides.
  private static let besides = 2

  /// When it is asked about: days of the week and parts of the day, any where none is named.
  fileprivate struct Moments {
    var weekdays: Set<Weekday> = []
    var parts: [Range<Int>] = []

    func hold(_ moment: CivilDateTime) -> Bool {
      let hour = Int(moment.time.hour)
      let isInPart = parts.isEmpty || parts.contains { $0.contains(hour) || $0.contains(hour + 24) }
      return isInPart && (weekdays.isEmpty || weekdays.contains(moment.date.weekday))
    }
  }

  func answer(_ question: String, _ reading: Reading) async throws -> ActionResult {
    let asked = Asked(question, reading, reader.words)
    let deeds = try await deeds(asked, during: reading.period)
    guard let last = deeds.first else { return result(Say("memory.usual.none"), deeds) }
    if asked.isAmount, let amounts = amounts(deeds, asked) { return result(amounts, deeds) }
    var groups: [(what: String, folded: String, count: Int, last: Instant)] = []
    for deed in deeds {
      let folded = FactText.folded(deed.what)
      if let index = groups.firstIndex(where: { $0.folded == folded }) {
        groups[index].count += 1
      } else {
        groups.append((deed.what, folded, 1, deed.at))
      }
    }
    // of what was as often the latest comes first: they stand in the order of their latest
    groups = groups.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map(\.element)
    guard deeds.count >= Self.least, let first = groups.first else { return result(few(deeds.count, last), deeds) }
    let isHabit = first.count > 1 && first.count * Self.part >= deeds.count
    var say = Say(isHabit ? "memory.usual" : "memory.usual.varied", values(first.what, first.count, first.last))
    say.values["total"] = .integer(Int64(deeds.count))
    if isHabit {
      say.lines = groups.dropFirst().prefix(Self.besides).filter { $0.count > 1 }.map {
        Say("memory.usual.also", values($0.what, $0.count, $0.last))
      }
    }
    return result(say, deeds)
  }

  /// What is typical of the days, or of each time where it was asked what for. - Returns: `nil` where no amounts are known.
  private func amounts(_ deeds: [Deed], _ asked: Asked) -> Say? {
    let paid = deeds.filter { $0.amount != nil }
    let currencies = Dictionary(grouping: paid) { $0.amount?.currency ?? "" }
    guard let (currency, all) = currencies.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else {
      return nil
    }
    var sums: [Int64]
    if asked.words.isEmpty {
      sums = Dictionary(grouping: all) { context.zone.date($0.at) }.values.map { day in
        day.reduce(0) { $0 + ($1.amount?.minor ?? 0) }
      }
    } else {
      sums = all.map { $0.amount?.minor ?? 0 }
    }
    guard let last = all.first else { return nil }
    guard sums.count >= Self.least else { return few(sums.count, last) }
    sums.sort()
    // the middle: a single large sum says nothing of the others
    let middle = Money(minor: (sums[(sums.count - 1) / 2] + sums[sums.count / 2]) / 2, currency: currency)
    return Say(
      asked.words.isEmpty ? "memory.usual.amount_day" : "memory.usual.amount",
      values(last.what, sums.count, last.at).merging(["amount": .money(middle)]) { $1 })
  }

  private func few(_ count: Int, _ last: Deed) -> Say { Say("memory.usual.few", values(last.what, count, last.at)) }

  private func values(_ what: String, _ count: Int, _ last: Instant) -> [String: Say.Value] {
    [
      "what": .text(what), "count": .integer(Int64(count)), "at": .instant(last),
      "day": .say(FactLines(context: context, reader: reader).day(last)),
    ]
  }

  private func result(_ say: Say, _ deeds: [Deed]) -> ActionResult {
    let shown = deeds.prefix(20).map { deed -> JSON in
      var object: JSONObject = ["at": .string(deed.at.description), "what": .string(deed.what)]
      object["amount"] = deed.amount?.json
      return .object(object)
    }
    return .answer(say, data: ["deeds": .array(shown), "count": .integer(Int64(deeds.count))])
  }

  /// What the question names.
  private struct Asked {
    var kinds: Set<Deed.Kind> = []
    var moments = Moments()
    /// How much, and not what.
    var isAmount = false
    /// What else must stand in it.
    var words: [String] = []

    init(_ question: String, _ reading: Reading, _ known: KnowledgeWords) {
      let tongues = known.tongues.values
      for word in SaidWord.cut(question).map(\.folded) {
        for tongue in tongues {
          for (moment, names) in tongue.usually.moments where names.contains(word) { moments.add(moment) }
          if tongue.language == reading.language, tongue.usually.amounts.contains(word) { isAmount = true }
        }
      }
      var other: String?
      if case .name(let name)? = reading.other { other = name }
      let said = [other, reading.object].compactMap(\.self).flatMap { SaidWord.cut($0).map(\.folded) }
      for word in said {
        let kinds = Deed.Kind.allCases.filter { kind in tongues.contains { $0.deeds[kind]?.contains(word) == true } }
        let isIdle = tongues.contains { tongue in
          tongue.usually.idle.contains(word) || tongue.times.contains(word) || tongue.articles.contains(word)
            || tongue.isPronoun(word) || tongue.usually.moments.values.contains { $0.contains(word) }
        }
        self.kinds.formUnion(kinds)
        if kinds.isEmpty, !isIdle, !words.contains(word) { words.append(word) }
      }
      // "order செய்வேன்", "order karta hoon": the verb beside it is any verb
      if kinds.count > 1 { kinds.remove(.did) }
      if isAmount { kinds = [.paid] }
    }
  }

  private func deeds(_ asked: Asked, during period: Period?) async throws -> [Deed] {
    let (house, person, now, zone) = (context.house, context.actor, context.now, context.zone)
    let (habits, moments) = (reader.words.habits, asked.moments)
    // a day that comes again is no day of the past
    let period = moments.weekdays.isEmpty && moments.parts.isEmpty ? period ?? Period() : Period()
    let all = try await context.store.read { rows in
      var all: [Deed] = []
      for room in house.rooms { all += try room.deeds(person, now, rows) }
      if let log = rows.service(AuditLog.self) {
        for habit in habits {
          for done in try log.last(habit.action, by: person.id, limit: Self.most, rows) {
            let value = done.arguments[habit.value]?.string ?? ""
            all += value.split(separator: ",").map { Deed(habit.kind, at: done.at, what: String($0).trimmed) }
          }
        }
      }
      return all
    }
    let meant = all.filter { deed in
      (asked.kinds.isEmpty || asked.kinds.contains(deed.kind)) && !deed.what.isEmpty
        && (!asked.isAmount || deed.amount != nil)
        && deed.at >= period.from ?? .distantPast && deed.at < period.to ?? .distantFuture
        && moments.hold(zone.civil(deed.at)) && asked.words.allSatisfy { speaks(deed.what, of: $0) }
    }
    return Array(meant.sorted { $0.at > $1.at }.prefix(Self.most))
  }

  /// By the beginning of a word: "electricians" is the electrician too.
  private func speaks(_ text: String, of word: String) -> Bool {
    let stem = word.count > 4 ? String(word.dropLast()) : word
    return SaidWord.cut(text).contains { $0.folded.hasPrefix(stem) }
  }
}

extension UsualDeed.Moments {
  /// A moment by its name in `usually.moments`.
  fileprivate mutating func add(_ moment: UsualWords.Moment) {
    switch moment {
    case .weekend: weekdays.formUnion([.saturday, .sunday])
    case .monday: weekdays.insert(.monday)
    case .tuesday: weekdays.insert(.tuesday)
    case .wednesday: weekdays.insert(.wednesday)
    case .thursday: weekdays.insert(.thursday)
    case .friday: weekdays.insert(.friday)
    case .saturday: weekdays.insert(.saturday)
    case .sunday: weekdays.insert(.sunday)
    case .morning: parts.append(4..<12)
    case .afternoon: parts.append(12..<17)
    case .evening: parts.append(16..<21)
    case .night: parts.append(19..<28)
    }
  }
}

/// The words of questions for what is usual, of one language.
struct UsualWords: Sendable {
  /// The words that say a moment comes again and again, where the language has others for a single one ("Fridays").
  var again: [Moment: Set<String>] = [:]
  /// A moment that comes again and again.
  enum Moment: String, CaseIterable, Sendable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday, weekend, morning, afternoon, evening, night
  }

  /// They ask how much.
  var amounts: Set<String> = []
  /// They say nothing of what is meant.
  var idle: Set<String> = []
  var moments: [Moment: Set<String>] = [:]

  init() {}

  init(_ node: YAMLNode) throws {
    try node.onlyKeys(["amounts", "idle", "moments"])
    func words(_ node: YAMLNode?) throws -> Set<String> {
      try Set((node?.strings(expecting: "a list of words") ?? []).map { SaidWord.folded($0) })
    }
    amounts = try words(node["amounts"])
    idle = try words(node["idle"])
    for (key, value) in try node["moments"]?.mapping(expecting: "moments and their words") ?? [] {
      guard let moment = Moment(rawValue: try key.string(expecting: "a moment")) else {
        throw key.error("one of \(Moment.allCases.map(\.rawValue).joined(separator: ", ")) was expected")
      }
      moments[moment] = try words(value)
      again[moment] = try Set(value.strings(expecting: "a list of words").dropFirst().map { SaidWord.folded($0) })
        .filter { $0.count > 3 }
    }
  }
}

/// An action whose earlier calls show what somebody usually has ("list.add").
struct HabitSource: Sendable {
  let action: String
  /// The argument that holds it; several with commas between.
  let value: String
  let kind: Deed.Kind

  init(_ node: YAMLNode) throws {
    try node.onlyKeys(["action", "value", "as"])
    action = try node.required("action").string(expecting: "an action's name")
    value = try node.required("value").string(expecting: "an argument's name")
    guard let kind = try Deed.Kind(rawValue: node.required("as").string(expecting: "a kind of deed")) else {
      throw node.error("one of \(Deed.Kind.allCases.map(\.rawValue).joined(separator: ", ")) was expected")
    }
    self.kind = kind
  }
}
