/// Numbers, money, measures, addresses: what `nlu parse` says about them.
struct AmountValueReader: ValueReader {
  func read(_ text: ValueText) -> [ReadValue] {
    AmountReading(text.sentence, text.amountWords, units: text.amountUnits, language: text.request.language).values()
  }
}
