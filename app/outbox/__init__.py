# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What has to leave the house: the intention to send, its one frozen rendering, and its way out.

A use case writes a row (`service.enqueue`) in its own transaction. The worker renders it once, freezes the bytes,
hands them to the mail server and writes down what became of it. Owns the tables message, route and heartbeat.
"""
