import Testing

@testable import Graphics

@Suite("Codes for cameras")
struct QRCodeTests {
  @Test("a link becomes squares with the three corners that cameras look for")
  func corners() throws {
    let code = try #require(QRCode("https://porch.example/signin#code=" + String(repeating: "a", count: 43)))
    #expect(code.isDark.count == code.size * code.size && (code.size - 17) % 4 == 0)
    for (row, column) in [(0, 0), (0, code.size - 7), (code.size - 7, 0)] {
      for y in 0..<7 {
        for x in 0..<7 {
          let isRing = x == 0 || x == 6 || y == 0 || y == 6
          let isCore = (2...4).contains(x) && (2...4).contains(y)
          #expect(code.isDark[(row + y) * code.size + column + x] == (isRing || isCore))
        }
      }
    }
    #expect(code.path.split(separator: "M").count > code.size && code.path.hasPrefix("M0 0h7v1h-7z"))
    #expect(QRCode("") == nil && QRCode(String(repeating: "a", count: 1_001)) == nil)
  }
}
