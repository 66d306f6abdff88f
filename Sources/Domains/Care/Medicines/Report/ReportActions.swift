import Actions
import Base
import Delivery
import Formats
import Graphics
import Messages
import People
import Store
import Time

struct ShowWeek: Action {
  static let name = "medicine.week"
  static let summary = "Shows the doses of a week as a picture."
  static let effect = Effect.read

  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?
  @Parameter("A day of the week meant; this week when left out.") var week: CivilDate?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let day = min(week ?? person.zone.date(context.now), person.zone.date(context.now))
    let monday = day.adding(days: 1 - day.weekday.rawValue)
    let (report, words) = try await context.report(person, from: monday, through: monday.adding(days: 6))
    let name = context.people.called(person.id, by: context.actor.id)
    let card = WeekPicture(report: report, words: words, name: name).card()
    // the words stand without their picture
    let png = try? await CardRenderer.png(card)
    let counts = report.counts()
    let isSelf = person.id == context.actor.id
    var values: [String: Say.Value] = [
      "taken": .integer(Int64(counts.taken)), "due": .integer(Int64(counts.due)),
    ]
    if !isSelf { values["name"] = .text(name) }
    if counts.unknown > 0 { values["unknown"] = .integer(Int64(counts.unknown)) }
    if counts.missed > 0 { values["missed"] = .integer(Int64(counts.missed)) }
    let (actor, data) = (context.actor.id, report.json)
    let summary = counts.due == 0 ? Say("report.week.empty", values) : Say("report.week.sum", values)
    guard let png else { return .answer(summary, data: data) }
    return .change { transaction in
      var (summary, data) = (summary, data)
      let id = try transaction.keep(png, type: "image/png", name: "week.png", person: actor)
      summary.picture = id
      data["file"] = .string(id)
      return Outcome(summary, data: data)
    }
  }
}

struct ExportMedicines: Action {
  static let name = "medicine.export"
  static let summary = "Makes a report of the doses for the doctor, as PDF or as a table (CSV)."
  static let effect = Effect.read

  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?
  @Parameter("Pages to print or a table.", kind: .choice(["pdf", "csv"]), default: "pdf") var format: String
  @Parameter("Of how many days; four weeks when left out.") var days: Int?

  private static let usual = 28

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let days = days ?? Self.usual
    guard (1...DoseReport.longest).contains(days) else {
      throw ActionError("report.days", sentence: "A report covers 1 to \(DoseReport.longest) days.", field: "days")
    }
    let today = person.zone.date(context.now)
    let (report, words) = try await context.report(person, from: today.adding(days: 1 - days), through: today)
    guard !report.medicines.isEmpty || !report.measures.isEmpty else {
      throw ActionError("report.nothing", sentence: "No medicines are noted.", field: "person")
    }
    let doctor = DoctorReport(report: report, words: words, people: context.people)
    let isPages = format == "pdf"
    let bytes = isPages ? try await ReportRenderer.pdf(doctor.pages()) : doctor.csv()
    var values: [String: Say.Value] = ["days": .integer(Int64(days))]
    let isSelf = person.id == context.actor.id
    if !isSelf { values["name"] = .text(context.people.called(person.id, by: context.actor.id)) }
    var arguments: JSONObject = ["format": "csv", "days": .integer(Int64(days))]
    if !isSelf { arguments["person"] = .string(person.id.text) }
    let buttons =
      isPages ? [Say.Button("care.button.table", action: Self.name, arguments: arguments, isSingleUse: false)] : []
    let say = Say(isPages ? "report.pdf" : "report.csv", values, buttons: buttons)
    let (actor, data) = (context.actor.id, report.json)
    return .change { transaction in
      var (say, data) = (say, data)
      let id = try transaction.keep(
        bytes, type: isPages ? "application/pdf" : "text/csv", name: isPages ? "medicines.pdf" : "medicines.csv",
        person: actor)
      say.picture = id
      data["file"] = .string(id)
      return Outcome(say, data: data)
    }
  }
}

extension ActionContext {
  fileprivate func report(
    _ person: Person, from first: CivilDate, through last: CivilDate
  ) async throws -> (DoseReport, ReportWords) {
    try await store.read { store in
      (try DoseReport(person, from: first, through: last, store), try reportWords(person, store))
    }
  }
}
