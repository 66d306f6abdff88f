import Actions
import Base
import Events
import Formats
import HTTP
import Messages
import People
import Store

private func requireOwner(_ context: ActionContext) throws {
  guard context.actor.isOwner, context.authority.scopes.contains("admin"), context.authority.agent == nil else {
    throw ActionError("operations.owner_only", sentence: "Only the owner can do that, with the scope admin.")
  }
}

struct SetConnector: Action {
  static let name = "connector.set"
  static let summary = "Keeps the address of a service outside and what lets workflows in there."
  static let effect = Effect.write

  @Parameter("What workflows call it, such as erp.") var name: String
  @Parameter("Its address: https://…, or postgres://user@host/database.") var url: String
  @Parameter("Token, key or password; it is sealed, and never shown again.") var secret: String?
  @Parameter("In which header it goes.", default: "Authorization") var header: String
  @Parameter("How often it may be called, such as 30 per minute.") var rate: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try requireOwner(context)
    let (name, url, secret, header, rate) = (name, url.trimmed, secret, header, rate)
    let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
    guard !name.isEmpty, name.count <= 40, isName else {
      throw ActionError("connector.name", sentence: "Name it with letters, digits and hyphens.", field: "name")
    }
    guard Connector.isDatabase(url) || (try? OpenedAddress(url)) != nil, !Self.hasPassword(url) else {
      throw ActionError(
        "connector.url",
        sentence: "Give an address such as https://erp.example.org/api, without a password: that is the secret.",
        field: "url")
    }
    guard !header.isEmpty, header.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
      throw ActionError("connector.header", sentence: "Give a header's name such as Authorization.", field: "header")
    }
    guard secret?.contains(where: \.isNewline) != true else {
      throw ActionError("connector.secret", sentence: "A secret is one line.", field: "secret")
    }
    guard rate.map({ WorkflowRate($0) != nil }) ?? true else {
      throw ActionError("connector.rate", sentence: "Give a rate such as 30 per minute.", field: "rate")
    }
    return .change { transaction in
      let key = transaction.service(WorkflowEngine.self)?.parts.secretKey
      let before = try Connector.find(name, key, transaction, of: transaction.tenant)
      let connector = Connector(
        name: name, url: url, header: header, secret: secret ?? before?.secret, rate: nil,
        rateText: rate ?? before?.rateText, changedAt: transaction.now)
      try connector.keep(key, in: transaction)
      if let secret, let before, before.secret != secret {
        try transaction.emit(Event("credential.rotated", key: name, ["credential": .string(name)]))
      }
      var shown: JSONObject = ["name": .string(name), "url": .string(url)]
      if secret != nil { shown["secret"] = "…" }
      return Outcome(
        Say("connector.set", ["name": .text(name), "url": .text(url)]), data: connector.json,
        audited: ActionCall(Self.name, shown))
    }
  }

  private static func hasPassword(_ url: String) -> Bool {
    guard let scheme = url.firstRange(of: "://") else { return false }
    let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    return authority.lastIndex(of: "@").map { authority[..<$0].contains(":") } ?? false
  }
}

struct ListConnectors: Action {
  static let name = "connector.list"
  static let summary = "Lists the services outside that workflows may call by name."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try requireOwner(context)
    let tenant = context.actor.tenant
    let all = try await context.store.read { rows in
      try Connector.all(rows.service(WorkflowEngine.self)?.parts.secretKey, rows, of: tenant)
    }
    let lines = all.map { Say("connector.line", ["name": .text($0.name), "url": .text($0.url)]) }
    return .answer(
      Say(all.isEmpty ? "connector.none" : "connector.list", lines: lines), data: .array(all.map(\.json)))
  }
}

struct RemoveConnector: Action {
  static let name = "connector.remove"
  static let summary = "Forgets a service outside and its credential."
  static let effect = Effect.write

  @Parameter("Its name.") var name: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try requireOwner(context)
    let name = name
    return .change { transaction in
      guard try transaction.execute("DELETE FROM connectors WHERE tenant = :tenant AND name = ?", name) == 1 else {
        throw ActionError(
          "connector.unknown", ["name": .text(name)], sentence: "There is no connector \(name).", field: "name")
      }
      return Outcome(Say("connector.removed", ["name": .text(name)]))
    }
  }
}
