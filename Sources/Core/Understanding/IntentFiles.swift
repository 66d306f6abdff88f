import Base
import Text

#if canImport(Glibc)
  import Glibc
#endif

/// The bytes of `Intents/` and a hash of them: a start that finds a model for it parses nothing.
struct IntentFiles {
  struct File {
    var language: Language
    var name: String
    var path: String
    var bytes: [UInt8]
  }

  let folder: String
  let all: [File]
  let hash: UInt64

  init(folder: String) throws {
    var all: [File] = []
    var hash = Hash.start
    for language in Language.all {
      let root = "\(folder)/\(language.code)"
      for name in Self.files(root) {
        let path = "\(root)/\(name)"
        let bytes = try Self.contents(path)
        hash = Hash.pair(hash, Hash.pair(Hash.text("\(language.code)/\(name)"), bytes.withUnsafeBytes(Hash.long)))
        all.append(File(language: language, name: name, path: path, bytes: bytes))
      }
    }
    (self.folder, self.all, self.hash) = (folder, all, hash)
  }

  /// Names of the YAML files in a folder, in order; none when there is no folder.
  static func files(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".yaml"), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  static func contents(_ path: String) throws -> [UInt8] {
    func failure(_ expected: String) -> DataFileError { DataFileError(file: path, line: nil, expected: expected) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var facts = stat()
    guard descriptor >= 0, fstat(descriptor, &facts) == 0 else {
      throw failure("a file that can be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    let size = Int(facts.st_size)
    guard size <= 8 << 20 else { throw failure("at most 8 MB") }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let start = buffer.baseAddress {
        let got = Glibc.read(descriptor, start + count, size - count)
        guard got > 0 else { return }
        count += got
      }
    }
  }
}
