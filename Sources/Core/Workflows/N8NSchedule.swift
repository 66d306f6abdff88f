import Formats

/// The times of n8n's triggers as rules of RFC 5545.
enum N8NSchedule {
  /// One start of ours in a line of YAML; `isSlower` where n8n began more often than once a minute.
  struct Start {
    var line: String
    var isSlower = false
  }

  /// - Returns: `nil` in the place of each time that cannot be read.
  static func starts(_ node: N8NReader.Node) -> [Start?] {
    let parameters = node.parameters
    if node.type == "interval" {
      let unit = parameters["unit"].string ?? "seconds"
      return [
        interval(
          ["field": .string(unit), "\(unit)Interval": parameters["interval"].isNull ? 1 : parameters["interval"]],
          midnight: 0)
      ]
    }
    guard let all = parameters["rule"]["interval"].array ?? parameters["triggerTimes"]["item"].array else {
      return [nil]
    }
    // what stands at its default is not in the file
    let hour = node.type == "cron" ? 14 : 0
    return all.flatMap { rule -> [Start?] in
      guard ["cronExpression", "custom"].contains(rule["field"].string ?? rule["mode"].string) else {
        return [interval(rule, midnight: hour)]
      }
      return (rule["expression"].string ?? rule["cronExpression"].string).flatMap(cron) ?? [nil]
    }
  }

  private static func interval(_ rule: JSON, midnight: Int) -> Start? {
    let unit = rule["field"].string ?? rule["mode"].string ?? (midnight == 0 ? "days" : "everyDay")
    let hour = rule["triggerAtHour"].int ?? rule["hour"].int ?? midnight
    let minute = rule["triggerAtMinute"].int ?? rule["minute"].int ?? 0
    guard (0..<24).contains(hour), (0..<60).contains(minute) else { return nil }
    func every(_ frequency: String, _ count: Int?, _ more: String = "") -> Start {
      let count = max(1, min(count ?? 1, 1_000))
      return Start(
        line: line("FREQ=\(frequency)\(count > 1 ? ";INTERVAL=\(count)" : "")\(more)", hour: hour, minute: minute))
    }
    switch unit {
    case "seconds":
      let seconds = max(1, min(rule["secondsInterval"].int ?? 30, 60_000))
      var start = every("MINUTELY", (seconds + 59) / 60)
      start.isSlower = seconds % 60 != 0
      return start
    case "minutes": return every("MINUTELY", rule["minutesInterval"].int ?? 5)
    case "everyMinute": return every("MINUTELY", 1)
    case "hours": return every("HOURLY", rule["hoursInterval"].int)
    case "everyHour": return every("HOURLY", 1)
    case "everyX": return every(rule["unit"].string == "minutes" ? "MINUTELY" : "HOURLY", rule["value"].int ?? 2)
    case "days": return every("DAILY", rule["daysInterval"].int)
    case "everyDay": return every("DAILY", 1)
    case "weeks", "everyWeek":
      let given = rule["triggerAtDay"].array ?? [rule["weekday"]]
      let named = given.compactMap { $0.int ?? $0.string.flatMap { Int($0) } }.filter { (0..<7).contains($0) }
      // n8n's own default is Sunday for the one, Monday for the other
      let days = named.isEmpty ? [unit == "weeks" ? 0 : 1] : named
      return every("WEEKLY", rule["weeksInterval"].int, ";BYDAY=" + days.map { codes[$0] }.joined(separator: ","))
    case "months", "everyMonth":
      let day = rule["triggerAtDayOfMonth"].int ?? rule["dayOfMonth"].int ?? 1
      return every("MONTHLY", rule["monthsInterval"].int, ";BYMONTHDAY=\(max(1, min(day, 31)))")
    default: return nil
    }
  }

  private static let codes = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
  private static let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
  private static let months = [
    "", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
  ]

  private static func line(_ rule: String, hour: Int, minute: Int) -> String {
    let at = (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    return "{every: \"\(rule)\", at: \"\(at)\"}"
  }

  /// `[second] minute hour day month weekday`, each `*`, a number, a range, a list, or one of these with `/n`.
  ///
  /// Where both a day and a weekday are given either is enough, as in cron: these become two starts.
  static func cron(_ text: String) -> [Start]? {
    var fields = text.split(separator: " ").map(String.init)
    var isSlower = false
    if fields.count == 6 {
      guard let seconds = values(fields.removeFirst(), 0...59) else { return nil }
      isSlower = seconds.count > 1
    }
    guard fields.count == 5, let minutes = values(fields[0], 0...59), let hours = values(fields[1], 0...23),
      let days = values(fields[2], 1...31), let months = values(fields[3], 1...12, Self.months),
      let given = values(fields[4], 0...7, Self.days), let minute = minutes.first, let hour = hours.first
    else { return nil }
    let weekdays = Set(given.map { $0 % 7 }).sorted()
    let everyHour = hours.count == 24
    let frequency = everyHour ? minutes.count == 60 ? "MINUTELY" : "HOURLY" : nil
    var times =
      minutes.count > 1 && minutes.count < 60 || minutes.count == 60 && !everyHour ? part("BYMINUTE", minutes) : ""
    if hours.count > 1, !everyHour { times += part("BYHOUR", hours) }
    let inMonths = months.count < 12 ? part("BYMONTH", months) : ""
    func start(_ usual: String, _ more: String = "") -> Start {
      Start(
        line: line("FREQ=\(frequency ?? usual)\(times)\(more)\(inMonths)", hour: hour, minute: minute),
        isSlower: isSlower)
    }
    var all: [Start] = []
    if days.count < 31 { all.append(start(months.count < 12 ? "YEARLY" : "MONTHLY", part("BYMONTHDAY", days))) }
    if weekdays.count < 7 {
      all.append(start("WEEKLY", ";BYDAY=" + weekdays.map { codes[$0] }.joined(separator: ",")))
    }
    return all.isEmpty ? [start("DAILY")] : all
  }

  private static func part(_ name: String, _ values: [Int]) -> String {
    ";\(name)=" + values.map(String.init).joined(separator: ",")
  }

  /// The numbers that a field of cron stands for, in order; `nil` where it is none.
  private static func values(_ field: String, _ range: ClosedRange<Int>, _ names: [String] = []) -> [Int]? {
    func number(_ text: Substring) -> Int? {
      let number = names.firstIndex(of: text.uppercased()) ?? Int(text)
      return number.flatMap { range.contains($0) ? $0 : nil }
    }
    var all: Set<Int> = []
    for item in field.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = item.split(separator: "/", omittingEmptySubsequences: false)
      let step = parts.count == 2 ? Int(parts[1]) ?? 0 : 1
      guard let span = parts.first, parts.count <= 2, step > 0 else { return nil }
      let ends = span.split(separator: "-", omittingEmptySubsequences: false)
      var (first, last) = (range.lowerBound, range.upperBound)
      if span != "*" && span != "?" {
        guard ends.count <= 2, let from = ends.first.flatMap(number), let to = ends.last.flatMap(number) else {
          return nil
        }
        // `5/15` is every 15 from 5 on
        (first, last) = (from, ends.count == 1 && parts.count == 2 ? range.upperBound : to)
      }
      guard first <= last else { return nil }
      all.formUnion(stride(from: first, through: last, by: step))
    }
    return all.sorted()
  }
}
