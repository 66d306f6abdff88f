import Base
package import Time

/// Answers a file of recurrence cases (`thinnai time expand`): the occurrences of each, and the first after an instant.
package enum TimeExpand {
  private static let mostOccurrences = 10_000
  private static let mostQuestions = 1_000

  private struct Refusal: Error {
    let code: String
    let reason: String
  }

  /// Emits one JSON line a case, in order.
  ///
  /// - Throws: `JSONError`, or `DataFileError` when the file as a whole cannot be read; a bad case becomes a line
  ///   with `error` and `reason`.
  package static func run(casesJSON: [UInt8], zones: ZoneDatabase = .shared, emit: (String) -> Void) throws {
    let file = try JSON.parse(casesJSON, limits: JSONLimits(bytes: 64 << 20))
    guard let cases = file["cases"].array ?? file.array else {
      throw DataFileError(file: "cases", line: nil, expected: "an object with a list “cases”")
    }
    for one in cases { emit(answer(one, zones).text()) }
  }

  private static func answer(_ one: JSON, _ zones: ZoneDatabase) -> JSON {
    do {
      return try expand(one, zones)
    } catch {
      var line: JSON = ["id": one["id"]]
      switch error {
      case let refusal as Refusal:
        line["error"] = .string(refusal.code)
        line["reason"] = .string(refusal.reason)
      case let speaking as any SpeakingError:
        line["error"] = .string(speaking.code)
        line["reason"] = .string(speaking.sentence)
      default:
        line["error"] = "case.failed"
        line["reason"] = "The case could not be answered."
      }
      return line
    }
  }

  private static func expand(_ one: JSON, _ zones: ZoneDatabase) throws -> JSON {
    guard one.object != nil else { throw invalid("A case is an object.") }
    let recurrence = try recurrence(one, zones)
    let started = ContinuousClock.now
    func checkTime() throws {
      guard ContinuousClock.now - started < .milliseconds(700) else {
        throw Refusal(code: "rrule.costly", reason: "The case takes too long to answer.")
      }
    }
    var local: [JSON] = []
    var utc: [JSON] = []
    let limit = try limit(one["limit"])
    var occurrences = try recurrence.occurrences()
    while local.count < limit, let next = try occurrences.next() {
      local.append(.string(recurrence.isAllDay ? next.local.date.description : next.local.description))
      if let instant = next.instant { utc.append(.string(instant.description)) }
      if local.count % 64 == 0 { try checkTime() }
    }
    let questions = one["next_after"].array ?? []
    guard questions.count <= mostQuestions else { throw invalid("A case asks at most \(mostQuestions) questions.") }
    let next = try questions.map { question -> JSON in
      try checkTime()
      guard let found = try recurrence.next(after: try after(question["after"].string ?? question.string, recurrence))
      else { return .null }
      if recurrence.isAllDay { return .string(found.local.date.description) }
      return .string(found.instant?.description ?? found.local.description)
    }
    var line: JSON = ["id": one["id"], "local": .array(local)]
    if recurrence.zone != nil { line["utc"] = .array(utc) }
    line["next"] = .array(next)
    return line
  }

  private static func recurrence(_ one: JSON, _ zones: ZoneDatabase) throws -> Recurrence {
    // The rule first: a refusal is about the rule also where nothing else is given.
    let rule: RecurrenceRule? =
      switch one["rrule"] {
      case .string(let text): try RecurrenceRule(parsing: text)
      case .null: nil
      default: throw invalid("“rrule” must be a text.")
      }
    let value = one["value"].string ?? "DATE-TIME"
    guard value == "DATE" || value == "DATE-TIME" else { throw invalid("“value” must be DATE or DATE-TIME.") }
    let isAllDay = value == "DATE"
    let zone: Zone? =
      switch one["tzid"] {
      case .null: nil
      case .string(let name): try zones.zone(name)
      default: throw invalid("“tzid” must be a text or null.")
      }
    return try Recurrence(
      start: local("dtstart", one["dtstart"], isAllDay), isAllDay: isAllDay, zone: zone, rule: rule,
      rdates: locals("rdate", one["rdate"], isAllDay), exdates: locals("exdate", one["exdate"], isAllDay))
  }

  /// Floating times and whole days are compared on their own clock, so their questions may be local times, too.
  private static func after(_ text: String?, _ recurrence: Recurrence) throws -> Instant {
    if let text {
      if let instant = Instant(iso8601: text) { return instant }
      let local = recurrence.isAllDay ? CivilDate(text)?.at(.midnight) : CivilDateTime(text)
      if recurrence.zone == nil, let local { return Instant(seconds: local.wallSeconds) }
    }
    throw invalid("“after” must be an instant such as 2026-11-21T08:00:00Z.")
  }

  private static func limit(_ json: JSON) throws -> Int {
    if json.isNull { return 40 }
    guard let limit = json.int, (0...mostOccurrences).contains(limit) else {
      throw invalid("“limit” must be 0 to \(mostOccurrences).")
    }
    return limit
  }

  private static func locals(_ name: String, _ json: JSON, _ isAllDay: Bool) throws -> [CivilDateTime] {
    if json.isNull { return [] }
    guard let values = json.array else { throw invalid("“\(name)” must be a list.") }
    return try values.map { try local(name, $0, isAllDay) }
  }

  private static func local(_ name: String, _ json: JSON, _ isAllDay: Bool) throws -> CivilDateTime {
    if let text = json.string {
      if isAllDay, let date = CivilDate(text) { return date.at(.midnight) }
      if !isAllDay, let local = CivilDateTime(text) { return local }
    }
    let form = isAllDay ? "a date such as 2026-11-21" : "a local time such as 2026-11-21T08:00:00"
    throw invalid("“\(name)” must be \(form).")
  }

  private static func invalid(_ reason: String) -> Refusal { Refusal(code: "case.invalid", reason: reason) }
}
