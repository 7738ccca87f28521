# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a Fachtag usually needs, and how far from it a task may lie."""

from app.refusal import N_

FURTHEST = 730  # days before the day, or after it
MOST = 200  # tasks of a day
# Days before the day, and what is to be done until then: the weeks in which teams write their invitations, order the meal, print.
USUAL = (
    (84, N_("Agree on subject, date and hosts")),
    (77, N_("Book the venue and its rooms")),
    (70, N_("Ask who speaks and who facilitates")),
    (56, N_("Publish the day and open the registration")),
    (56, N_("Send the invitation to the agencies")),
    (28, N_("Release the agenda")),
    (21, N_("Order the meal by the answers so far")),
    (14, N_("Check who needs what: access, interpreting, child care")),
    (7, N_("Close the registration and look through the lists")),
    (3, N_("Print lists, badges and signs for the rooms")),
    (1, N_("Try the technique in every room")),
    (-7, N_("Write down results and agreements")),
    (-14, N_("Publish the documentation and thank everybody")),
)
