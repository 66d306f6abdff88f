import Formats

// What stands in a file of n8n.
extension N8NReader {
  struct Node {
    let name: String
    let type: String
    let parameters: JSON
    let isDisabled: Bool
    let id: String
    let version: Double
    /// How often it is tried, and how long it waits between, where it is tried again at all.
    let tries: (times: Int, pause: Double)?
    /// What follows when it fails: the same as otherwise, or its second output.
    let goesOn: Bool
    let hasErrorOutput: Bool
    /// Of a switch: every output whose rule holds is taken, not only the first.
    let takesAllOutputs: Bool

    /// What our step has for that.
    var onFailure: [String] {
      var lines: [String] = []
      if let tries {
        lines.append("retry: {times: \(tries.times), pause: \(Int(tries.pause.rounded(.up))) s, factor: 1}")
      }
      if goesOn || hasErrorOutput { lines.append("on_error: continue") }
      return lines
    }

    init(_ json: JSON, name: String, type: String, id: String) {
      self.name = name
      self.id = id
      self.type = type.split(separator: ".").last.map(String.init) ?? type
      parameters = json["parameters"]
      isDisabled = json["disabled"] == true
      version = json["typeVersion"].double ?? 1
      let pause = max(1, min(json["waitBetweenTries"].double ?? 1_000, 5_000_000) / 1_000)
      tries = json["retryOnFail"] == true ? (max(1, min(json["maxTries"].int ?? 3, 100)), pause) : nil
      hasErrorOutput = json["onError"] == "continueErrorOutput"
      takesAllOutputs = json["parameters"]["options"]["allMatchingOutputs"] == true
      goesOn = json["onError"] == "continueRegularOutput" || json["continueOnFail"] == true
    }
  }

  struct Edge: Hashable {
    let from: String
    let output: Int
    let to: String
    /// Which input of the other it leads into.
    var input = 0
  }
}
