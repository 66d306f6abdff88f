/// Why a step or a run failed, as logs and programs have it; people read it in their language (`term` in the reply files).
enum WorkflowReason: String, CaseIterable {
  case late = "It took longer than it may."
  case declined = "It was declined."
  case failed = "It failed."
  case brokenOff = "It was broken off."
  case cancelled = "It was cancelled."
  case endedInside = "The workflow inside was ended."
  case endedAround = "What began it was ended."
  case endedUnasked = "It was ended before it was asked."
  case needsYes = "It needs a yes."
  case personGone = "Whoever it was for is not here any more."
  case tooDeep = "Too many workflows are inside each other."
  case tooLarge = "It would keep more than a workflow may."
  case tooLong = "Its list has more than 10,000 entries."
  case noWeb = "This house makes no calls to the web."
}
