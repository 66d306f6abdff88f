import CICal
import Synchronization

/// Reads checked lines with libical and copies everything out.
struct ICSReader {
  /// libical keeps some state for the whole process, so one calendar is read at a time.
  private static let turn = Mutex(())
  /// The library's functions.
  private let call: th_ical

  static func calendars(_ lines: [[UInt8]]) throws -> [ICSComponent] {
    guard let library = th_ical_load() else {
      throw ICSError(.libraryMissing, "Calendar files need libical: apt-get install libical3.")
    }
    return try ICSReader(call: library.pointee).calendars(lines)
  }

  private func calendars(_ lines: [[UInt8]]) throws -> [ICSComponent] {
    try Self.turn.withLock { _ in
      call.icalerror_set_errors_are_fatal(0)
      guard let parser = call.icalparser_new() else {
        throw ICSError(.costly, "There is no memory to read the calendar.")
      }
      defer { call.icalparser_free(parser) }
      var calendars: [ICSComponent] = []
      for line in lines {
        var text = line.map { CChar(bitPattern: $0) } + [0]
        guard let root = call.icalparser_add_line(parser, &text) else { continue }
        defer { call.icalcomponent_free(root) }
        calendars.append(copy(root))
      }
      return calendars
    }
  }

  /// Recursion is safe: the lines' nesting was bounded before.
  private func copy(_ component: OpaquePointer) -> ICSComponent {
    let kind = call.icalcomponent_kind_to_string(call.icalcomponent_isa(component))
    var copied = ICSComponent(name: kind.map { String(cString: $0) } ?? "")
    var property = call.icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY)
    while let current = property {
      if let one = copy(property: current) { copied.properties.append(one) }
      property = call.icalcomponent_get_next_property(component, ICAL_ANY_PROPERTY)
    }
    var children: [OpaquePointer] = []
    var child = call.icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT)
    while let current = child {
      children.append(current)
      child = call.icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT)
    }
    copied.children = children.map(copy)
    return copied
  }

  private func copy(property: OpaquePointer) -> ICSComponent.Property? {
    // Notes of the library about properties it could not read; what is missing is noticed later.
    guard call.icalproperty_isa(property) != ICAL_XLICERROR_PROPERTY,
      let name = owned(call.icalproperty_get_property_name_r(property)),
      let value = owned(call.icalproperty_get_value_as_string_r(property))
    else { return nil }
    var text = value
    var isDate = false
    if let parsed = call.icalproperty_get_value(property) {
      switch call.icalvalue_isa(parsed) {
      case ICAL_TEXT_VALUE: text = call.icalvalue_get_text(parsed).map { String(cString: $0) } ?? value
      case ICAL_X_VALUE: text = call.icalvalue_get_x(parsed).map { String(cString: $0) } ?? value
      case ICAL_DATE_VALUE: isDate = true
      default: break
      }
    }
    return ICSComponent.Property(
      name: name.uppercased(), value: unmarked(value), text: unmarked(text),
      zone: owned(call.icalproperty_get_parameter_as_string_r(property, "TZID")), isDate: isDate,
      appliesToFuture: owned(call.icalproperty_get_parameter_as_string_r(property, "RANGE"))?.uppercased()
        == "THISANDFUTURE"
    )
  }

  private func unmarked(_ text: String) -> String {
    text.utf8.last == ICSLines.endMark ? String(text.unicodeScalars.dropLast()) : text
  }

  private func owned(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    guard let pointer else { return nil }
    defer { call.icalmemory_free_buffer(pointer) }
    return String(cString: pointer)
  }
}
