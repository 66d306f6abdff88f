import Base
import Formats
import Text
import Time

/// A person's memory as a page to read.
enum MemoryMarkdown {
  static func text(_ memory: JSONObject, zone: Zone) -> String {
    var lines = ["# What is remembered of \(memory["person"]?["name"].string ?? "")", ""]
    let facts = memory["knowledge"]?["facts"].array ?? []
    let things = memory["knowledge"]?["things"].array ?? []
    let order = things.compactMap { $0["id"].string }
    if !facts.isEmpty { lines += ["## Facts", ""] }
    for thing in order {
      let own = facts.filter { $0["subject"].string == thing }
      guard !own.isEmpty else { continue }
      lines += ["### \(clean(own[0]["about"].string ?? ""))", ""] + own.map { line($0, zone) } + [""]
    }
    if let turns = memory["memory"]?.array, !turns.isEmpty {
      lines += ["## Talks", ""]
      for turn in turns {
        lines.append("- \(day(turn["at"].string, zone) ?? ""): \(clean(turn["said"].string ?? ""))")
        if let reply = turn["replied"].string, !reply.isEmpty { lines.append("  - \(clean(reply))") }
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  private static func line(_ fact: JSON, _ zone: Zone) -> String {
    var line = "- \(clean(fact["relation"].string ?? "")): \(clean(fact["value"].string ?? ""))"
    if let from = day(fact["from"].string, zone) { line += ", from \(from)" }
    if let to = day(fact["to"].string, zone) { line += ", until \(to)" }
    if let told = day(fact["told"].string, zone) { line += " (\(fact["origin"].string ?? ""), \(told))" }
    if let end = day(fact["superseded"].string, zone) { line += " — no longer believed since \(end)" }
    return line
  }

  private static func day(_ text: String?, _ zone: Zone) -> String? {
    text.flatMap { Instant(iso8601: $0) }.map { zone.date($0).description }
  }

  /// One line, with nothing that Markdown would take for its own.
  private static func clean(_ text: String) -> String {
    text.split { $0.isNewline }.joined(separator: " ").replacing("*", with: "\\*").replacing("_", with: "\\_")
  }
}
