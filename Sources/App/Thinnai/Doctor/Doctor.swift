import Actions
import Base
import Crews
import Foundation
import Glibc
import Messages
import People
import Telemetry
import Time
import Understanding
import Workflows

/// Asks every question that can explain a misconfiguration. Read-only: not even a lock or a log of the store is made.
struct Doctor {
  let home: String
  var environment = ProcessInfo.processInfo.environment

  struct Result {
    let name: String
    let finding: Check.Finding
    init(_ name: String, _ finding: Check.Finding) {
      self.name = name
      self.finding = finding
    }
  }

  func examine() async -> [Result] {
    var results = [homeFolder()]
    var configuration: Configuration?
    do {
      configuration = try Configuration.load(home: home, environment: environment)
      let set = configuration?.sources.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" } ?? []
      results.append(
        Result("configuration", .fine(set.isEmpty ? "all defaults" : "set: " + set.joined(separator: ", "))))
    } catch {
      results.append(Result("configuration", .wrong(sentence(error))))
    }
    for secret in configuration?.secrets ?? [] { Redactor.register(secret) }
    results += unknownVariables()
    results += [dataFiles(), libraries(), encoder()]
    results += await store()
    results += [clock(), zones(configuration), disk()]
    if let configuration {
      results.append(port(configuration))
      results += await doors(configuration)
      results += await voice(configuration)
      results.append(await model(configuration))
    }
    // whatever a library or a platform said, no secret leaves
    return results.map { Result($0.name, $0.finding.mapped(Redactor.shared.clean)) }
  }

  func sentence(_ error: any Error) -> String { (error as? any SpeakingError)?.sentence ?? "\(error)" }

  private func homeFolder() -> Result {
    var facts = stat()
    guard stat(home, &facts) == 0 else {
      return Result(
        "home",
        errno == ENOENT
          ? .advice("\(home) is not there yet: the first start makes it.")
          : .wrong("\(home) cannot be looked into: \(String(cString: strerror(errno)))."))
    }
    guard facts.st_mode & S_IFMT == S_IFDIR else { return Result("home", .wrong("\(home) is not a folder.")) }
    guard access(home, R_OK | W_OK | X_OK) == 0 else {
      return Result("home", .wrong("this user may not write into \(home): start as its owner, or chown it."))
    }
    guard facts.st_mode & 0o077 == 0 else {
      return Result("home", .advice("others of this machine can look into \(home): chmod 700 \(home)."))
    }
    return Result("home", .fine(holder.map { "\(home), in use by process \($0)" } ?? home))
  }

  /// The process that has the home, as the kernel tells it; nobody's lock is touched.
  var holder: Int? {
    var facts = stat()
    guard stat(home + "/lock", &facts) == 0 else { return nil }
    for line in String(decoding: KernelFile.contents("/proc/locks"), as: UTF8.self).split(separator: "\n") {
      // 1: FLOCK  ADVISORY  WRITE 708 08:01:13 0 EOF
      let words = line.split(separator: " ")
      guard words.count > 5, words[1] == "FLOCK", words[5].split(separator: ":").last == "\(facts.st_ino)" else {
        continue
      }
      return Int(words[4])
    }
    return nil
  }

  /// Variables that look like ours and that nobody reads: nearly always a slip.
  private func unknownVariables() -> [Result] {
    let known =
      Configuration.keys.map(\.variable)
      + ["HOME", "SHARE", "CACHE", "MODELS", "APT", "BINARY", "TEST_LONG"].map { "THINNAI_" + $0 }
    return environment.keys.filter { $0.hasPrefix("THINNAI_") && !known.contains($0) }.sorted().map { name in
      let near = EditDistance.nearest(name, in: known).map { "; did you mean \($0)?" } ?? ""
      return Result("environment", .advice("\(name) is set, but nothing reads it\(near)"))
    }
  }

  private func dataFiles() -> Result {
    do {
      let share = try Share.find(home: home, environment: environment)
      let personas = try share.personas()
      let unsaid = try share.replies(personas).leftOut
      _ = try share.emergencyNumbers()
      // a house leaves a word with a mistake out and starts
      _ = try ConceptLexicon(folder: share.intents + "/lexicon")
      _ = (try share.approvals(), try share.goalWords(), try share.knowledge())
      let crews = try share.crews(skills: Set(House.skills.map(\.name))).crews
      for persona in personas {
        if let stray = persona.crews.first(where: { crews[$0.crew] == nil }) {
          return Result(
            "data files",
            .wrong(
              "the persona \(persona.name) has \(stray.pattern) done by the crew \(stray.crew), which there is not"))
        }
      }
      let recipes = try share.workflows()
      let registry = try House.catalogue()
      let library = try recipes.library(
        .init(registry: registry, events: try share.events(), personas: Set(personas.map(\.name))))
      let leftOut = recipes.mistakes + library.leftOut
      guard leftOut.isEmpty else {
        let all = leftOut.map(\.sentence).joined(separator: "; ")
        return Result("data files", .wrong("a workflow of yours is left out until it is mended: \(all)"))
      }
      for rule in try share.reactions() {
        if let workflow = rule.workflow, library[workflow] == nil {
          // one that was imported stands in the store, which is not opened here
          return Result(
            "data files",
            .advice(
              "the reaction \(rule.name) starts the workflow \(workflow), of which there is no file: is it imported?"))
        }
      }
      guard unsaid.isEmpty else {
        let all = unsaid.map(\.sentence).joined(separator: "; ")
        return Result("data files", .advice("a text of yours is left out, as nothing says it: \(all)"))
      }
      return Result("data files", .fine("\(personas.count) personas in \(share.folder)"))
    } catch {
      return Result("data files", .wrong(sentence(error)))
    }
  }

  private func libraries() -> Result {
    let missing = [
      ("libcairo.so.2", "libcairo2"), ("libpangocairo-1.0.so.0", "libpangocairo-1.0-0"), ("libical.so.3", "libical3"),
      ("libqrencode.so.4", "libqrencode4"),
    ].filter { library, _ in
      guard let handle = dlopen(library, RTLD_LAZY) else { return true }
      dlclose(handle)
      return false
    }
    return Result(
      "libraries",
      missing.isEmpty
        ? .fine("all are there")
        : .advice(
          "pictures, calendar files and invitations need \(missing.map(\.1).joined(separator: " ")): apt-get install them."
        ))
  }

  private func clock() -> Result {
    let now = SystemClock().now
    let built = Instant(seconds: 1_790_000_000)
    guard now >= built else {
      return Result("clock", .wrong("it says \(now), which is in the past: set the machine's clock."))
    }
    return Result("clock", .fine("\(now)"))
  }

  private func zones(_ configuration: Configuration?) -> Result {
    let database = ZoneDatabase(folder: configuration?["zoneinfo"] ?? ZoneDatabase.systemFolder)
    guard database.contains("Asia/Kolkata") else {
      return Result("time zones", .wrong("no zone files in \(database.folder): apt-get install tzdata."))
    }
    guard let version = database.version, let released = Self.released(version) else {
      return Result("time zones", .advice("the version of the zone files in \(database.folder) is not told."))
    }
    return Result(
      "time zones",
      SystemClock().now - released > .days(365)
        ? .advice("the zone data \(version) is older than a year: apt-get install --only-upgrade tzdata.")
        : .fine("zone data \(version)"))
  }

  /// About when a release such as `2025b` came out: the first of a year come early in it, the others later.
  private static func released(_ version: String) -> Instant? {
    guard let year = Int(version.prefix(4)), (1990...9999).contains(year), let letter = version.utf8.dropFirst(4).first
    else { return nil }
    let months = [1, 3, 8, 10, 10, 10, 11]
    let month = months[min(max(Int(letter) - 0x61, 0), months.count - 1)]
    return Instant(iso8601: "\(year)-\(month < 10 ? "0" : "")\(month)-15T00:00:00Z")
  }

  private func disk() -> Result {
    var info = statvfs()
    var folder = home
    while !FileManager.default.fileExists(atPath: folder), folder != "/" {
      folder = (folder as NSString).deletingLastPathComponent
    }
    guard statvfs(folder, &info) == 0 else {
      return Result("disk", .advice("the free space of \(folder) cannot be read."))
    }
    let megabytes = (Int(info.f_bavail) * Int(info.f_frsize)) >> 20
    guard info.f_files == 0 || info.f_favail > 1_000 else {
      return Result("disk", .wrong("only \(info.f_favail) more files fit on the disk: make room."))
    }
    return Result(
      "disk", megabytes < 200 ? .wrong("only \(megabytes) MB are free: make room.") : .fine("\(megabytes) MB free"))
  }
}

extension Check.Finding {
  func mapped(_ change: (String) -> String) -> Check.Finding {
    switch self {
    case .fine(let sentence): .fine(change(sentence))
    case .advice(let sentence): .advice(change(sentence))
    case .wrong(let sentence): .wrong(change(sentence))
    }
  }
}
