# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Regions, districts and organisations: who works where. Owns the names under which people register."""
