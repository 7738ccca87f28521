# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people agree to: asked one by one, never needed, withdrawn as easily as given."""
