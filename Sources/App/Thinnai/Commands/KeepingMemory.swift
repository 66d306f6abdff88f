import Actions
import Formats
import Foundation

extension Commands {
  static func exportMemory(_ arguments: Arguments, _ home: String) async throws -> Int32 {
    let answer = try await Shell(home: home).act(ActionCall("memory.export", person(arguments)), approved: true)
    var data = answer.data.object ?? [:]
    let page = data["markdown"]?.string ?? ""
    data["markdown"] = nil
    let text = arguments.has("markdown") ? page : JSON.object(data).pretty()
    guard let path = arguments["out"] else {
      Program.say(text)
      return 0
    }
    do {
      try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: absolute(path)), options: .atomic)
      // it holds what was said in confidence
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: absolute(path))
    } catch {
      throw ActionError("shell.unwritable", sentence: "\(path) cannot be written.")
    }
    return 0
  }

  static func eraseMemory(_ arguments: Arguments, _ home: String) async throws -> Int32 {
    guard arguments["person"]?.isEmpty == false else { throw UsageError("Write memory erase --person NAME.") }
    return try await print(
      ActionCall("memory.erase", person(arguments)), home, arguments, approved: arguments.has("yes"))
  }

  private static func person(_ arguments: Arguments) -> JSONObject {
    var values = JSONObject()
    if let person = arguments["person"] { values["person"] = .string(person) }
    return values
  }
}
