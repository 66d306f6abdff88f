import CSQLite
import Glibc
import Synchronization

/// SQLite's own file layer, with calls that fail on demand for the files under one folder.
///
/// It hands every file to the real layer and then swaps the file's table of calls for a copy that asks here first.
enum FaultyDisk {
  enum Call { case sync, write }

  private struct State {
    var isInstalled = false
    /// What fails, by the start of the path and the call.
    var faults: [(prefix: String, isWhole: Bool, call: Call, code: Int32)] = []
    /// Paths of open files by address.
    var paths: [UInt: String] = [:]
    var originals: [UInt: UInt] = [:]
  }
  private static let state = Mutex(State())

  /// Makes every such call on files whose path starts so fail, until `mend`.
  static func fail(_ call: Call, under prefix: String, code: Int32) {
    install()
    state.withLock { $0.faults.append((prefix, false, call, code)) }
  }

  /// The same on one file alone.
  static func fail(_ call: Call, at path: String, code: Int32) {
    install()
    state.withLock { $0.faults.append((path, true, call, code)) }
  }

  static func mend(_ prefix: String) { state.withLock { $0.faults.removeAll { $0.prefix == prefix } } }

  /// Must run before the store is opened.
  static func install() {
    state.withLock { state in
      guard !state.isInstalled, let real = sqlite3_vfs_find(nil) else { return }
      state.isInstalled = true
      let copy = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)  // lives as long as the tests
      copy.initialize(to: real.pointee)
      copy.pointee.pNext = nil
      copy.pointee.zName = UnsafePointer(strdup("faulty"))
      copy.pointee.xOpen = openFile
      realVFS = UInt(bitPattern: real)
      sqlite3_vfs_register(copy, 1)
    }
  }

  fileprivate nonisolated(unsafe) static var realVFS: UInt = 0  // set once, before the layer is registered

  fileprivate static func opened(_ file: UnsafeMutablePointer<sqlite3_file>, _ path: String) {
    guard let methods = file.pointee.pMethods else { return }
    let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    copy.initialize(to: methods.pointee)
    copy.pointee.xSync = syncFile
    copy.pointee.xWrite = writeFile
    state.withLock { state in
      state.paths[UInt(bitPattern: file)] = path
      state.originals[UInt(bitPattern: file)] = UInt(bitPattern: methods)
    }
    file.pointee.pMethods = UnsafePointer(copy)
  }

  fileprivate static func fault(_ file: UnsafeMutablePointer<sqlite3_file>, _ call: Call) -> Int32? {
    state.withLock { state in
      guard let path = state.paths[UInt(bitPattern: file)] else { return nil }
      return state.faults.first {
        $0.call == call && ($0.isWhole ? path == $0.prefix : path.hasPrefix($0.prefix))
      }?.code
    }
  }

  fileprivate static func original(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafePointer<sqlite3_io_methods>? {
    UnsafePointer(bitPattern: state.withLock { $0.originals[UInt(bitPattern: file)] } ?? 0)
  }
}

private func openFile(
  _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?,
  _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32, _ out: UnsafeMutablePointer<Int32>?
) -> Int32 {
  guard let real = UnsafeMutablePointer<sqlite3_vfs>(bitPattern: FaultyDisk.realVFS), let file else {
    return SQLITE_CANTOPEN
  }
  let code = real.pointee.xOpen(real, name, file, flags, out)
  if code == SQLITE_OK, let name { FaultyDisk.opened(file, String(cString: name)) }
  return code
}

private func syncFile(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32) -> Int32 {
  guard let file, let methods = FaultyDisk.original(file) else { return SQLITE_IOERR }
  return FaultyDisk.fault(file, .sync) ?? methods.pointee.xSync(file, flags)
}

private func writeFile(
  _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: sqlite3_int64
) -> Int32 {
  guard let file, let methods = FaultyDisk.original(file) else { return SQLITE_IOERR }
  return FaultyDisk.fault(file, .write) ?? methods.pointee.xWrite(file, bytes, count, offset)
}
