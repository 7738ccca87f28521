# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Swaps of places after an allocation: offered, put together to chains, done when all agree, within its conditions."""
