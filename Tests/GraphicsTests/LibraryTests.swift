import Foundation
import Testing

@testable import Graphics

@Suite("Libraries on first use")
struct LibraryTests {
  @Test("CCairo.h agrees with the installed headers, where those are installed")
  func headers() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    // Assigning each function to its field fails to compile where a type differs.
    let check = """
      #include <cairo.h>
      #include <cairo-pdf.h>
      #include <pango/pangocairo.h>
      #include "CCairo.h"
      #define TH_AGREES(library, result, name, parameters) table->name = name;
      void agree(struct th_cairo *table) { TH_CAIRO_FUNCTIONS(TH_AGREES) }
      """
    let command = """
      flags=$(pkg-config --cflags pangocairo 2>/dev/null) && command -v clang >/dev/null || exit 77
      clang -x c -fsyntax-only -Wall -Werror -I"$1/Sources/C/CCairo/include" $flags - 2>&1
      """
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", command, "sh", root.path]
    let (input, output) = (Pipe(), Pipe())
    shell.standardInput = input
    shell.standardOutput = output
    try shell.run()
    input.fileHandleForWriting.write(Data(check.utf8))
    try input.fileHandleForWriting.close()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0 || shell.terminationStatus == 77, "\(said)")
  }

  @Test("a missing library names the package that holds it")
  func missing() {
    let error = GraphicsError.missing("libcairo.so.2", package: "libcairo2")
    #expect(error.code == "graphics.libraryMissing" && error.sentence.contains("apt-get install libcairo2"))
  }
}
