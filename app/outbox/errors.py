# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What can go wrong while a mail is handed over, and what each says about this mail and about all others."""


class DeliveryError(Exception):
    """The mail did not get out; the text is what the organiser may read."""


class RouteDown(DeliveryError):
    """The server cannot be used by anybody now: the queue pauses (F09)."""


class SignInRefused(RouteDown):
    """The server does not take our name and password: asked too often, it may lock the account (F17)."""


class NotNow(DeliveryError):
    """The server asks for patience with this message (F10), or hung up before it had the whole of it (F13)."""


class Never(DeliveryError):
    """The server refuses this message for good (F11, F12)."""


class Doubtful(DeliveryError):
    """The whole message was handed over and no answer came: it may have arrived (F06, F14)."""


class NotBegun(Exception):
    """Not a byte of the message leaves from here: another worker may hold it (F19), or a newer one exists (F20)."""
