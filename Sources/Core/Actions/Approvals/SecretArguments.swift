import Base
import Crypto
import Formats
import Store

/// A call as people may read it, and what that leaves out.
struct SecretArguments {
  /// With marks such as `{secret api_key}` in the places of what is secret.
  let shown: ActionCall
  /// The secret texts, each with its mark; none where the call may be read as it is.
  let found: [(String, String)]

  /// - Parameter known: secrets that no name and no look tells.
  init(_ call: ActionCall, known: [(value: String, mark: String)]) {
    var found: [(String, String)] = known.map { ($0.value, $0.mark) }.filter { $0.0.utf8.count >= 4 }
    let (marked, more) = SecretMarks.put(in: JSON.object(call.arguments).replacing(found))
    found += more.map { ($0.value, SecretMarks.mark($0.name)) }
    shown = ActionCall(call.name, marked.object ?? call.arguments)
    let isAny = !more.isEmpty || marked != .object(call.arguments)
    self.found = isAny ? found.sorted { $0.0.utf8.count > $1.0.utf8.count } : []
  }
}

// What an approval keeps of a call with secrets: the whole of it, sealed, until it is settled.
extension ApprovalDesk {
  private static func place(_ tenant: TenantID, _ id: String) -> [UInt8] {
    Array("approval \(tenant.text.utf8.count) \(tenant.text) \(id)".utf8)
  }

  func seal(_ call: ActionCall, _ id: String, of tenant: TenantID) throws -> [UInt8] {
    let text = Array(JSON.object(call.arguments).text().utf8)
    return try secretKey.map { try AEAD.seal(text, key: $0, associated: Self.place(tenant, id)) } ?? text
  }

  /// The call as it was asked for.
  func whole(_ approval: Approval, of tenant: TenantID) throws -> ActionCall {
    guard let sealed = approval.sealed else { return approval.call }
    let text = try secretKey.map { try AEAD.open(sealed, key: $0, associated: Self.place(tenant, approval.id)) }
    return ActionCall(approval.call.name, try JSON.parse(text ?? sealed).object ?? [:])
  }

  /// Whether the row still holds what was asked for.
  func isIntact(_ approval: Approval, of tenant: TenantID) -> Bool {
    guard let call = try? whole(approval, of: tenant) else { return false }
    let bound = Approval.bind(
      call, requester: approval.requester, agent: approval.agent, occasion: approval.occasion)
    // what people were shown is the same call, but for what is secret
    return bound == approval.bound
      && (approval.sealed == nil || SecretArguments.isShown(approval.call, call))
  }
}

extension SecretArguments {
  /// Whether a call that was shown is this one, with marks in the places of some texts.
  static func isShown(_ shown: ActionCall, _ call: ActionCall) -> Bool {
    func fits(_ shown: JSON, _ whole: JSON) -> Bool {
      switch (shown, whole) {
      case (.string(let text), .string) where SecretMarks.areIn(text): true
      case (.array(let some), .array(let all)): some.count == all.count && zip(some, all).allSatisfy(fits)
      case (.object(let some), .object(let all)):
        some.count == all.count
          && some.members.allSatisfy { member in all[member.key].map { fits(member.value, $0) } ?? false }
      default: shown == whole
      }
    }
    return fits(.object(shown.arguments), .object(call.arguments))
  }
}
