// swift-tools-version: 6.1
import PackageDescription

// A folder is a floor, a target is a room. Imports only go down; Tests/HouseTests guards it.

/// Rules for every Swift target of the house.
let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // Rooms are small and call each other for every message: a seventh of the time went into calls across their walls.
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// One C library: a module map and inline shims in `Sources/C/<name>`.
func library(_ name: String, pkgConfig: String? = nil) -> Target {
  .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig)
}

/// Rooms that read sentences: without optimisation the tests of what is understood take minutes instead of seconds.
let reading: Set<String> = ["Base", "Learning", "Text", "Time", "Understanding"]

/// One room on a floor.
func room(_ name: String, on floor: String, _ dependencies: [String]) -> Target {
  .target(name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: "Sources/\(floor)/\(name)")
}

let platform = [
  "Base", "Crypto", "Embedding", "Formats", "Graphics", "HTTP", "Learning", "Mail", "Postgres", "Recall", "Redis",
  "Speech", "Store",
  "Telemetry", "Text", "Time",
]
let core = [
  "Messages", "People", "Events", "Schedule", "Delivery", "Actions", "Models", "Memory", "Understanding", "Knowledge",
  "Crews", "Workflows", "Conversation",
]
let domains = ["Care", "Desk", "Directory", "Energy", "Operations", "Reminders", "Trading"]
let doors = ["Email", "Telegram", "Terminal", "Web", "Webhook", "WhatsApp"]

var targets: [Target] = [
  // Not linked: cairo and pango are loaded when the first picture is drawn, libical with the first
  // calendar file, libqrencode with the first invitation, libhiredis with the first call to a Redis server,
  // libpq with the first to a PostgreSQL server.
  .target(name: "CCairo", path: "Sources/C/CCairo"),
  .target(name: "CHiredis", path: "Sources/C/CHiredis"),
  .target(name: "CICal", path: "Sources/C/CICal"),
  .target(name: "CPostgres", path: "Sources/C/CPostgres"),
  .target(name: "CQREncode", path: "Sources/C/CQREncode"),
  // Loops over millions of numbers: a debug build, which tests run, would take minutes without.
  .target(name: "CVectors", path: "Sources/C/CVectors", cSettings: [.unsafeFlags(["-O2"])]),
  // Vector loops, which are of no use without optimisation: a debug build's tests run them too.
  .target(name: "CEncoder", path: "Sources/C/CEncoder", cSettings: [.unsafeFlags(["-O3"])]),
  .target(name: "CRecall", path: "Sources/C/CRecall", cSettings: [.unsafeFlags(["-O3"])]),
  library("CCurl"),
  library("CEdit"),
  library("CLinear"),
  library("CLinux"),
  library("CMicrohttpd"),
  library("COpenSSL"),
  library("CSQLite"),
  library("CWslay"),
  library("CYAML"),

  room("Base", on: "Platform", ["CLinear", "CLinux"]),
  room("Crypto", on: "Platform", ["Base", "COpenSSL"]),
  room("Embedding", on: "Platform", ["Base", "CEncoder", "Formats"]),
  room("Formats", on: "Platform", ["Base", "CICal", "CYAML", "Time"]),
  room("Graphics", on: "Platform", ["Base", "CCairo", "CLinux", "CQREncode"]),
  room("HTTP", on: "Platform", ["Base", "CCurl", "CLinux", "CMicrohttpd", "COpenSSL", "CWslay"]),
  room("Learning", on: "Platform", ["Base", "CVectors", "Embedding", "Formats", "Text"]),
  room("Mail", on: "Platform", ["Base", "CCurl", "Crypto", "Time"]),
  room("Postgres", on: "Platform", ["Base", "CLinux", "CPostgres", "Formats"]),
  room("Recall", on: "Platform", ["Base", "CRecall", "Formats", "Text", "Time"]),
  room("Redis", on: "Platform", ["Base", "CHiredis"]),
  room("Speech", on: "Platform", ["Base", "CLinux", "Formats", "HTTP", "Text"]),
  room("Store", on: "Platform", ["Base", "CLinux", "CSQLite"]),
  room("Telemetry", on: "Platform", ["Base", "CLinux", "Formats"]),
  room("Text", on: "Platform", ["Base", "Time"]),
  room("Time", on: "Platform", ["Base"]),
]
// Each names what it imports and no more: what does not wait for each other is compiled side by side.
targets += [
  room("Messages", on: "Core", ["Base", "Formats", "Text", "Time"]),
  room("People", on: "Core", ["Base", "Crypto", "Formats", "Messages", "Store", "Telemetry", "Text", "Time"]),
  room("Events", on: "Core", ["Base", "Crypto", "Formats", "HTTP", "People", "Redis", "Store", "Telemetry", "Text"]),
  room("Schedule", on: "Core", ["Base", "Formats", "People", "Store", "Telemetry"]),
  room(
    "Delivery", on: "Core",
    [
      "Base", "Crypto", "Formats", "Messages", "People", "Speech", "Store", "Telemetry", "Text", "Time",
    ]),
  room(
    "Actions", on: "Core",
    [
      "Base", "Crypto", "Delivery", "Events", "Formats", "Messages", "People", "Schedule", "Store", "Telemetry", "Text",
      "Time",
    ]),
  room("Models", on: "Core", ["Base", "Formats", "HTTP"]),
  room(
    "Memory", on: "Core",
    [
      "Base", "Crypto", "Embedding", "Formats", "People", "Recall", "Store", "Telemetry", "Text", "Time",
    ]),
  room(
    "Understanding", on: "Core", ["Actions", "Base", "Embedding", "Formats", "Learning", "Telemetry", "Text", "Time"]),
  room(
    "Knowledge", on: "Core",
    [
      "Actions", "Base", "Delivery", "Events", "Formats", "Memory", "Messages", "Models", "People", "Store",
      "Telemetry", "Text", "Time", "Understanding",
    ]),
  room("Crews", on: "Core", ["Actions", "Base", "Formats", "People", "Telemetry"]),
  room(
    "Workflows", on: "Core",
    [
      "Actions", "Base", "Crews", "Crypto", "Delivery", "Embedding", "Events", "Formats", "HTTP", "Learning",
      "Messages", "Models", "People", "Schedule", "Store", "Telemetry", "Text", "Time", "Understanding",
    ]),
  room(
    "Conversation", on: "Core",
    [
      "Actions", "Base", "Crews", "Delivery", "Events", "Formats", "HTTP", "Knowledge", "Mail", "Memory", "Messages",
      "People", "Schedule", "Speech", "Store", "Telemetry", "Text", "Time", "Understanding",
    ]),

  room(
    "Care", on: "Domains",
    [
      "Actions", "Base", "Delivery", "Events", "Formats", "Graphics", "HTTP", "Messages", "People", "Schedule", "Store",
      "Telemetry", "Text", "Time",
    ]),
  room(
    "Desk", on: "Domains",
    [
      "Actions", "Base", "Crypto", "Delivery", "Formats", "Graphics", "Messages", "People", "Schedule", "Store", "Text",
      "Time", "Workflows",
    ]),
  room(
    "Directory", on: "Domains",
    [
      "Actions", "Base", "Delivery", "Formats", "Messages", "People", "Store", "Text", "Time",
    ]),
  room(
    "Energy", on: "Domains",
    [
      "Actions", "Base", "Delivery", "Formats", "Graphics", "Messages", "People", "Store", "Text", "Time",
    ]),
  room(
    "Operations", on: "Domains",
    [
      "Actions", "Base", "Delivery", "Events", "Formats", "HTTP", "Messages", "People", "Store",
    ]),
  room(
    "Reminders", on: "Domains",
    [
      "Actions", "Base", "Delivery", "Events", "Formats", "Messages", "People", "Schedule", "Store", "Time",
    ]),
  room(
    "Trading", on: "Domains",
    [
      "Actions", "Base", "Delivery", "Formats", "Graphics", "Messages", "People", "Schedule", "Store", "Text", "Time",
    ]),

  room("Email", on: "Doors", ["Actions", "Base", "Delivery", "Mail", "Messages", "People", "Telemetry", "Text"]),
  room(
    "Telegram", on: "Doors",
    [
      "Actions", "Base", "Crypto", "Delivery", "Formats", "HTTP", "Messages", "Store", "Telemetry", "Text",
    ]),
  room(
    "Terminal", on: "Doors",
    ["Base", "CEdit", "Conversation", "Delivery", "Formats", "Messages", "People", "Telemetry"]),
  room(
    "Web", on: "Doors",
    [
      "Actions", "Base", "Crypto", "Delivery", "Formats", "Graphics", "HTTP", "Memory", "Messages", "People", "Store",
      "Telemetry", "Text", "Time",
    ]),
  room("Webhook", on: "Doors", ["Base", "Crypto", "Delivery", "Formats", "HTTP", "Messages", "People", "Text"]),
  room(
    "WhatsApp", on: "Doors",
    [
      "Actions", "Base", "Crypto", "Delivery", "Formats", "HTTP", "Messages", "Telemetry", "Text",
    ]),
]
// The pages lie beside the program and are read at start.
targets.last { $0.name == "Web" }?.exclude = ["Pages"]
targets.append(
  room(
    "Benchmarking", on: "App",
    [
      "Actions", "Base", "Delivery", "Embedding", "Events", "Formats", "HTTP", "Knowledge", "Memory", "Messages",
      "People",
      "Recall", "Schedule", "Store", "Telemetry", "Text", "Time", "Understanding", "Workflows",
    ]))
targets.append(
  .executableTarget(
    name: "Thinnai",
    dependencies: (["Benchmarking"] + platform + core + domains + doors).map { .init(stringLiteral: $0) },
    path: "Sources/App/Thinnai"))

targets.append(
  .target(
    name: "RoomTesting", dependencies: (platform + core).map { .init(stringLiteral: $0) }, path: "Tests/RoomTesting"))
let everyRoom = (["RoomTesting", "Benchmarking"] + platform + core + domains + doors).map {
  Target.Dependency(stringLiteral: $0)
}
// The terminal is tested as a person meets it, in Acceptance. A long simulation is built by itself, with optimisation.
let tested = Context.environment["THINNAI_TESTS"].map { $0.split(separator: ",").map(String.init) }
for name in platform + core + domains + doors + ["Acceptance", "House", "Simulation"]
where name != "Terminal" && tested?.contains(name) != false {
  targets.append(.testTarget(name: "\(name)Tests", dependencies: everyRoom, path: "Tests/\(name)Tests"))
}
targets.last { $0.name == "SimulationTests" }?.exclude = ["README.md"]
targets.last { $0.name == "AcceptanceTests" }?.exclude = ["StandIns/mailserver.py"]

// Every parser under libFuzzer, which brings a `main` of its own: only on request, by Tests/Fuzz/run.
if Context.environment["THINNAI_FUZZ"] != nil {
  targets.append(.executableTarget(name: "Fuzz", dependencies: everyRoom, path: "Tests/Fuzz", exclude: ["run"]))
}

for target in targets where target.type != .system {
  target.swiftSettings = house
  if reading.contains(target.name) { target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug))) }
}
targets.last { $0.name == "Fuzz" }?.swiftSettings?.append(.unsafeFlags(["-parse-as-library"]))

let package = Package(name: "thinnai", targets: targets, swiftLanguageModes: [.v6])
