/// The id that ties together all a message causes: every log line written under it carries it.
package enum Trace {
  @TaskLocal package static var current: String?

  package static func with<T>(_ id: String, _ body: () throws -> T) rethrows -> T {
    try $current.withValue(id, operation: body)
  }

  package static func with<T>(
    _ id: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T
  ) async rethrows -> T {
    try await $current.withValue(id, operation: body)
  }
}
