import Testing

/// The real program over real sockets, one test after the other: they share two cores and count milliseconds.
@Suite("Acceptance", .serialized, .enabled(if: Porch.binary != nil, "the program is not built: ./thinnai builds it"))
struct AcceptanceTests {}

/// Those that mostly wait for a line, a server or a browser: one after the other too, beside the others.
@Suite(
  "Acceptance at the doors", .serialized,
  .enabled(if: Porch.binary != nil, "the program is not built: ./thinnai builds it"))
struct DoorstepTests {}
