# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Subscription feeds and downloads across slices. Every feed is a join of entries, cached under what it shows."""
