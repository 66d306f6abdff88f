import Base
package import Formats
import Time
package import Workflows

/// What the month that is over cost, beside the one before it, by project.
package struct MonthReview: Workflow {
  package static let name = "month-review"
  package static let title = "The month beside the one before"
  package static let summary = "Compares what the last month cost with the month before it, by project."
  package static let personas = ["founder"]
  package static let inputs: [JSON] = [
    ["name": "rise", "default": 25, "summary": "percent from which on a rise is pointed out"]
  ]

  package static let steps: [WorkflowPart] = [
    .compute("months", from: ["now": "${now}"], months),
    .act("last", TotalExpenses.self, ["period": "${steps.months.last}"]),
    .act("before", TotalExpenses.self, ["period": "${steps.months.before}"]),
    .compute(
      "changes",
      from: ["last": "${steps.last.projects}", "before": "${steps.before.projects}", "rise": "${inputs.rise}"],
      changes),
    .step(
      "tell",
      [
        "tell": [
          "en": "What ${steps.months.last} cost, beside ${steps.months.before}:\n${steps.changes.text}",
          "ta": "${steps.months.last} செலவு, ${steps.months.before} உடன் ஒப்பிட்டால்:\n${steps.changes.text}",
          "ta-Latn": "${steps.months.last} selavu, ${steps.months.before} kooda paatha:\n${steps.changes.text}",
          "hi": "${steps.months.last} का ख़र्च, ${steps.months.before} के मुक़ाबले:\n${steps.changes.text}",
          "hi-Latn": "${steps.months.last} ka kharcha, ${steps.months.before} ke mukable:\n${steps.changes.text}",
        ]
      ]),
  ]

  /// The last whole month and the one before, as `2026-10`.
  private static let months: WorkflowCode = { given in
    guard let today = CivilDate(given["now"].string?.prefix(10) ?? "") else {
      throw MonthReviewError(sentence: "There is no day to begin with.")
    }
    let first = today.adding(days: 1 - today.day)
    func named(_ date: CivilDate) -> JSON { .string(String(date.description.prefix(7))) }
    return ["last": named(first.adding(months: -1)), "before": named(first.adding(months: -2))]
  }

  /// A line for each project and currency, the largest first, with the change in percent.
  private static let changes: WorkflowCode = { given in
    struct Key: Hashable {
      let project: String, currency: String
    }
    func amounts(_ json: JSON) -> [Key: Money] {
      (json.array ?? []).reduce(into: [:]) { all, row in
        guard let currency = row["amount"]["currency"].string, let text = row["amount"]["amount"].string,
          let money = Money(decimal: text, currency: currency)
        else { return }
        all[Key(project: row["project"].string ?? "", currency: currency)] = money
      }
    }
    let (last, before, rise) = (amounts(given["last"]), amounts(given["before"]), given["rise"].double ?? 25)
    var rows: [(key: Key, last: Double, before: Double)] = []
    for key in Set(last.keys).union(before.keys) {
      rows.append(
        (key, last[key].map { Double($0.decimal) ?? 0 } ?? 0, before[key].map { Double($0.decimal) ?? 0 } ?? 0))
    }
    rows.sort { ($1.last, $0.key.project, $0.key.currency) < ($0.last, $1.key.project, $1.key.currency) }
    var risen: [JSON] = []
    let lines = rows.map { row -> String in
      let name = row.key.project.isEmpty ? "—" : row.key.project
      func plain(_ key: Key, _ all: [Key: Money]) -> String { "\(all[key]?.decimal ?? "0") \(key.currency)" }
      guard row.before > 0 else { return "\(name): \(plain(row.key, last))" }
      let percent = ((row.last - row.before) / row.before * 100).rounded()
      if percent >= rise { risen.append(.string(name)) }
      let sign = percent >= rise ? "⚠️ +" : percent > 0 ? "+" : ""
      return
        "\(name): \(plain(row.key, last)) (\(sign)\(Int(min(max(percent, -100), 100_000)))%, \(plain(row.key, before)))"
    }
    return ["text": .string(lines.isEmpty ? "—" : lines.joined(separator: "\n")), "risen": .array(risen)]
  }
}

private struct MonthReviewError: SpeakingError {
  let sentence: String
  var code: String { "desk.month_review" }
}
