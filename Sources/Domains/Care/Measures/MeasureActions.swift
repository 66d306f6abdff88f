import Actions
import Base
import Delivery
import Formats
import Graphics
import Messages
import People
import Store
import Text
import Time

struct AddMeasure: Action {
  static let name = "measure.add"
  static let summary =
    "Keeps what was measured: blood pressure, sugar, weight, temperature, pulse, oxygen, glasses of water."
  static let effect = Effect.write

  @Parameter("What was measured.", kind: .choice(Measure.Kind.allCases.map(\.rawValue))) var measure: String
  @Parameter("The value; of a blood pressure the upper one; of water glasses, one when left out.") var value: Double?
  @Parameter("The lower value of a blood pressure.") var second: Double?
  @Parameter("Of a sugar: before or after eating.", kind: .choice(["fasting", "after"])) var eaten: String?
  @Parameter("When; now when left out.") var at: WhenValue?
  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .log)
    guard let kind = Measure.Kind(rawValue: measure) else {
      return .ask(Say("measure.add.ask.measure"), parameter: "measure")
    }
    guard let value = value.map({ Self.glasses($0, kind) }) ?? (kind == .water ? 1 : nil) else {
      return .ask(Say("measure.add.ask.value"), parameter: "value")
    }
    // "bp 90 150": the larger one is the upper
    let (first, lower) = (max(value, second ?? value), second.map { min($0, value) })
    // two values are a blood pressure and nothing else
    guard second == nil || kind == .pressure, kind.holds(first, lower) else {
      throw ActionError(
        "measure.value", ["kind": kind.name, "value": .number(first, digits: 1)],
        sentence: "That is no value of a \(kind.rawValue).", field: "value")
    }
    let at = Self.moment(at, person, context.now)
    guard at > context.now - .days(366) else {
      throw ActionError("measure.time", sentence: "What was measured lies in the past year.", field: "at")
    }
    let eaten = kind == .sugar ? eaten : nil
    return .change { transaction in
      let measure = Measure(
        id: transaction.newID(), person: person.id, kind: kind, value: first,
        second: kind == .pressure ? lower : nil, eaten: eaten, notedBy: context.actor.id, at: at)
      try measure.insert(transaction)
      let inverse = ActionCall(RemoveMeasure.name, ["measure": .string(measure.id)])
      var values = measure.values
      if person.id != context.actor.id {
        values["name"] = .text(context.people.called(person.id, by: context.actor.id))
      }
      if kind == .water {
        let zone = person.zone
        let day = zone.date(at)
        let all = try Measure.of(
          person.id, .water, from: zone.startOfDay(day), until: zone.startOfDay(day.adding(days: 1)), transaction)
        values["total"] = .text(Measure.number(all.reduce(0) { $0 + $1.value }))
        return Outcome(Say("measure.added.water", values), data: measure.json, inverse: inverse)
      }
      return Outcome(Say("measure.added", values), data: measure.json, inverse: inverse)
    }
  }

  /// "Today" without an hour is now, and so is "after food", which says which meal and not when.
  private static func moment(_ at: WhenValue?, _ person: Person, _ now: Instant) -> Instant {
    guard let at else { return now }
    let isToday = !at.isTimeGiven && at.elapsed == nil && at.start.date == person.zone.date(now)
    guard !isToday, at.meals.isEmpty || at.isDayGiven else { return now }
    return min(at.instant(in: person.zone, now: now), now)
  }

  /// "500 ml" of water are two glasses.
  private static func glasses(_ value: Double, _ kind: Measure.Kind) -> Double {
    kind == .water && value >= 100 ? value / 250 : value
  }
}

/// What undo runs.
struct RemoveMeasure: Action {
  static let name = "measure.remove"
  static let summary = "Takes back what was measured."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Its id.") var measure: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let id = measure
    return .change { transaction in
      guard let found = try Measure.find(id, transaction), context.people.may(context.actor.id, .log, for: found.person)
      else { throw ActionError("measure.unknown", sentence: "There is no such value.", field: "measure") }
      try transaction.execute("DELETE FROM measures WHERE tenant = :tenant AND id = ?", id)
      return Outcome(Say("measure.removed", found.values))
    }
  }
}

struct ListMeasures: Action {
  static let name = "measure.list"
  static let summary = "Shows what was measured: blood pressure, sugar, weight and others, with a picture."
  static let effect = Effect.read

  @Parameter("Of what; all when left out.", kind: .choice(Measure.Kind.allCases.map(\.rawValue))) var measure: String?
  @Parameter("Of which days; the last thirty when left out.") var period: DayPeriod?
  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  private static let longest = 7

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let kind = measure.flatMap(Measure.Kind.init)
    let today = person.zone.date(context.now)
    // of water one wants to know how much it was so far
    let usual = (kind == .water ? today : today.adding(days: -29), today)
    let (first, last) = period?.days(on: today) ?? usual
    let zone = person.zone
    let (from, until) = (zone.startOfDay(first), zone.startOfDay(last.adding(days: 1)))
    let (words, all) = try await context.store.read { store in
      (try context.reportWords(person, store), try Measure.of(person.id, kind, from: from, until: until, store))
    }
    var values: [String: Say.Value] = ["from": .date(first), "to": .date(min(last, zone.date(context.now)))]
    if let kind { values["kind"] = kind.name }
    if person.id != context.actor.id {
      values["name"] = .text(context.people.called(person.id, by: context.actor.id))
    }
    let data = JSON.array(all.map(\.json))
    guard !all.isEmpty else { return .answer(Say("measure.none", values), data: data) }
    if kind == .water {
      values["total"] = .text(Measure.number(all.reduce(0) { $0 + $1.value }))
      values["days"] = .say((period ?? .named(.today)).say)
      return .answer(Say("measure.list.water", values), data: data)
    }
    let lines = all.suffix(Self.longest).reversed().map { one in
      Say(kind == nil ? "measure.line.kind" : "measure.line", one.values)
    }
    if all.count > Self.longest { values["more"] = .integer(Int64(all.count - Self.longest)) }
    let say = Say("measure.list", values, lines: lines)
    // looking beats reading from three values of one kind on
    let shown = kind ?? (Set(all.map(\.kind)).count == 1 ? all[0].kind : nil)
    let picture = MeasurePicture(all: all, kind: shown, words: words)
    guard let chart = picture.chart(), let png = try? await ChartRenderer.png(chart) else {
      return .answer(say, data: data)
    }
    let actor = context.actor.id
    return .change { transaction in
      var say = say
      say.picture = try transaction.keep(png, type: "image/png", name: "measures.png", person: actor)
      return Outcome(say, data: data)
    }
  }
}

/// What was measured as lines over its days.
struct MeasurePicture {
  let all: [Measure]
  let kind: Measure.Kind?
  let words: ReportWords

  /// `nil` where there is too little to look at.
  func chart() -> Chart? {
    guard let kind else { return nil }
    let shown = Array(all.suffix(60))
    guard shown.count >= 3, let latest = shown.last, Set(shown.map { kind.unit($0.value) }).count == 1 else {
      return nil
    }
    let name = words("measure.kind.\(kind.rawValue)")
    var series = [Chart.Series(name, shown.map(\.value), color: Color(0x1F5FA8))]
    if kind == .pressure { series.append(Chart.Series("", shown.map(\.second), color: Color(0x98A2AE))) }
    let days = shown.map { words.formatter.zone.date($0.at) }
    return Chart(
      title: name, subtitle: "\(words.day(days[0])) – \(words.day(days[days.count - 1]))", headline: latest.text,
      kind: .line, series: series, labels: days.map(words.day), unit: kind.unit(latest.value))
  }
}

extension ActionContext {
  /// Pictures and reports about somebody, in the language of who asks.
  func reportWords(_ person: Person, _ store: TenantReader) throws -> ReportWords {
    guard let delivery = store.service(Delivery.self) else {
      throw ActionError("report.nothing", sentence: "The house is not running.")
    }
    return ReportWords(
      replies: delivery.replies, reader: Reader(language: language, zone: person.zone, persona: persona.name), now: now)
  }
}
