import Testing

/// The real program over real sockets, one test after the other: they share two cores and count milliseconds.
@Suite("Acceptance", .serialized, .enabled(if: Porch.binary != nil, "the program is not built: ./thinnai builds it"))
struct AcceptanceTests {}
