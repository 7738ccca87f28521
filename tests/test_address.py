# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One judge of mail addresses: what it lets in leaves as a mail, and whoever takes an address in asks it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wtforms import EmailField, StringField
from wtforms.fields.core import UnboundField

from app.address import NoAddress, in_ascii, in_letters, read_address, sender_in_ascii
from app.factory import MODULES
from app.outbox.building import Mail
from app.outbox.mime import pack
from app.people.rules import address_key
from app.settings import SettingsError, read_settings
from app.web.forms import BaseForm, valid_address
from tests.house.test_imports import MODULES as FILES
from tests.house.test_imports import imports, name_of, parsed

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
UNREACHABLE = ["jürgen@example.org", "büro@example.org", "δοκιμή@example.org"]
NO_ADDRESS = ["", "anna", "anna@", "@example.org", "anna@localhost", "anna@example.org.", "a b@example.org",
    "Anna <anna@example.org>", "anna..b@example.org", '"anna"@example.org', "anna@[127.0.0.1]", "anna@mail.invalid",
    "anna@xn--zzzzz99.example", f"{'a' * 65}@example.org", f"anna@{'ü' * 70}.example", f"anna@{'a.' * 130}example",
    "anna@example.org\r\nBcc: x@example.org", "anna\u2028@example.org", "an\ud800na@example.org", "anna@münch\0en.example",
]  # fmt: skip
SPELLINGS = [
    ("anna@müller.example", "anna@xn--mller-kva.example"),
    ("anna@straße.example", "anna@xn--strae-oqa.example"),
    ("anna@ämter.kreis-köln.example", "anna@xn--mter-koa.xn--kreis-kln-67a.example"),
    ("anna@παράδειγμα.example", "anna@xn--hxajbheg2az3al.example"),
]


@pytest.mark.parametrize("typed", [*UNREACHABLE, *NO_ADDRESS])
def test_what_our_mail_cannot_use_is_refused_with_the_reason(typed: str) -> None:
    """T44: our SMTP has no SMTPUTF8, so the part before the @ is ASCII."""
    with pytest.raises(NoAddress) as caught:
        read_address(typed)
    assert ("umlaut" in str(caught.value)) is (typed in UNREACHABLE)


@pytest.mark.parametrize(("letters", "ascii_"), SPELLINGS)
def test_a_domain_with_umlauts_has_two_spellings_and_one_key(letters: str, ascii_: str) -> None:
    for spelling in (letters, ascii_, letters.title(), ascii_.title()):
        assert read_address(spelling).casefold() == letters.casefold()
        assert in_ascii(spelling).casefold() == ascii_
        assert address_key(spelling) == address_key(letters)
        assert address_key(address_key(spelling)) == address_key(spelling)
    assert in_letters(ascii_) == letters
    assert in_letters(ascii_.partition("@")[2]) == letters.partition("@")[2]


NAMES = st.text("abcäöüßéłñαβЖ0129-.", min_size=1, max_size=12)


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(st.builds("{}@{}.example".format, st.text("abü.+-_'/", min_size=1, max_size=8), NAMES))
def test_what_is_let_in_leaves_and_keeps_its_key(typed: str) -> None:
    """Nobody is told "sent" for a mail that can never be built."""
    try:
        kept = read_address(typed)
    except NoAddress:
        return
    mail = Mail("Betreff", "Text", None, kept, reply_to=kept)
    parcel = pack(mail, sender=f"Büro <{kept}>", language="de", now=NOW)
    assert parcel.recipient == kept
    assert f"To: {in_ascii(kept)}\r\n".encode() in parcel.content
    assert f"Reply-To: {in_ascii(kept)}\r\n".encode() in parcel.content
    assert read_address(kept) == kept == in_letters(in_ascii(kept))
    assert address_key(typed) == address_key(kept) == address_key(in_ascii(kept))


def test_letters_of_full_width_are_plain_ones() -> None:
    assert read_address("ｊｏｎａｓ＠ｅｘａｍｐｌｅ.org") == "jonas@example.org"


def test_the_sender_may_have_a_name() -> None:
    assert sender_in_ascii("Büro <fachtag@müller.example>") == "fachtag@xn--mller-kva.example"


@pytest.mark.parametrize("sender", ["fachtag", "büro@example.org", "Fachtag <>"])
def test_a_sender_that_cannot_be_one_stops_the_start(sender: str) -> None:
    with pytest.raises(SettingsError, match="FACHTAG_MAIL_FROM is not a mail address"):
        read_settings({"FACHTAG_MODE": "demo", "FACHTAG_SECRET_KEY": "x", "FACHTAG_MAIL_FROM": sender})


# --- who takes an address in asks the judge --------------------------------------------------------------------------

# Here an address only finds an account; what does not fit finds none, and saying more would tell who has one (T09).
ONLY_LOOKED_UP = {"SignInForm.email", "ForgotPasswordForm.email"}
# Offers the columns of a table.
NO_TEXT = {"LookForm.email", "ImportForm.email"}


def _all_forms(form: type[BaseForm] = BaseForm) -> set[type[BaseForm]]:
    return {form}.union(*(_all_forms(one) for one in form.__subclasses__()))


def _mail_fields(form: type[Any]) -> dict[str, UnboundField]:
    fields = {name: getattr(form, name) for name in dir(form) if not name.startswith("_")}
    return {
        name: field
        for name, field in fields.items()
        if isinstance(field, UnboundField) and (issubclass(field.field_class, EmailField) or "email" in name)
    }


def test_every_field_for_an_address_asks_the_judge() -> None:
    assert MODULES  # every form is loaded
    found = {}
    for form in _all_forms():
        for name, field in _mail_fields(form).items():
            validators = field.kwargs.get("validators") or (field.args[1] if len(field.args) > 1 else ())
            if form.__module__.startswith("app."):
                found[f"{form.__name__}.{name}"] = valid_address in validators
                assert issubclass(field.field_class, StringField) or f"{form.__name__}.{name}" in NO_TEXT
    assert {name for name, asks in found.items() if not asks} == ONLY_LOOKED_UP | NO_TEXT
    assert len(found) > 12


def test_nobody_else_judges_addresses() -> None:
    judges = {
        name_of(path)
        for path in FILES
        if any(one.startswith("email_validator") for one in imports(parsed(path)))
    }
    others = {name_of(path) for path in FILES if "wtforms.validators.Email" in imports(parsed(path))}
    assert (judges, others) == ({"app/address.py"}, set())
