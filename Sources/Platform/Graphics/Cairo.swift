import CCairo
import Synchronization

/// The functions of cairo and pango, loaded when the first picture is drawn.
///
/// `@unchecked Sendable`: holds addresses of functions only, written once before the value is shared.
struct Cairo: @unchecked Sendable {
  let call: th_cairo

  private static let loaded = Mutex<Cairo?>(nil)

  /// A failure is not kept: once the package is installed, the next picture is drawn without a restart.
  static func load() throws -> Cairo {
    try loaded.withLock { loaded in
      if let loaded { return loaded }
      var table = th_cairo()
      var missing = th_cairo_missing()
      guard th_cairo_load(&table, &missing) == 0 else {
        throw GraphicsError.missing(
          missing.name.map { String(cString: $0) } ?? "", package: missing.package.map { String(cString: $0) } ?? "")
      }
      let cairo = Cairo(call: table)
      loaded = cairo
      return cairo
    }
  }
}
