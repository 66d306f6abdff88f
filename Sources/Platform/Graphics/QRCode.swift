import CQREncode

/// A text as the squares that cameras read.
package struct QRCode: Sendable {
  /// Squares on a side, without the quiet edge of four that belongs around them.
  package let size: Int
  /// Row by row.
  package let isDark: [Bool]

  /// `nil` when it is longer than 1,000 bytes, or libqrencode is not installed.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (1...1_000).contains(bytes.count) else { return nil }
    var squares = [UInt8](repeating: 0, count: 177 * 177)
    let width = Int(th_qr_encode(bytes, Int32(bytes.count), &squares, Int32(squares.count)))
    guard width > 0 else { return nil }
    size = width
    isDark = squares.prefix(width * width).map { $0 == 1 }
  }

  /// An SVG path of its dark squares, one unit each.
  package var path: String {
    var path = ""
    for row in 0..<size {
      var column = 0
      while column < size {
        let start = column
        while column < size, isDark[row * size + column] { column += 1 }
        if column > start { path += "M\(start) \(row)h\(column - start)v1h-\(column - start)z" }
        column += 1
      }
    }
    return path
  }
}
