/// A component of a calendar file as plain values, free of the C library.
struct ICSComponent: Sendable {
  struct Property: Sendable {
    let name: String
    /// As written, still escaped.
    let value: String
    /// Texts unescaped; other values as written.
    let text: String
    let zone: String?
    let isDate: Bool
    let appliesToFuture: Bool
  }

  let name: String
  var properties: [Property] = []
  var children: [ICSComponent] = []

  func all(_ name: String) -> [Property] { properties.filter { $0.name == name } }
  func first(_ name: String) -> Property? { properties.first { $0.name == name } }
}
