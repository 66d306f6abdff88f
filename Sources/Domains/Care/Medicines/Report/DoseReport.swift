import Base
import Delivery
import Formats
import Messages
import People
import Store
import Text
import Time

/// A person's doses of some days, counted: what the picture of a week and the report for the doctor show.
struct DoseReport: Sendable {
  struct Counts: Sendable, Hashable {
    var taken = 0
    var skipped = 0
    /// Asked, and nobody answered: not known.
    var unknown = 0
    /// Not asked in time: not known either.
    var missed = 0
    var open = 0

    /// Those that were due and are no longer open.
    var due: Int { taken + skipped + unknown + missed }

    mutating func add(_ state: Dose.State) {
      switch state {
      case .taken: taken += 1
      case .skipped: skipped += 1
      case .unknown: unknown += 1
      case .missed: missed += 1
      case .asked, .later: open += 1
      case .stopped: break
      }
    }

    var json: JSON {
      [
        "taken": JSON(taken), "skipped": JSON(skipped), "no_answer": JSON(unknown), "not_asked": JSON(missed),
        "open": JSON(open),
      ]
    }
  }

  struct Line: Sendable {
    let medicine: Medicine
    let dose: Dose
    let entries: [DoseEntry]
  }

  let person: Person
  let first: CivilDate
  let last: CivilDate
  /// Those with a dose in the span, and the active ones.
  let medicines: [Medicine]
  /// Oldest first.
  let lines: [Line]
  let meals: MealTimes
  /// Oldest first.
  let measures: [Measure]

  static let longest = 92

  init(_ person: Person, from first: CivilDate, through last: CivilDate, _ reader: some Querying) throws {
    self.person = person
    self.first = first
    self.last = last
    meals = try MealTimes.of(person.id, reader)
    let zone = person.zone
    measures = try Measure.of(
      person.id, from: zone.startOfDay(first), until: zone.startOfDay(last.adding(days: 1)), reader)
    let doses = try Dose.between(
      zone.startOfDay(first), zone.startOfDay(last.adding(days: 1)), for: person.id, reader, limit: 20_000
    ).filter { $0.state != .stopped }
    let all = try Medicine.all(for: person.id, reader)
    let named = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    lines = try doses.compactMap { dose in
      guard let medicine = named[dose.medicine] else { return nil }
      return Line(medicine: medicine, dose: dose, entries: try DoseEntry.all(of: dose.id, reader))
    }
    let used = Set(doses.map(\.medicine))
    medicines = all.filter { $0.isActive || used.contains($0.id) }
  }

  func counts(of medicine: String? = nil, from: CivilDate? = nil, through: CivilDate? = nil) -> Counts {
    var counts = Counts()
    for line in lines where medicine == nil || line.medicine.id == medicine {
      let day = person.zone.date(line.dose.dueAt)
      if let from, day < from { continue }
      if let through, day > through { continue }
      counts.add(line.dose.state)
    }
    return counts
  }

  var json: JSON {
    [
      "person": .string(person.id.text), "from": .string(first.description), "to": .string(last.description),
      "counts": counts().json,
      "medicines": .array(
        medicines.map { medicine in
          [
            "id": .string(medicine.id), "name": .string(medicine.name), "dose": JSON(medicine.dose),
            "as_needed": .bool(medicine.isAsNeeded), "counts": counts(of: medicine.id).json,
          ]
        }),
    ]
  }
}

/// The words of pictures and reports, in the language of who asked for them.
struct ReportWords: Sendable {
  let replies: Replies
  let reader: Reader
  let now: Instant

  var formatter: TextFormatter { TextFormatter(language: reader.language, zone: reader.zone, now: now) }

  func callAsFunction(_ key: String, _ values: [String: Say.Value] = [:]) -> String {
    replies.words(of: Say(key, values), for: reader, now: now)
  }

  func text(_ value: Say.Value) -> String { self("words.plain", ["text": value]) }

  /// "23 Nov".
  func day(_ date: CivilDate) -> String { "\(date.day) \(formatter.month(date.month))" }

  func weekday(_ date: CivilDate) -> String { self("report.weekday.\(date.weekday.rawValue)") }
}
