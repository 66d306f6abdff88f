import CEdit
import Foundation
import Synchronization

/// Reads lines on a thread of its own: with history and completion at a terminal, plainly from a pipe.
package final class LineReader: Sendable {
  private let isInteractive: Bool
  private let historyFile: String?
  private let words: [String]
  private let requests = Mutex<[(String, CheckedContinuation<String?, Never>)]>([])
  private let wake = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - historyFile: kept with mode 0600 between runs; `nil` keeps none.
  ///   - words: what Tab completes at the start of a line.
  package init(isInteractive: Bool, historyFile: String?, words: [String]) {
    self.isInteractive = isInteractive
    self.historyFile = historyFile
    self.words = words
    let thread = Thread { [self] in serve() }
    thread.name = "th-terminal"
    thread.start()
  }

  /// The next line; `nil` at the end of input.
  package func next(prompt: String) async -> String? {
    await withCheckedContinuation { continuation in
      requests.withLock { $0.append((prompt, continuation)) }
      wake.signal()
    }
  }

  private func serve() {
    let editor = isInteractive ? LineEditor(historyFile: historyFile, words: words) : nil
    while true {
      wake.wait()
      guard let (prompt, continuation) = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
      let line = editor.map { $0.read(prompt: prompt) } ?? readLine(strippingNewline: true)
      continuation.resume(returning: line)
    }
  }
}
