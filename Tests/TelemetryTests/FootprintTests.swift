import Testing

@testable import Telemetry

@Suite("Footprint")
struct FootprintTests {
  @Test("lets go of clean pages of files only, and everything still works")
  func rest() {
    let mappings = Footprint.unchangedMappings()
    #expect(!mappings.isEmpty)
    var local = 1
    let here = withUnsafePointer(to: &local) { UInt(bitPattern: $0) }
    for mapping in mappings {
      let start = UInt(bitPattern: mapping.start)
      #expect(!(start..<start + UInt(mapping.size)).contains(here))
    }
    Footprint.rest()
    #expect(Footprint.residentBytes > 1 << 20)
    #expect((1...100).map { "\($0)" }.joined().count == 192)
  }
}
