import Base
import Formats
import Graphics
import Messages
import People
import Text
import Time

/// What the doctor gets: the medicines, how regularly they were taken, and what went otherwise.
struct DoctorReport {
  let report: DoseReport
  let words: ReportWords
  let people: PeopleBook
  private let late: Duration = .hours(2)

  // MARK: Pages

  func pages() -> Report {
    var blocks: [Report.Block] = [.heading(words("report.medicines")), .table(medicines())]
    let notes = report.medicines.filter { $0.note != nil }
    if !notes.isEmpty {
      blocks.append(.heading(words("report.leaflet")))
      blocks += notes.map { .words("\($0.name): “\($0.note ?? "")”") }
    }
    blocks += [.heading(words("report.weeks")), .table(weeks())]
    let needed = report.lines.filter { $0.medicine.isAsNeeded && $0.dose.state == .taken }
    if !needed.isEmpty { blocks += [.heading(words("report.needed")), .table(list(needed))] }
    let otherwise = report.lines.filter { !$0.medicine.isAsNeeded && isOtherwise($0.dose) }
    blocks.append(.heading(words("report.otherwise")))
    blocks.append(otherwise.isEmpty ? .words(words("report.otherwise.none")) : .table(list(otherwise)))
    blocks.append(.words(words("report.explain")))
    if !report.measures.isEmpty { blocks += [.heading(words("report.measures")), .table(measures())] }
    return Report(
      title: words("report.title", ["name": .text(report.person.name)]),
      subtitle: words(
        "report.span",
        [
          "from": .text(words.formatter.date(report.first)), "to": .text(words.formatter.date(report.last)),
          "made": .text(words.formatter.date(words.formatter.zone.date(words.now))),
        ]), blocks: blocks, footer: words("report.footer"))
  }

  private func isOtherwise(_ dose: Dose) -> Bool {
    switch dose.state {
    case .skipped, .unknown, .missed: true
    case .taken: dose.settledAt.map { $0 - dose.dueAt > late } ?? false
    case .asked, .later, .stopped: false
    }
  }

  private func medicines() -> Report.Table {
    let rows = report.medicines.map { medicine -> [Card.Cell] in
      let counts = report.counts(of: medicine.id)
      let name = medicine.isActive ? medicine.name : "\(medicine.name) (\(words("report.stopped")))"
      return [
        Card.Cell(name), Card.Cell(medicine.dose ?? ""), Card.Cell(words.text(medicine.when(report.meals))),
        Card.Cell("\(counts.taken)"), Card.Cell("\(counts.skipped)"), Card.Cell("\(counts.unknown)"),
        Card.Cell("\(counts.missed)"),
      ]
    }
    return Report.Table(
      header: [
        words("report.medicine"), words("report.dose"), words("report.when"), words("report.state.taken"),
        words("report.state.skipped"), words("report.state.unknown"), words("report.state.missed"),
      ], rows: rows, widths: [2.1, 1.3, 3.2, 0.9, 0.9, 1, 1.1])
  }

  private func measures() -> Report.Table {
    let rows = report.measures.map { measure -> [Card.Cell] in
      let at = report.person.zone.civil(measure.at)
      let eaten = measure.eaten.map { words("measure.eaten.\($0)") } ?? ""
      return [
        Card.Cell("\(words.day(at.date)), \(words.formatter.time(at.time))"),
        Card.Cell(words("measure.kind.\(measure.kind.rawValue)")), Card.Cell(measure.text), Card.Cell(eaten),
        Card.Cell(people.person(measure.notedBy)?.name ?? ""),
      ]
    }
    return Report.Table(
      header: [words("report.when"), words("report.measure"), words("report.value"), "", words("report.noted")],
      rows: rows, widths: [2, 2, 1.8, 1.6, 1.6])
  }

  private func weeks() -> Report.Table {
    var rows: [[Card.Cell]] = []
    var start = report.first
    while start <= report.last {
      let end = min(report.last, start.adding(days: 6))
      var counts = DoseReport.Counts()
      for line in report.lines where !line.medicine.isAsNeeded {
        let day = report.person.zone.date(line.dose.dueAt)
        if day >= start, day <= end { counts.add(line.dose.state) }
      }
      let share = counts.due == 0 ? "" : "\((counts.taken * 100 + counts.due / 2) / counts.due) %"
      rows.append([
        Card.Cell("\(words.day(start)) – \(words.day(end))"), Card.Cell("\(counts.taken) / \(counts.due)"),
        Card.Cell(share), Card.Cell("\(counts.skipped)"), Card.Cell("\(counts.unknown)"), Card.Cell("\(counts.missed)"),
      ])
      start = start.adding(days: 7)
    }
    return Report.Table(
      header: [
        words("report.week_of"), words("report.state.taken"), "%", words("report.state.skipped"),
        words("report.state.unknown"), words("report.state.missed"),
      ], rows: rows, widths: [2.6, 1.2, 1, 1, 1, 1.2])
  }

  private func list(_ lines: [DoseReport.Line]) -> Report.Table {
    let rows = lines.map { line -> [Card.Cell] in
      let zone = report.person.zone
      let due = zone.civil(line.dose.dueAt)
      var state = words("report.state.\(line.dose.state.rawValue)")
      if line.dose.state == .taken, let at = line.dose.settledAt {
        state += ", \(words.formatter.time(zone.civil(at).time))"
      }
      let tone: Tone =
        switch line.dose.state {
        case .unknown: .warning
        case .missed: .bad
        default: .plain
        }
      return [
        Card.Cell("\(words.day(due.date)), \(words.formatter.time(due.time))"), Card.Cell(line.medicine.label),
        Card.Cell(state, tone), Card.Cell(noted(line)),
      ]
    }
    return Report.Table(
      header: [words("report.due"), words("report.medicine"), words("report.state"), words("report.noted")], rows: rows,
      widths: [2, 2.4, 2.2, 1.8])
  }

  private func noted(_ line: DoseReport.Line) -> String {
    guard let by = line.dose.settledBy else { return "" }
    return people.person(by)?.name ?? ""
  }

  // MARK: Table for programs

  /// One row a dose, with its whole history; instants in the person's own time.
  func csv() -> [UInt8] {
    let zone = report.person.zone
    func local(_ instant: Instant?) -> String {
      guard let instant else { return "" }
      let civil = zone.civil(instant)
      return "\(civil.date) \(civil.time.short)"
    }
    var rows = [["due", "medicine", "dose", "state", "done", "noted_by", "door", "noted", "history"]]
    for line in report.lines {
      let entry = line.entries.last { $0.state == line.dose.state }
      let history = line.entries.map { entry in
        let who = entry.who.flatMap { people.person($0)?.name } ?? "-"
        return "\(local(entry.at)) \(Self.name(entry.state)) by \(who) (\(entry.door))"
      }
      rows.append([
        local(line.dose.dueAt), line.medicine.name, line.medicine.dose ?? "", Self.name(line.dose.state),
        local(line.dose.isSettled ? line.dose.settledAt : nil),
        line.dose.settledBy.flatMap { people.person($0)?.name } ?? "",
        line.dose.settledDoor ?? "", local(entry?.at), history.joined(separator: "; "),
      ])
    }
    return CSVWriter.bytes(rows, guardFormulas: true)
  }

  /// As a person reads it: nobody knows what became of an unanswered dose.
  static func name(_ state: Dose.State) -> String {
    switch state {
    case .taken: "taken"
    case .skipped: "left out"
    case .unknown: "no answer"
    case .missed: "not asked in time"
    case .asked: "waiting for an answer"
    case .later: "put off"
    case .stopped: "stopped"
    }
  }
}
