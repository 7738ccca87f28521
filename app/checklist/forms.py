# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form of a task."""

from app.checklist.models import Task
from app.checklist.service import TaskFacts
from app.web.editing import Day, EditingForm, given_day, short_text
from app.web.texts import lazy_gettext as _l


class TaskForm(EditingForm):
    text = short_text(_l("What is to be done"), required=True)
    due = Day(
        _l("Until"), required=True, description=_l("When the date of the day changes, this one moves along.")
    )

    @classmethod
    def of(cls, task: Task, *, stored: bool = False) -> "TaskForm":
        data = {"text": task.text, "due": task.due, "version": str(task.version)}
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> TaskFacts:
        return TaskFacts(self.text.data or "", given_day(self.due.data))
