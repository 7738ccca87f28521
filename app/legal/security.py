# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""security.txt (SEC-12, RFC 9116)."""

from datetime import UTC, datetime, timedelta

from app.address import sender_in_ascii
from app.ical.text import mailto
from app.settings import Settings

SECURITY_TEXT_LIVES = timedelta(days=180)  # RFC 9116, 2.5.5: less than a year


def security_text(settings: Settings, now: datetime) -> str:
    """The operator's file, else one that names the sender's mailbox, which is read."""
    own = settings.data_dir / "legal" / "security.txt"
    if own.is_file():
        return own.read_text(encoding="utf-8", errors="replace")
    first_of_month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {mailto(sender_in_ascii(settings.mail_from))}",
        f"Expires: {first_of_month + SECURITY_TEXT_LIVES:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: de, en",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    )
    return "\n".join(lines) + "\n"


def security_text_faults(settings: Settings, now: datetime) -> list[str]:
    """What RFC 9116 would have against it: no contact, no date, or a date that is over."""
    fields = dict(
        line.split(":", 1) for line in reversed(security_text(settings, now).splitlines()) if ":" in line
    )
    faults = [f"security.txt: {name} is missing" for name in ("Contact", "Expires") if name not in fields]
    if "Expires" in fields:
        try:
            expires = datetime.fromisoformat(fields["Expires"].strip())
            over = expires <= now
        except (ValueError, TypeError):
            faults.append("security.txt: Expires is no date and time with a time zone")
        else:
            faults += ["security.txt: Expires is over"] if over else []
    return faults
