/// First in, first out, in constant time; not for sharing between threads by itself. Inlinable: through generic code each
/// step cost five times as much.
@usableFromInline package struct Fifo<Element> {
  @usableFromInline var items: [Element?] = []
  @usableFromInline var head = 0

  @inlinable package init() {}

  @inlinable package var count: Int { items.count - head }
  @inlinable package var isEmpty: Bool { items.count == head }
  @inlinable package var first: Element? { isEmpty ? nil : items[head] }

  @inlinable package mutating func append(_ element: Element) { items.append(element) }

  @discardableResult @inlinable
  package mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    defer {
      head += 1
      if head == items.count {
        items.removeAll(keepingCapacity: items.count <= 64)
        head = 0
      } else if head > 256, head * 2 > items.count {
        items.removeFirst(head)
        head = 0
      }
    }
    return items[head].take()
  }

  /// Up to `limit` of the oldest.
  @inlinable package mutating func take(_ limit: Int) -> [Element] {
    var taken: [Element] = []
    taken.reserveCapacity(Swift.min(limit, count))
    while taken.count < limit, let next = popFirst() { taken.append(next) }
    return taken
  }
}
