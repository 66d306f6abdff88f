#if canImport(Glibc)
  import Glibc
#endif

/// A file's bytes, read by the kernel when they are touched and shared with every process that maps the file.
///
/// For files that are written beside and renamed into place, never changed: a file cut short under a map ends the
/// process that touches it.
// Sendable: the pages are mapped read-only and nothing here changes after `init`.
package final class MappedFile: @unchecked Sendable {
  package let bytes: UnsafeRawBufferPointer

  /// `nil` when there is no such file or it is empty.
  package init?(path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_size > 0,
      let start = mmap(nil, Int(facts.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { return nil }
    bytes = UnsafeRawBufferPointer(start: start, count: Int(facts.st_size))
  }

  /// Gives the pages back; those touched again are read again, from the kernel's cache as a rule.
  package func release() { madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED) }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
