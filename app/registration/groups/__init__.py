# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Several colleagues at once: registered by a contact person, or named for seats that are kept."""
