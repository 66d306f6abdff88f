import CLinux

/// The threads that Swift runs tasks on.
package enum WorkerThread {
  /// Lets the threads that take messages in and write them run first: what is handled on this one may wait, an
  /// acknowledgement that comes late is a message sent twice. Costs nothing after a thread's first call.
  package static func stepBack() { th_thread_step_back(niceness) }

  /// Of -20…19; at 10 the kernel gives a busy thread a tenth of what one at 0 gets, and all of an idle core.
  private static let niceness: Int32 = 10
}
