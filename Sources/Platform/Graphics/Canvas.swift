import CCairo

/// A bitmap with the few strokes that our pictures are made of. Used on the render thread only.
final class Canvas {
  /// Pixels a side may have; an area of this square is 64 MB.
  static let sides = 200...4096

  enum Weight: UInt32 { case regular = 400, medium = 500, semibold = 600, bold = 700 }
  enum Alignment: UInt32 { case left = 0, center = 1, right = 2 }

  struct Style {
    var size: Double
    var weight = Weight.regular
    var color: Color
    var alignment = Alignment.left
  }
  struct Size: Equatable {
    var width: Double, height: Double
  }

  let width: Int, height: Int
  private let call: th_cairo
  private let surface: OpaquePointer
  private let context: OpaquePointer
  /// Where a PDF is written to, piece by piece; `nil` for a bitmap.
  private let sink: ByteSink?

  init(width: Int, height: Int, background: Color) throws {
    guard Self.sides.contains(width), Self.sides.contains(height) else { throw GraphicsError.size(width, height) }
    call = try Cairo.load().call
    // Failures give an object in an error state, never null; its status says so at the end.
    guard let surface = call.cairo_image_surface_create(1 /* RGB24 */, Int32(width), Int32(height)) else {
      throw GraphicsError.failed("no memory")
    }
    guard let context = call.cairo_create(surface) else {
      call.cairo_surface_destroy(surface)
      throw GraphicsError.failed("no memory")
    }
    self.width = width
    self.height = height
    self.surface = surface
    self.context = context
    sink = nil
    set(background)
    call.cairo_paint(context)
    call.cairo_set_line_join(context, 1)
    call.cairo_set_line_cap(context, 1)
  }

  /// Pages of a PDF, in points.
  init(pageWidth: Int, pageHeight: Int) throws {
    call = try Cairo.load().call
    let sink = ByteSink()
    guard
      let surface = call.cairo_pdf_surface_create_for_stream(
        appendToSink, Unmanaged.passUnretained(sink).toOpaque(), Double(pageWidth), Double(pageHeight))
    else { throw GraphicsError.failed("no memory") }
    guard let context = call.cairo_create(surface) else {
      call.cairo_surface_destroy(surface)
      throw GraphicsError.failed("no memory")
    }
    width = pageWidth
    height = pageHeight
    self.surface = surface
    self.context = context
    self.sink = sink
    call.cairo_set_line_join(context, 1)
    call.cairo_set_line_cap(context, 1)
  }

  deinit {
    call.cairo_destroy(context)
    call.cairo_surface_destroy(surface)
  }

  // MARK: Shapes

  private func set(_ color: Color) {
    call.cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha)
  }

  func fill(x: Double, y: Double, width: Double, height: Double, radius: Double = 0, _ color: Color) {
    set(color)
    call.cairo_new_path(context)
    let radius = min(radius, width / 2, height / 2)
    if radius > 0 {
      let quarter = Double.pi / 2
      call.cairo_new_sub_path(context)
      call.cairo_arc(context, x + width - radius, y + radius, radius, -quarter, 0)
      call.cairo_arc(context, x + width - radius, y + height - radius, radius, 0, quarter)
      call.cairo_arc(context, x + radius, y + height - radius, radius, quarter, 2 * quarter)
      call.cairo_arc(context, x + radius, y + radius, radius, 2 * quarter, 3 * quarter)
      call.cairo_close_path(context)
    } else {
      call.cairo_rectangle(context, x, y, width, height)
    }
    call.cairo_fill(context)
  }

  func dot(x: Double, y: Double, radius: Double, _ color: Color) {
    set(color)
    call.cairo_new_path(context)
    call.cairo_arc(context, x, y, radius, 0, 2 * .pi)
    call.cairo_fill(context)
  }

  func line(_ points: [(x: Double, y: Double)], width: Double, _ color: Color, dashes: [Double] = []) {
    guard points.count > 1 else {
      if let only = points.first { dot(x: only.x, y: only.y, radius: width, color) }
      return
    }
    set(color)
    call.cairo_set_line_width(context, width)
    dashes.withUnsafeBufferPointer { call.cairo_set_dash(context, $0.baseAddress, Int32($0.count), 0) }
    trace(points)
    call.cairo_stroke(context)
  }

  /// Fills what lies between the points and a horizontal line, fading towards it.
  func area(_ points: [(x: Double, y: Double)], to base: Double, from top: Double, _ color: Color) {
    guard let first = points.first, let last = points.last, points.count > 1 else { return }
    guard let gradient = call.cairo_pattern_create_linear(0, top, 0, base) else { return }
    defer { call.cairo_pattern_destroy(gradient) }
    call.cairo_pattern_add_color_stop_rgba(gradient, 0, color.red, color.green, color.blue, 0.34)
    call.cairo_pattern_add_color_stop_rgba(gradient, 1, color.red, color.green, color.blue, 0.08)
    call.cairo_set_source(context, gradient)
    trace(points)
    call.cairo_line_to(context, last.x, base)
    call.cairo_line_to(context, first.x, base)
    call.cairo_close_path(context)
    call.cairo_fill(context)
  }

  private func trace(_ points: [(x: Double, y: Double)]) {
    call.cairo_new_path(context)
    for (index, point) in points.enumerated() {
      if index == 0 {
        call.cairo_move_to(context, point.x, point.y)
      } else {
        call.cairo_line_to(context, point.x, point.y)
      }
    }
  }

  func clipped(x: Double, y: Double, width: Double, height: Double, _ draw: () -> Void) {
    call.cairo_save(context)
    call.cairo_new_path(context)
    call.cairo_rectangle(context, x, y, width, height)
    call.cairo_clip(context)
    draw()
    call.cairo_restore(context)
  }

  // MARK: Text

  /// Measures text that may fill at most so many lines of a width; what is more ends in “…”.
  func measure(_ text: String, _ style: Style, width: Double? = nil, lines: Int = 1) -> Size {
    withLayout(text, style, width: width, lines: lines) { size(of: $0) } ?? Size(width: 0, height: 0)
  }

  /// Draws text with its upper left corner at the point; with a width, aligned inside it.
  @discardableResult
  func text(_ text: String, x: Double, y: Double, _ style: Style, width: Double? = nil, lines: Int = 1) -> Size {
    withLayout(text, style, width: width, lines: lines) { layout in
      let size = size(of: layout)
      set(style.color)
      var left = x
      if width == nil, style.alignment == .center { left -= size.width / 2 }
      if width == nil, style.alignment == .right { left -= size.width }
      call.cairo_move_to(context, left.rounded(), y.rounded())
      call.pango_cairo_show_layout(context, layout)
      return size
    } ?? Size(width: 0, height: 0)
  }

  private func size(of layout: OpaquePointer) -> Size {
    var width: Int32 = 0
    var height: Int32 = 0
    call.pango_layout_get_pixel_size(layout, &width, &height)
    return Size(width: Double(width), height: Double(height))
  }

  private func withLayout<T>(
    _ text: String, _ style: Style, width: Double?, lines: Int, _ use: (OpaquePointer) -> T
  ) -> T? {
    guard let layout = call.pango_cairo_create_layout(context) else { return nil }
    defer { call.g_object_unref(UnsafeMutableRawPointer(layout)) }
    guard let font = call.pango_font_description_new() else { return nil }
    defer { call.pango_font_description_free(font) }
    let unit = 1024.0
    call.pango_font_description_set_family(font, "Noto Sans, Noto Sans Tamil, Noto Sans Devanagari, DejaVu Sans, Sans")
    call.pango_font_description_set_weight(font, style.weight.rawValue)
    call.pango_font_description_set_absolute_size(font, style.size * unit)
    call.pango_layout_set_font_description(layout, font)
    var shown = Self.bounded(text, lines: lines)
    shown.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { call.pango_layout_set_text(layout, $0.baseAddress, Int32($0.count)) }
    }
    if let width {
      call.pango_layout_set_width(layout, Int32(max(1, width) * unit))
      call.pango_layout_set_height(layout, Int32(-lines))
      call.pango_layout_set_wrap(layout, 2 /* words, else characters */)
      call.pango_layout_set_ellipsize(layout, 3 /* at the end */)
      call.pango_layout_set_alignment(layout, style.alignment.rawValue)
    }
    return use(layout)
  }

  /// Shaping costs time by the length, so a text is cut long before it could fill its lines; control characters and
  /// line ends become spaces.
  static func bounded(_ text: String, lines: Int) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(80 + 80 * lines) {
      scalars.append(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : scalar)
    }
    return String(scalars)
  }

  // MARK: Result

  func png() throws -> [UInt8] {
    let status = call.cairo_status(context)
    guard status == 0 else { throw GraphicsError.failed(describe(status)) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 * 1024)
    let written = withUnsafeMutablePointer(to: &bytes) {
      call.cairo_surface_write_to_png_stream(surface, appendBytes, $0)
    }
    guard written == 0 else { throw GraphicsError.failed(describe(written)) }
    return bytes
  }

  /// Ends the page of a PDF; what follows stands on the next.
  func nextPage() { call.cairo_show_page(context) }

  /// The whole PDF. Nothing can be drawn after it.
  func pdf() throws -> [UInt8] {
    guard let sink else { throw GraphicsError.failed("a bitmap is no PDF") }
    let status = call.cairo_status(context)
    guard status == 0 else { throw GraphicsError.failed(describe(status)) }
    call.cairo_surface_finish(surface)
    let finished = call.cairo_surface_status(surface)
    guard finished == 0 else { throw GraphicsError.failed(describe(finished)) }
    return sink.bytes
  }

  private func describe(_ status: UInt32) -> String {
    call.cairo_status_to_string(status).map { String(cString: $0) } ?? "status \(status)"
  }
}

/// Collects what cairo writes; the canvas holds it for as long as its surface lives.
private final class ByteSink {
  var bytes: [UInt8] = []
}

private func appendToSink(_ closure: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<UInt8>?, _ count: UInt32)
  -> UInt32
{
  guard let closure else { return 0 }
  Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue().bytes.append(
    contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
  return 0
}

private func appendBytes(_ closure: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<UInt8>?, _ count: UInt32) -> UInt32
{
  closure?.assumingMemoryBound(to: [UInt8].self).pointee.append(
    contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
  return 0
}
