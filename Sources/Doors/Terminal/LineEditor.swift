import CEdit
import Glibc
import Synchronization

/// libedit's line editing with a history file and completion of commands. Used by one thread only.
final class LineEditor {
  private let historyFile: String?

  init(historyFile: String?, words: [String]) {
    self.historyFile = historyFile
    // in the C locale libedit cannot take a prompt that is not ASCII, and ends the program
    _ = setlocale(LC_CTYPE, "C.UTF-8") ?? setlocale(LC_CTYPE, "en_US.UTF-8")
    completions.withLock { $0 = words.sorted() }
    using_history()
    stifle_history(1_000)
    if let historyFile { read_history(historyFile) }
    th_edit_set_completion(completeLine)
  }

  func read(prompt: String) -> String? {
    // marks around the colour codes keep the cursor in the right column
    let marked = prompt.replacing("\u{1B}[36m", with: "\u{1}\u{1B}[36m\u{1}").replacing(
      "\u{1B}[0m", with: "\u{1}\u{1B}[0m\u{1}")
    guard let line = readline(marked) else { return nil }
    defer { free(line) }
    if line.pointee != 0 {
      add_history(line)
      if let historyFile {
        let before = umask(0o077)
        write_history(historyFile)
        umask(before)
      }
    }
    return String(cString: line)
  }
}

/// What Tab offers; a C callback can reach only a global.
private let completions = Mutex<[String]>([])

private func completeLine(
  _ text: UnsafePointer<CChar>?, _ start: Int32, _ end: Int32
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
  th_edit_no_more_completion()
  guard start == 0 else { return nil }
  return rl_completion_matches(text, nextCompletion)
}

private func nextCompletion(_ text: UnsafePointer<CChar>?, _ state: Int32) -> UnsafeMutablePointer<CChar>? {
  guard let text else { return nil }
  let prefix = String(cString: text)
  let found = completions.withLock { $0.filter { $0.hasPrefix(prefix) } }
  guard Int(state) < found.count else { return nil }
  return strdup(found[Int(state)])
}
