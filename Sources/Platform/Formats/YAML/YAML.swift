package import Base
import CYAML

#if canImport(Glibc)
  import Glibc
#endif

/// Reads the YAML that people write: plain data, no tags, no surprises.
package enum YAML {
  package struct Limits: Sendable {
    package var bytes: Int
    package var depth: Int
    /// Counts what aliases repeat, so that a few lines cannot stand for billions of nodes.
    package var nodes: Int

    package init(bytes: Int = 8 << 20, depth: Int = 64, nodes: Int = 1_000_000) {
      self.bytes = bytes
      self.depth = depth
      self.nodes = nodes
    }
  }

  /// One document; an empty file gives a null node, a second document is refused.
  package static func parse(
    _ bytes: [UInt8], file: String, limits: Limits = Limits()
  ) throws(DataFileError) -> YAMLNode {
    let documents = try parseAll(bytes, file: file, limits: limits, documents: 1)
    return documents.first ?? YAMLNode(.scalar("", isPlain: true), line: 1, column: 1, file: file)
  }

  package static func parse(
    _ text: String, file: String, limits: Limits = Limits()
  ) throws(DataFileError) -> YAMLNode {
    try parse(Array(text.utf8), file: file, limits: limits)
  }

  /// Every document of a stream that separates them by `---`.
  package static func parseAll(
    _ bytes: [UInt8], file: String, limits: Limits = Limits(), documents: Int = 10_000
  ) throws(DataFileError) -> [YAMLNode] {
    guard bytes.count <= limits.bytes else {
      throw DataFileError(
        file: file, line: nil, expected: "expected at most \(limits.bytes) bytes, found \(bytes.count)")
    }
    let outcome = bytes.withUnsafeBufferPointer { buffer -> Result<[YAMLNode], DataFileError> in
      var input = buffer
      if input.starts(with: [0xEF, 0xBB, 0xBF]) { input = UnsafeBufferPointer(rebasing: input[3...]) }
      do throws(DataFileError) {
        var reader = try YAMLReader(input, file: file, limits: limits)
        defer { reader.close() }
        return .success(try reader.documents(atMost: documents))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  package static func load(path: String, limits: Limits = Limits()) throws(DataFileError) -> YAMLNode {
    try parse(try contents(path, limit: limits.bytes), file: path, limits: limits)
  }

  private static func contents(_ path: String, limit: Int) throws(DataFileError) -> [UInt8] {
    guard let stream = fopen(path, "rbe") else {
      throw DataFileError(
        file: path, line: nil, expected: "expected a readable file (\(String(cString: strerror(errno))))")
    }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: 65_536))
      let read = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { fread($0 + start, 1, 65_536, stream) } ?? 0
      }
      bytes.removeLast(65_536 - read)
      if read == 0 { break }
    }
    guard ferror(stream) == 0 else {
      throw DataFileError(
        file: path, line: nil, expected: "expected a readable file (\(String(cString: strerror(errno))))")
    }
    return bytes
  }
}

/// Builds nodes from libyaml's events. Owns the C parser; lives only while the input's buffer does.
private struct YAMLReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let file: String
  private let limits: YAML.Limits
  private var nodesLeft: Int
  private var anchors: [String: Built] = [:]

  private struct Built {
    let node: YAMLNode
    /// How many nodes it stands for and how deep it goes, aliases written out.
    let weight: Int
    let height: Int
  }

  /// What an event brings, copied out of C at once.
  private enum Event {
    case streamEnd, documentStart, documentEnd, other
    case scalar(String, isPlain: Bool), alias(String)
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }
  private struct Step {
    let event: Event
    let anchor: String?
    let line: Int
    let column: Int
  }

  init(_ input: UnsafeBufferPointer<UInt8>, file: String, limits: YAML.Limits) throws(DataFileError) {
    self.file = file
    self.limits = limits
    nodesLeft = limits.nodes
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw DataFileError(file: file, line: nil, expected: "expected more memory to read it")
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  func close() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  mutating func documents(atMost limit: Int) throws(DataFileError) -> [YAMLNode] {
    var documents: [YAMLNode] = []
    while true {
      let step = try next()
      switch step.event {
      case .streamEnd: return documents
      case .documentStart:
        guard documents.count < limit else { throw error(step.line, "one document, found another after “---”") }
        anchors = [:]
        documents.append(try node(try next(), depth: 0).node)
      default: continue
      }
    }
  }

  private func error(_ line: Int, _ expected: String) -> DataFileError {
    DataFileError(file: file, line: line, expected: "expected " + expected)
  }

  private mutating func node(_ step: Step, depth: Int) throws(DataFileError) -> Built {
    guard depth < limits.depth else { throw error(step.line, "at most \(limits.depth) levels of nesting") }
    var weight = 1
    var height = 0
    let kind: YAMLNode.Kind
    switch step.event {
    case .scalar(let text, let isPlain): kind = .scalar(text, isPlain: isPlain)
    case .alias(let name):
      guard let known = anchors[name] else { throw error(step.line, "an anchor “&\(name)” before “*\(name)”") }
      guard depth + known.height <= limits.depth else {
        throw error(step.line, "at most \(limits.depth) levels of nesting")
      }
      try count(known.weight, at: step.line)
      return known
    case .sequenceStart:
      var nodes: [YAMLNode] = []
      while true {
        let inner = try next()
        if case .sequenceEnd = inner.event { break }
        let item = try node(inner, depth: depth + 1)
        nodes.append(item.node)
        weight += item.weight
        height = max(height, item.height)
      }
      kind = .sequence(nodes)
    case .mappingStart:
      var pairs: [(key: YAMLNode, value: YAMLNode)] = []
      var names: Set<String> = []
      while true {
        let inner = try next()
        if case .mappingEnd = inner.event { break }
        let key = try node(inner, depth: depth + 1)
        guard case .scalar(let name, _) = key.node.kind else { throw error(inner.line, "a text as key") }
        guard names.insert(name).inserted else { throw error(inner.line, "the key “\(name)” only once") }
        let value = try node(try next(), depth: depth + 1)
        pairs.append((key.node, value.node))
        weight += key.weight + value.weight
        height = max(height, value.height)
      }
      kind = .mapping(pairs)
    default: throw error(step.line, "a value")
    }
    try count(1, at: step.line)
    let made = YAMLNode(kind, line: step.line, column: step.column, file: file)
    let built = Built(node: made, weight: weight, height: height + 1)
    if let anchor = step.anchor { anchors[anchor] = built }
    return built
  }

  private mutating func count(_ weight: Int, at line: Int) throws(DataFileError) {
    nodesLeft -= weight
    guard nodesLeft >= 0 else { throw error(line, "at most \(limits.nodes) values, aliases counted") }
  }

  private func next() throws(DataFileError) -> Step {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { yaml_event_delete(&event) }
    let line = Int(event.start_mark.line) + 1
    var anchor: UnsafeMutablePointer<yaml_char_t>?
    var tag: UnsafeMutablePointer<yaml_char_t>?
    let kind: Event
    switch event.type {
    case YAML_STREAM_END_EVENT: kind = .streamEnd
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_ALIAS_EVENT: kind = .alias(text(event.data.alias.anchor))
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      anchor = scalar.anchor
      tag = scalar.tag
      kind = .scalar(
        String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self),
        isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_START_EVENT:
      anchor = event.data.sequence_start.anchor
      tag = event.data.sequence_start.tag
      kind = .sequenceStart
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      anchor = event.data.mapping_start.anchor
      tag = event.data.mapping_start.tag
      kind = .mappingStart
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    default: kind = .other
    }
    guard tag == nil else { throw error(line, "plain data without the tag “\(text(tag))”") }
    return Step(event: kind, anchor: anchor.map { text($0) }, line: line, column: Int(event.start_mark.column) + 1)
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String {
    pointer.map { String(decodingCString: $0, as: UTF8.self) } ?? ""
  }

  private func problem() -> DataFileError {
    let raw = parser.pointee
    let what = raw.problem.map { String(cString: $0) } ?? "it cannot be read"
    if raw.error == YAML_READER_ERROR {
      return DataFileError(
        file: file, line: nil,
        expected: "expected UTF-8 text without control characters (\(what) at byte \(raw.problem_offset))"
      )
    }
    if what.contains("cannot start any token") {
      return error(
        Int(raw.problem_mark.line) + 1,
        "spaces instead of a tab to indent, and quotes around a value that begins with @ or `")
    }
    let context = raw.context.map { " " + String(cString: $0) } ?? ""
    return error(Int(raw.problem_mark.line) + 1, "valid YAML (\(what)\(context))")
  }
}
