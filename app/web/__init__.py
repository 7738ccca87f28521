# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What every page needs: session, transaction, access, base form, filters, errors, headers. Knows no slice."""
