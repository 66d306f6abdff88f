import Base

extension Commands {
  static let serve = Command(name: "serve", summary: "Opens the doors.", usage: "serve", run: { _, _ in 1 })
  static let doctor = Command(name: "doctor", summary: "Explains what is wrong.", usage: "doctor", run: { _, _ in 1 })
  static let bench = Command(name: "bench", summary: "Measures speed.", usage: "bench NAME", run: { _, _ in 1 })
}
