# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Discussion tables as rows, and what a person reads of them; working them out is the slice `tables`."""
