import Actions
import Base
import Formats
import Messages

/// A price for one unit, with all its digits; the symbol's currency where none is said.
struct LimitPrice: ParameterValue, Hashable {
  let price: Scaled
  let currency: String?

  static var kind: SlotKind { .money }
  var json: JSON {
    var object: JSONObject = ["amount": .string(price.decimal)]
    object["currency"] = currency.map { .string($0) }
    return .object(object)
  }

  static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> LimitPrice {
    func make(_ text: String?, _ currency: String?, isSaid: Bool) -> LimitPrice? {
      guard let text, let price = Scaled(text.replacing(",", with: "")), price.units > 0 else { return nil }
      // an amount said without a currency arrives in the person's own: here it means the symbol's
      let isNamed = isSaid || currency?.uppercased() != reading.currency
      return LimitPrice(price: price, currency: isNamed ? currency?.uppercased() : nil)
    }
    switch json {
    case .object:
      let text = json["amount"].string ?? json["amount"].double.map { "\($0)" }
      if let price = make(text, json["currency"].string, isSaid: reading.isCurrencySaid) { return price }
    case .integer(let value): if let price = make(String(value), nil, isSaid: false) { return price }
    case .number(let value): if let price = make("\(value)", nil, isSaid: false) { return price }
    case .string(let text):
      let parts = text.split(separator: " ").map(String.init)
      if parts.count == 2, let price = make(parts[0], parts[1], isSaid: reading.isCurrencySaid) { return price }
      if let price = make(text, nil, isSaid: false) { return price }
      if case .money(let money)? = reading.words?(text, .money),
        let price = make(money.decimal, money.currency, isSaid: false)
      {
        return price
      }
    default: break
    }
    throw ActionError(
      "arguments.unreadable",
      ["parameter": .text(specification.name), "expected": .text("a price is needed, such as 95.50")],
      sentence: "\(specification.name): a price is needed, such as 95.50.", field: specification.name)
  }
}
