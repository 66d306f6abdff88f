import Base
import Formats
import Time

/// A workflow of ours as one of n8n: nodes in a column, connected as the steps need each other.
///
/// What n8n has no node for (an action of the house, a question to a person) becomes a node that does nothing and says in its
/// notes what the step was.
enum N8NWriter {
  static func json(_ definition: WorkflowDefinition) -> JSON {
    var nodes: [JSON] = []
    var connections: JSONObject = [:]
    let starts = definition.starts.isEmpty ? [.manual] : definition.starts
    for (index, start) in starts.enumerated() {
      let (type, parameters) = trigger(start)
      let name = index == 0 ? "Start" : "Start \(index + 1)"
      nodes.append(node(name, type, parameters, column: 0, row: index))
      let first = definition.steps.filter(\.needs.isEmpty).map(\.id)
      connections[name] = ["main": [.array(first.map(target))]]
    }
    for (index, step) in definition.steps.enumerated() {
      let (type, parameters, notes) = kind(step)
      nodes.append(node(step.id, type, parameters, column: index + 1, row: 0, notes: notes))
      let next = definition.steps.filter { $0.needs.contains(step.id) }.map(\.id)
      if !next.isEmpty { connections[step.id] = ["main": [.array(next.map(target))]] }
    }
    return [
      "name": .string(definition.title), "nodes": .array(nodes), "connections": .object(connections), "active": false,
      "settings": ["executionOrder": "v1"],
    ]
  }

  private static func target(_ name: String) -> JSON { ["node": .string(name), "type": "main", "index": 0] }

  private static func node(
    _ name: String, _ type: String, _ parameters: JSON, column: Int, row: Int, notes: String? = nil
  ) -> JSON {
    var json: JSONObject = [
      "id": .string(name), "name": .string(name), "type": .string("n8n-nodes-base.\(type)"), "typeVersion": 1,
      "position": [.integer(Int64(column * 220)), .integer(Int64(row * 180))], "parameters": parameters,
    ]
    json.put("notes", notes)
    return .object(json)
  }

  private static func trigger(_ start: WorkflowDefinition.Start) -> (String, JSON) {
    switch start {
    case .manual: return ("manualTrigger", [:])
    case .event(let name, _): return ("webhook", ["path": .string(name), "httpMethod": "POST"])
    case .every(let rule, let time):
      var interval: JSONObject = [
        "field": "cronExpression", "expression": .string("\(time.minute) \(time.hour) * * *"),
      ]
      switch rule.frequency {
      case .daily: interval = ["field": "days"]
      case .weekly: interval = ["field": "weeks"]
      case .monthly: interval = ["field": "months"]
      case .hourly: interval = ["field": "hours"]
      case .minutely: interval = ["field": "minutes"]
      case .secondly, .yearly: break
      }
      if interval["field"] != "cronExpression" {
        interval["triggerAtHour"] = .integer(Int64(time.hour))
        interval["triggerAtMinute"] = .integer(Int64(time.minute))
      }
      return ("scheduleTrigger", ["rule": ["interval": [.object(interval)]]])
    }
  }

  private static func kind(_ step: WorkflowStep) -> (type: String, parameters: JSON, notes: String?) {
    switch step.kind {
    case .http(let call):
      var parameters: JSONObject = ["method": .string(call.method), "url": call.url.asN8N]
      if !call.headers.isEmpty {
        parameters["sendHeaders"] = true
        parameters["headerParameters"] = [
          "parameters": .array(call.headers.map { ["name": .string($0.0), "value": $0.1.asN8N] })
        ]
      }
      if let body = call.body {
        parameters["sendBody"] = true
        parameters["specifyBody"] = "json"
        parameters["jsonBody"] = .string(body.asN8N.string ?? body.asN8N.text())
      }
      return ("httpRequest", .object(parameters), nil)
    case .set(let values):
      guard case .object(let members) = values else {
        return (
          "set", ["assignments": ["assignments": [["name": "value", "value": values.asN8N, "type": "string"]]]], nil
        )
      }
      let all = members.map { member -> JSON in
        ["name": .string(member.key), "value": member.value.asN8N, "type": "string"]
      }
      return ("set", ["assignments": ["assignments": .array(all)]], nil)
    case .wait(let wait):
      let words = wait.duration.map { Expression.words($0.asN8N) } ?? ""
      let seconds = WorkflowDuration.read(words)?.seconds ?? 0
      return (
        "wait", ["amount": .integer(Int64(seconds)), "unit": "seconds"],
        wait.signal.map { _ in "It also waits for a signal." }
      )
    case .tell(_, let text): return ("telegram", ["text": text.plain.asN8N], nil)
    case .stop(let reason, _): return ("stopAndError", ["errorMessage": reason?.asN8N ?? ""], nil)
    case .workflow(let name, _): return ("executeWorkflow", ["workflowId": .string(name)], nil)
    case .action(let name, _): return ("noOp", [:], "The action \(name) of the house.")
    case .approve: return ("noOp", [:], "A question to a person.")
    case .each: return ("splitInBatches", [:], "The steps inside are not exported.")
    case .choose: return ("noOp", [:], "The branches are not exported.")
    }
  }
}

extension Template {
  /// With expressions as n8n writes them; it reads paths of other nodes under other names, so they are for a person to look over.
  fileprivate var asN8N: JSON {
    switch self {
    case .literal(let value): value
    case .expression: "={{ $json }}"
    case .text(let parts):
      .string(
        "=" + parts.map { if case .words(let words) = $0 { words } else { "{{ $json }}" } }.joined())
    case .list(let all): .array(all.map(\.asN8N))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.asN8N) }))
    }
  }
}
