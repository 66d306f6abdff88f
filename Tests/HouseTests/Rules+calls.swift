extension Rules {
  struct Ban {
    let call: String
    /// Folders in which it may stand.
    var allowed: [String] = []
    let advice: String
  }

  static let bans: [Ban] = [
    Ban(call: "Bundle.module", advice: "read data from THINNAI_SHARE through the configuration"),
    Ban(call: "try!", advice: "throw or handle the error; nothing that input can reach may end the process"),
    Ban(call: "fatalError(", allowed: ["Sources/Platform"], advice: "throw; input must never end the process"),
    Ban(call: "DateFormatter", advice: "use Text's formatting (a DateFormatter costs 50 µs and has old zone rules)"),
    Ban(call: "ISO8601DateFormatter", advice: "use Instant"),
    Ban(call: "TimeZone(", advice: "use Time's zones; Foundation's are frozen in the toolchain"),
    Ban(call: "Thread.sleep", advice: "wait on a clock or a condition"),
    Ban(call: "DispatchQueue.main", advice: "nothing runs the main queue of a server"),
    Ban(call: "URLSession", advice: "use HTTP's client: it has limits and the guard against inner addresses"),
    Ban(call: "Date()", allowed: ["Sources/Platform"], advice: "ask the injected clock"),
    Ban(call: "Date.now", allowed: ["Sources/Platform"], advice: "ask the injected clock"),
    Ban(call: "UUID()", allowed: ["Sources/Platform"], advice: "ask the injected IDGenerator"),
    Ban(call: "SystemRandomNumberGenerator(", allowed: ["Sources/Platform"], advice: "ask the injected RandomSource"),
    Ban(
      call: "print(", allowed: ["Sources/App", "Sources/Doors/Terminal"],
      advice: "log it; standard output belongs to the program's answers"),
    Ban(
      call: ".widened(", allowed: ["Sources/Core", "Sources/Platform", "Sources/Doors/Web"],
      advice: "a domain sees its tenant's rows only"),
    Ban(
      call: ".snapshot(", allowed: ["Sources/Core", "Sources/Platform", "Sources/Doors/Web"],
      advice: "a domain sees its tenant's rows only"),
    Ban(
      call: "@unchecked Sendable", allowed: ["Sources/Platform"],
      advice: "use an actor or a Mutex; only Platform may promise what the compiler cannot see"),
    Ban(
      call: "nonisolated(unsafe)", allowed: ["Sources/Platform"],
      advice: "use an actor or a Mutex; only Platform may promise what the compiler cannot see"),
  ]

  @Sendable static func bannedCalls(_ tree: SourceTree) -> [Finding] {
    var findings: [Finding] = []
    for path in tree.paths(under: "Sources", ".swift") {
      let bans = bans.filter { ban in !ban.allowed.contains { path.hasPrefix($0 + "/") } }
      for (index, line) in tree.code[path, default: []].enumerated() {
        for ban in bans where calls(ban.call, in: line) {
          findings.append(.init(file: path, line: index + 1, advice: "\(ban.call): \(ban.advice)"))
        }
      }
    }
    return findings
  }

  /// Whether the words stand there by themselves: neither inside a longer name, nor a member, nor a declaration.
  static func calls(_ call: String, in line: String) -> Bool {
    guard line.utf8.count >= call.utf8.count else { return false }
    let (line, call) = (Array(line.utf8), Array(call.utf8))
    func isName(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
        || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
    for start in 0...(line.count - call.count) where line[start] == call[0] {
      guard line[start..<start + call.count].elementsEqual(call) else { continue }
      if start > 0, isName(call[0]), isName(line[start - 1]) || line[start - 1] == UInt8(ascii: ".") { continue }
      let end = start + call.count
      if end < line.count, isName(call[call.count - 1]), isName(line[end]) { continue }
      if line[..<start].suffix(5).elementsEqual("func ".utf8) { continue }
      return true
    }
    return false
  }

  /// What the compiler is told to believe needs the reason beside it.
  @Sendable static func proofs(_ tree: SourceTree) -> [Finding] {
    var findings: [Finding] = []
    for path in tree.paths(under: "Sources", ".swift") {
      let lines = tree.lines(path).map { $0.drop { $0 == " " } }
      for (index, line) in tree.code[path, default: []].enumerated()
      where calls("@unchecked Sendable", in: line) || calls("nonisolated(unsafe)", in: line) {
        // A comment on the line itself or in the block above it, over attributes and other such declarations.
        var above = index
        var proof = lines[index].contains("//")
        while !proof, above > 0, index - above < 12, !lines[above - 1].isEmpty {
          above -= 1
          proof = lines[above].hasPrefix("//")
        }
        if !proof {
          findings.append(.init(file: path, line: index + 1, advice: "write above it why this is safe"))
        }
      }
    }
    return findings
  }

  /// Files that may start a task nobody awaits, each with its reason. Anything else belongs to a group or a service.
  static let taskOwners: [String: String] = [
    "Sources/Core/Crews/CrewRunner.swift":
      "a late agent is cancelled and left behind: a group would wait for it and lose the answer",
    "Sources/Core/Workflows/WorkflowSecrets.swift":
      "an action that is late is cancelled and left behind: a group would wait for it, and hold up an engine's hands",
    "Sources/Platform/HTTP/Exchange.swift": "a request begins on the library's thread; the exchange owns its task",
    "Sources/Platform/HTTP/WebSocketSession.swift":
      "a socket begins on the library's thread; the session owns its task",
    "Sources/App/Thinnai/House.swift":
      "lanes and outbox outlive the group's cancellation, so that they drain; run() stops and awaits both",
    "Sources/App/Thinnai/Commands/Serve.swift": "the doors' polling; serve cancels and awaits it when it stops",
  ]

  @Sendable static func unownedTasks(_ tree: SourceTree) -> [Finding] {
    var findings: [Finding] = []
    var seen: Set<String> = []
    for path in tree.paths(under: "Sources", ".swift") {
      for (index, line) in tree.code[path, default: []].enumerated()
      where ["Task {", "Task(", "Task.detached", "Task.immediate", "= Task<"].contains(where: { calls($0, in: line) }) {
        seen.insert(path)
        guard taskOwners[path] == nil else { continue }
        findings.append(
          .init(
            file: path, line: index + 1,
            advice: "give the task an owner (a group, a service's run()); or add the file to Rules.taskOwners, and why")
        )
      }
    }
    for path in taskOwners.keys.sorted() where tree.exists("Package.swift") && !seen.contains(path) {
      findings.append(.init(file: path, advice: "starts no task any more; take it out of Rules.taskOwners"))
    }
    return findings
  }
}
