import Base
import Foundation
import Glibc
import RoomTesting
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
    let folder = try TestFolder("headers")
    let (input, output) = (folder.path + "/check.c", folder.path + "/said")
    try check.write(toFile: input, atomically: true, encoding: .utf8)
    let shell = try Spawn.start(
      ["/bin/sh", "-c", command, "sh", root.path], environment: ProcessInfo.processInfo.environment,
      streams: (.reading(input), .appending(output), .nowhere), keepsFiles: false)
    var status: Int32 = 0
    #expect(waitpid(shell, &status, 0) == shell)
    let said = try String(contentsOfFile: output, encoding: .utf8)
    #expect(status == 0 || status >> 8 == 77, "\(status) \(said)")
  }

  @Test("a missing library names the package that holds it")
  func missing() {
    let error = GraphicsError.missing("libcairo.so.2", package: "libcairo2")
    #expect(error.code == "graphics.libraryMissing" && error.sentence.contains("apt-get install libcairo2"))
  }
}
