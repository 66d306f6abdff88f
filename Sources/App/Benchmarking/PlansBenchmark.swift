import Base
package import Formats

/// `thinnai bench plans`: how long it takes until a goal in words is a workflow that a person can look at.
package enum PlansBenchmark {
  private static let rounds = 25
  private static let goals = [
    "every monday at 9 list my overdue tasks and tell me",
    "show my expenses this month, if they are over 50000 tell me",
    "find a pharmacy near Adyar, ask me first, then book it for tomorrow 5 pm and tell Amma that it is on its way",
    "list my overdue tasks, for each of them remind me tomorrow at 9 to finish it",
    "wait 3 days unless the customer pays, then remind me tomorrow at 9 to call Kumaran",
    "every day at 8 am show my calendar and my open tasks",
    "when a new client comes, add a task to send the welcome kit by friday",
    "check the anomalies of the buildings every morning; if there are any, add a task to call the engineer and tell me",
    "chase an unpaid invoice", "recover the carts that shoppers left", "fly to the moon and tell me",
    "buy 10 shares of INFY but ask me first and tell me",
    "list my overdue tasks; if there are more than 5, remind Amma and Appa tomorrow at 9 to call me, otherwise tell Ravi, Anna and Meera "
      + "that all is well",
    "mere reminder dikhao, agar kuch ho to mujhe batao, nahi to Amma ko batao ki sab theek hai",
    "dhinamum kaalai 8 manikku en reminders kaattu, edhavadhu irundha enaku sollu",
    "रोज सुबह 8 बजे मेरे रिमाइंडर दिखाओ, अगर कुछ हो तो मुझे बताओ",
    "3 நாள் கழித்து அம்மா கிட்ட கேஸ் வருது என்று சொல்லு",
  ]

  /// - Parameter plan: makes a plan and says whether all of the goal was understood.
  package static func run(_ plan: @Sendable (String) async throws -> Bool) async throws -> JSON {
    let clock = ContinuousClock()
    let first = try await clock.measure { _ = try await plan(goals[0]) }
    var times: [Double] = []
    var costs: [Double] = []
    var worst: (goal: String, milliseconds: Double) = ("", 0)
    var whole = 0
    for round in 0..<rounds {
      for goal in goals {
        let (start, before) = (clock.now, OwnProcess.wholeCPUSeconds)
        let isWhole = try await plan(goal)
        let time = (clock.now - start).seconds * 1_000
        times.append(time)
        costs.append((OwnProcess.wholeCPUSeconds - before) * 1_000)
        if time > worst.milliseconds { worst = (goal, time) }
        if round == 0, isWhole { whole += 1 }
      }
    }
    times.sort()
    costs.sort()
    return [
      "goals": .integer(Int64(goals.count)), "plans": .integer(Int64(times.count)), "whole": .integer(Int64(whole)),
      "first_ms": MessagesBenchmark.rounded(first.seconds * 1_000, 1),
      "plan_p50_ms": MessagesBenchmark.rounded(times[times.count / 2], 2),
      "plan_p99_ms": MessagesBenchmark.rounded(times[times.count * 99 / 100], 2),
      "plan_cpu_p99_ms": MessagesBenchmark.rounded(costs[costs.count * 99 / 100], 2),
      "plan_max_ms": MessagesBenchmark.rounded(worst.milliseconds, 2), "slowest": .string(worst.goal),
    ]
  }
}
