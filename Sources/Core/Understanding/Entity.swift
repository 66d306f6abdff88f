package import Actions

/// A value found in a message.
package struct Entity: Sendable, Hashable {
  package var kind: SlotKind
  /// UTF-8 offsets in the normalised text.
  package var span: Range<Int>
  package var text: String
  package var value: SlotValue
  /// Other readings, likeliest first: "8" may be morning or evening.
  package var alternatives: [SlotValue]

  package init(kind: SlotKind, span: Range<Int>, text: String, value: SlotValue, alternatives: [SlotValue] = []) {
    self.kind = kind
    self.span = span
    self.text = text
    self.value = value
    self.alternatives = alternatives
  }
}
