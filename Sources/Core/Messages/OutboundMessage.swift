package import Base

/// What leaves by a door: text with styled runs, buttons and at most one picture. Rendered, ready to send.
package struct OutboundMessage: Sendable, Hashable {
  package var text: StyledText
  package var buttons: [Button]
  /// Id of a kept file (PNG) that goes with the text.
  package var picture: String?
  /// A coordinate to show as a map pin.
  package var location: Coordinate?
  /// What it is about, when the house speaks first (`reminder`, `dose`; `alert` for an emergency): a platform may want
  /// an approved form for that.
  package var purpose: String?
  /// The purpose of a voice note that says what was just written: lost, it is no loss.
  package static let spoken = "spoken"
  /// The purpose of a state that is shown anew as it changes.
  package static let progress = "progress"
  /// What is gone when its channel does not take it: the next one would have no use for it.
  package static let passing: Set<String> = [spoken, progress]

  package init(
    text: StyledText, buttons: [Button] = [], picture: String? = nil, location: Coordinate? = nil,
    purpose: String? = nil
  ) {
    self.text = text
    self.buttons = buttons
    self.picture = picture
    self.location = location
    self.purpose = purpose
  }

  /// One tap: a label and the short random id that stands for its action.
  package struct Button: Sendable, Hashable {
    package var id: String
    package var label: String
    package init(id: String, label: String) {
      self.id = id
      self.label = label
    }
  }
}

/// Plain text and the runs of it that are bold, italic or code. Offsets count UTF-16 units, as chat platforms do.
package struct StyledText: Sendable, Hashable {
  package enum Style: String, Sendable { case bold, italic, code }
  package struct Run: Sendable, Hashable {
    package var start: Int
    package var length: Int
    package var style: Style
    package init(start: Int, length: Int, style: Style) {
      self.start = start
      self.length = length
      self.style = style
    }
  }
  package var text: String
  package var runs: [Run]

  package init(_ text: String, runs: [Run] = []) {
    self.text = text
    self.runs = runs
  }

  /// Reads the markup of our reply files: `*bold*`, `_italic_`, `` `code` ``. A mark counts only when it opens at the
  /// start of a word and closes at the end of one; `\*` is a star. Values that people wrote are escaped before.
  package init(markup: String) {
    guard markup.utf8.contains(where: { $0 == 42 || $0 == 95 || $0 == 96 || $0 == 92 }) else {
      self.init(markup)
      return
    }
    // marks are ASCII, so bytes are read; runs count UTF-16 units
    let bytes = Array(markup.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var units = 0
    var runs: [Run] = []
    var open: [(mark: UInt8, start: Int, byte: Int)] = []
    var index = 0
    func isWord(_ byte: UInt8?) -> Bool {
      guard let byte else { return false }
      return byte > 0x7F || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    func isMark(_ byte: UInt8) -> Bool { byte == 42 || byte == 95 || byte == 96 }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 92, index + 1 < bytes.count, isMark(bytes[index + 1]) || bytes[index + 1] == 92 {
        out.append(bytes[index + 1])
        units += 1
        index += 2
        continue
      }
      if isMark(byte) {
        let before = index > 0 ? bytes[index - 1] : nil
        let after = index + 1 < bytes.count ? bytes[index + 1] : nil
        if let last = open.last, last.mark == byte, units > last.start, !isWord(after) {
          open.removeLast()
          let style: Style = byte == 42 ? .bold : byte == 95 ? .italic : .code
          runs.append(Run(start: last.start, length: units - last.start, style: style))
          index += 1
          continue
        }
        let closes = bytes[(index + 1)...].contains(byte)
        if closes, !isWord(before), let after, after != 32, after != 10, !open.contains(where: { $0.mark == byte }) {
          open.append((byte, units, out.count))
          index += 1
          continue
        }
      }
      out.append(byte)
      // a character beyond the first plane has four bytes and two units
      if byte & 0xC0 != 0x80 { units += byte >= 0xF0 ? 2 : 1 }
      index += 1
    }
    // a mark that opened and found no end is a plain sign after all
    for (mark, start, byte) in open.reversed() {
      out.insert(mark, at: byte)
      for index in runs.indices where runs[index].start + runs[index].length > start {
        if runs[index].start >= start { runs[index].start += 1 } else { runs[index].length += 1 }
      }
    }
    self.init(
      String(decoding: out, as: UTF8.self), runs: runs.sorted { ($0.start, $0.length) < ($1.start, $1.length) })
  }

  /// Escapes what a person wrote, so that it cannot become markup.
  package static func escape(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 42 || $0 == 95 || $0 == 96 || $0 == 92 }) else { return text }
    var out = ""
    for scalar in text.unicodeScalars {
      if scalar == "*" || scalar == "_" || scalar == "`" || scalar == "\\" { out.append("\\") }
      out.unicodeScalars.append(scalar)
    }
    return out
  }
}
