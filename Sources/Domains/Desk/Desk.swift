package import Actions
import Formats

/// The founder's desk: tasks and expenses by project, events of one's own and from calendar files, the day's agenda.
package enum Desk {
  package static let room = Room(
    name: "desk", migrations: DeskMigrations.all,
    actions: [
      AddTask.self, ListTasks.self, ChangeTask.self, FinishTask.self, CancelTask.self, ReopenTask.self,
      AddExpense.self, ListExpenses.self, TotalExpenses.self, ChangeExpense.self,
      RemoveExpense.self, TellIncome.self, TellAssigned.self,
      ShowAgenda.self, ShowConflicts.self, AddEvent.self, FindEvent.self, MoveEvent.self, RemoveEvent.self,
      LinkProject.self, UnlinkProject.self, ListProjects.self,
    ],
    dueHandlers: [DeskTask.dueHandler], importers: [CalendarImport.importer],
    lists: [ProjectBook.list, DeskTask.list, OwnEvent.list],
    deeds: DeskDeeds.all, forget: DeskRecords.forget, mentions: DeskMentions.all, export: DeskRecords.export)
}
