# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Allocation: from wishes to places. The model, its solver and the proof; values in, values out."""
