# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' questions beside the standard fields, and what people answer."""
