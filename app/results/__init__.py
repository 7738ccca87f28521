# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a day leaves behind: findings, agreements, figures, photos and documents, and their publication."""
