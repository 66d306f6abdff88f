import Actions
import Base
import Messages
import People
import Store
import Text
import Time

/// Questions that go over several facts, answered with the way that led there.
extension FactAnswerer {
  /// A step of a way: a fact, walked from its subject to its object or back.
  private struct Step {
    var fact: Fact
    var to: String
  }
  /// As far as people follow.
  private static let longest = 4
  private static let width = 400
  private static let moments: [UsualWords.Moment] = [
    .monday, .tuesday, .wednesday, .thursday, .friday, .saturday, .sunday,
  ]

  /// "How is Meera related to Dr. Latha?"
  func path(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    let family = FamilyEdges(context, reader)
    guard let one = try subjects(reading.subject, rows).first.flatMap({ family.place(of: $0) }),
      let other = try subjects(reading.other, rows).first.flatMap({ family.place(of: $0) }),
      let way = try way(from: one, to: [other], rows)
    else { return FactAnswer(say: Say("memory.no_path")) }
    return FactAnswer(say: try told(way, Say("memory.path"), rows), facts: way.filter { !$0.isFamily }, path: way)
  }

  /// "Who can drive Amma to the cardiologist?": whoever is said to be able to, those first who are near to whom it is for.
  func able(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    guard let skill = reading.object.map(FactText.folded), let can = reading.relation else {
      return FactAnswer(say: Say("memory.nothing_known"))
    }
    let verb = skill.split(separator: " ").first.map(String.init) ?? skill
    let holders = try rows.facts(relation: can.name, during: .at(context.now), in: scope).filter {
      let own = FactText.folded($0.value)
      return own == skill || own.split(separator: " ").first.map(String.init) == verb
    }
    let targets = try reading.other.map { try resolver.find($0, rows) } ?? []
    let target = try targets.first?.thing ?? rows.thing(for: context.actor.id, owner: context.actor.id)?.id
    var found: [(holder: Fact, way: [Fact])] = []
    for holder in holders {
      // over people: to work in the same place brings nobody to the door
      let steps = try target.flatMap { try way(from: $0, to: [holder.subject], isOverPeople: true, rows) } ?? []
      found.append((holder, steps))
    }
    guard !found.isEmpty else { return FactAnswer(say: Say("memory.nobody_can", ["what": .text(skill)])) }
    // who is connected comes before who is not, and the nearer one first
    found.sort {
      ($0.way.isEmpty ? 99 : $0.way.count, $0.holder.id) < ($1.way.isEmpty ? 99 : $1.way.count, $1.holder.id)
    }
    let timed = reading.rest.map { reader.timed($0, reading.language, now: context.now, zone: context.zone) }
    let day = reading.period ?? timed?.period
    var say = Say("memory.able", ["what": .text(skill)])
    for one in found.prefix(5) {
      let head = Say("memory.bullet", ["fact": .say(try lines.sourced(one.holder, rows))])
      var line = one.way.isEmpty ? head : try told(one.way, head, rows)
      if let day {
        line.lines += try notes(of: one.holder, on: day, rows).map {
          Say("memory.step", ["fact": .say(try lines.sourced($0, rows))])
        }
      }
      say.lines.append(line)
    }
    // "to the cardiologist": whose that is
    var place: [Fact] = []
    if let rest = timed?.text ?? reading.rest,
      let relation = rest.split(separator: " ").last.flatMap({ reader.relation(called: String($0)) })
    {
      for subject in targets {
        place += try rows.facts(about: subject, relation: relation.name, during: .at(context.now), in: scope)
      }
    }
    say.lines += try place.map { Say("memory.able.place", ["fact": .say(try lines.sourced($0, rows))]) }
    return FactAnswer(say: say, facts: found.map(\.holder) + place, path: found.flatMap(\.way) + place)
  }

  /// What was noted of somebody for a day: "Ravi is busy on Friday".
  func notes(of holder: Fact, on day: Period, _ rows: some Querying) throws -> [Fact] {
    let names = try rows.names(of: holder.subject, owner: scope.reader)
    let weekday = day.from.map { Self.moments[context.zone.date($0).weekday.rawValue - 1] }
    let of = Subject(thing: holder.subject, person: nil, name: nil)
    let own = try rows.facts(about: of, relation: "note", during: day, in: scope)
    return try (notes(of: .me, during: day, rows) + own).filter { note in
      if let weekday, reader.words.says(weekday, of: note.value) { return true }
      guard names.contains(where: { WordSearch.holds(note.value, $0) }) else { return false }
      // read as of when it was told: "on Friday" was the one that came next
      let said = reader.timed(note.value, context.language, now: context.now, zone: context.zone).period
      let date = { (period: Period) in period.from.map { context.zone.date($0).weekday } }
      return said.map { $0.overlaps(day) || date($0) == date(day) && context.now - note.toldAt < .days(7) } ?? false
    }
  }

  private func told(_ way: [Fact], _ head: Say, _ rows: some Querying) throws -> Say {
    var say = head
    let family = FamilyEdges(context, reader)
    say.lines += try way.map { fact in
      let line = fact.isFamily ? lines.line(fact, whose: family.name(of: fact.subject)) : try lines.line(fact, rows)
      return Say("memory.step", ["fact": .say(line)])
    }
    return say
  }

  /// The shortest way between two things over facts of the reader's own memory that are true now.
  ///
  /// - Parameter isOverPeople: no place, business or anything else is stepped over.
  func way(
    from start: String, to ends: Set<String>, isOverPeople: Bool = false, _ rows: some Querying
  ) throws -> [Fact]? {
    if ends.contains(start) { return [] }
    var ways: [(at: String, facts: [Fact])] = [(start, [])]
    var seen: Set<String> = [start]
    for _ in 0..<Self.longest {
      var next: [(at: String, facts: [Fact])] = []
      for way in ways {
        for step in try steps(from: way.at, rows) where seen.insert(step.to).inserted {
          if isOverPeople, let thing = try rows.root(of: step.to, owner: scope.reader), thing.kind != "person" {
            continue
          }
          let longer = way.facts + [step.fact]
          if ends.contains(step.to) { return longer }
          next.append((step.to, longer))
          if next.count >= Self.width { break }
        }
      }
      ways = next
    }
    return nil
  }

  private func steps(from thing: String, _ rows: some Querying) throws -> [Step] {
    let now = Period.at(context.now)
    let subject = Subject(thing: thing, person: nil, name: nil)
    var steps: [Step] = []
    for fact in try rows.facts(about: subject, during: now, in: scope) {
      guard let object = fact.object, let root = try rows.root(of: object, owner: scope.reader) else { continue }
      steps.append(Step(fact: fact, to: root.id))
    }
    for fact in try rows.facts(relation: nil, object: thing, value: nil, during: now, in: scope) {
      guard let root = try rows.root(of: fact.subject, owner: scope.reader) else { continue }
      steps.append(Step(fact: fact, to: root.id))
    }
    // the family is known though nobody told of it
    let family = FamilyEdges(context, reader)
    guard let here = try rows.root(of: thing, owner: scope.reader) ?? family.stranger(thing) else { return steps }
    for edge in try family.edges(of: here, rows) {
      steps.append(Step(fact: edge.fact(of: scope.reader), to: edge.from.id == here.id ? edge.to.id : edge.from.id))
    }
    return steps
  }
}
