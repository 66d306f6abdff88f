import Actions
import Base
import Formats
import Messages
import People
import Understanding

/// Times that are counted from something that has to be looked up first.
extension GoalDraft {
  /// "remind me an hour before the appointment to take the file": what lists appointments is asked when the workflow runs, and the first
  /// of them counts.
  ///
  /// - Returns: whether it was such a part.
  mutating func ahead(_ text: String, _ condition: String?) async -> Bool {
    guard loop == nil, let found = await planner.ahead(text, in: context),
      let request = await planner.requests(found.rest, in: context).first
    else { return false }
    let list = add(
      found.list.name.replacing(".", with: "_"), ["action": .string(found.list.name)], condition, isRead: true)
    let time = "earlier(moment(first(items(steps.\(list)))), \"\(found.length.iso8601)\")"
    let isThere = [condition, time].compactMap { $0 }.map { condition == nil ? $0 : "(\($0))" }.joined(
      separator: " && ")
    note("looked_up", ["words": .text(found.said), "action": PlanReview.term(found.list)])
    var arguments = arguments(of: request, in: found.rest)
    if let parameter = request.entry.parameters.first(where: { $0.kind == .when && arguments[$0.name] == nil }) {
      arguments[parameter.name] = .string("${\(time)}")
    } else {
      add("wait", ["wait": ["until": .string("${\(time)}")]], isThere)
    }
    await call(request.entry, arguments, isThere)
    return true
  }
}

extension GoalPlanner {
  struct Ahead: Sendable {
    let length: Duration
    /// What is looked up.
    let list: ActionEntry
    /// "an hour before the appointment".
    let said: String
    /// The part without it.
    let rest: String
  }

  func ahead(_ text: String, in context: ActionContext) async -> Ahead? {
    let goal = GoalText(text)
    let all = goal.words
    for place in all.indices.dropFirst(2) {
      guard let count = words.match(.before, all[place...]) else { continue }
      let values = values(in: context)
      let starts = (max(0, place - 4)..<place).filter { values.isLength(goal.said(all[$0..<place])) }
      // words before it change nothing: the shortest that still says all of it
      func said(_ start: Int) -> SlotValue? { value(goal.said(all[start..<place]), .duration, context) }
      guard let first = starts.first, case .duration(let length)? = said(first),
        let start = starts.last(where: { said($0) == .duration(length) })
      else { continue }
      let things = all[(place + count)...].prefix { !$0.isMark }
      for most in 1...3 where most <= things.count {
        let thing = goal.said(things.prefix(most))
        guard let entry = await lookup(thing, in: context) else { continue }
        let (before, behind) = (goal.said(all[..<start]), goal.said(all[(place + count + most)...]))
        return Ahead(
          length: length, list: entry, said: goal.said(all[start..<(place + count + most)]),
          rest: [before, behind].filter { !$0.isEmpty }.joined(separator: " "))
      }
    }
    return nil
  }

  /// What would find out about a thing and needs nothing else: "the appointment" lists appointments.
  private func lookup(_ thing: String, in context: ActionContext) async -> ActionEntry? {
    let best = await indexes.actions.nearest(thing, count: 1) { name in
      guard let entry = registry[name], entry.effect == .read, context.persona.allows(name) else { return false }
      return !entry.parameters.contains(where: \.isRequired)
    }.first
    return best.flatMap { $0.score >= Self.nearness ? registry[$0.id] : nil }
  }
}
