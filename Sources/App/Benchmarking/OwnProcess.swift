import Glibc

/// What this process itself costs, for benchmarks that run inside it.
enum OwnProcess {
  /// CPU time of the calling thread so far.
  static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// CPU time of all threads so far.
  static var wholeCPUSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static var residentKilobytes: Double {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    // "SIZE RESIDENT …" in pages.
    let fields = line.prefix { $0 != 0 }.split(separator: 0x20)
    guard fields.count > 1, let resident = Int(String(decoding: fields[1].map(UInt8.init), as: UTF8.self)) else {
      return 0
    }
    return Double(resident) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_024
  }
}
