import Base
import Graphics
import Messages
import People
import Time

/// A week's doses as a table of ticks.
struct WeekPicture {
  let report: DoseReport
  let words: ReportWords
  /// Whose it is, as the reader calls them.
  let name: String

  func card() -> Card {
    let days = (0..<7).map { report.first.adding(days: $0) }
    let today = report.person.zone.date(words.now)
    let header = [""] + days.map(words.weekday) + [words("report.sum")]
    let rows = report.medicines.map { medicine -> [Card.Cell] in
      let all = report.counts(of: medicine.id)
      let cells = days.map { $0 > today ? Card.Cell("") : cell(report.counts(of: medicine.id, from: $0, through: $0)) }
      let sum = medicine.isAsNeeded ? "\(all.taken)×" : all.due == 0 ? "" : "\(all.taken)/\(all.due)"
      return [Card.Cell(medicine.name)] + cells + [Card.Cell(sum)]
    }
    return Card(
      title: words("report.week", ["name": .text(name)]),
      subtitle: "\(words.day(report.first)) – \(words.day(report.last))", header: header, rows: rows,
      footnote: words("report.legend"), emptyText: words("report.empty"))
  }

  /// One tick a dose; what is not known is never a tick.
  private func cell(_ counts: DoseReport.Counts) -> Card.Cell {
    if counts.due + counts.open == 0 { return Card.Cell("") }
    let marks =
      String(repeating: "✓", count: min(counts.taken, 4)) + String(repeating: "–", count: min(counts.skipped, 4))
      + String(repeating: "?", count: min(counts.unknown, 4)) + String(repeating: "!", count: min(counts.missed, 4))
      + (counts.open > 0 ? "…" : "")
    let tone: Tone =
      counts.unknown > 0 ? .warning : counts.missed > 0 ? .bad : counts.skipped + counts.open > 0 ? .muted : .good
    return Card.Cell(marks, tone)
  }
}
