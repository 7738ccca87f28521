# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Texts as people write them, and as nobody should: for the tests of app/formatting.py and of what renders it."""

from itertools import product

from hypothesis import strategies as st

SIZE = 100_000
_PIECES = (
    "[", "]", "](", "[[x](https://a.example/)", "[a](", "[a](https://", "[" * 50 + "]" * 50, "*", "**", "* ", "*a ", "*a* ",
    "**a *b ", "a* **b** ", "***a** b* ", "(*a", "*a*b", "*a\n* b\n", "* a\n", "- a\n", "- ", "1. a\n", "1. a\n2. b\n", "# a\n",
    "#", "# ", " ", "\n", "\t", "\t- a\n", "http://", "https://a(", "https://a()", "a@", "a.", "a@b.", "mailto:", "\\", "`", "_",
    "<", "&amp;", "\u2028", "\x00",
)  # fmt: skip
BAITS = [
    *(one * (SIZE // len(one) + 1) for one in _PIECES),
    "\n".join(" " * 2 * deep + "- a" for deep in range(400)),
    "\n".join(" " * 2 * deep + "1. a" for deep in range(400)),
    "\n".join(" " * 2 * (number % 200) + "1. a" for number in range(1_000)),
    "\n".join(f"{number % 999 + 1}. a" for number in range(20_000)),
    "a." * (SIZE // 2) + "@",
    "# " + " " * SIZE + "x",
]

_ADDRESSES = (
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)",
    "&#106;avascript:alert(1)", "javascript&colon;alert(1)", "javascript\u003aalert(1)", "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "file:///etc/passwd",
    "//evil.example", "\\\\evil.example", "/\\evil.example", "https:evil.example", "https:/evil.example", "https:///evil.example",
    "https://", "https://@evil.example", "https://bank.example@evil.example", "https://a:b@evil.example",
    "https://evil.example\"onmouseover=alert(1)", "https://evil.example'onmouseover='alert(1)", "https://evil.example/><script>",
    "https://evil.example/`-alert(1)-`", "https://[::1", "https://[evil", "http://a\x00b", "ftp://evil.example", "mailto:",
    "mailto:x", "mailto:a@b\nBcc: c@example.org", "mailto:a@example.org%0ABcc:x@example.org", "blob:https://evil.example/x",
    "intent://evil.example#Intent;end", "tel:+49", "http://\u202egro.elpmaxe",
)  # fmt: skip
_AROUND = (
    "[a]({})", "[a](<{}>)", "[a]( {} )", '[a]({} "title")', "[**a**]({})", "[a][1]\n\n[1]: {}", "<{}>", "![a]({})",
)  # fmt: skip
_MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<style>@import'//evil.example'</style>", "<!--<img src=x onerror=alert(1)>-->",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "</p></li></ul><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>", "\"><script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<base href=//evil.example>", "<form action=//evil.example><button>", "<meta http-equiv=refresh content=0;//evil.example>",
    "{{ 7 * 7 }}", "{% raw %}", "#panic(\"x\")", "\x1b]0;x\x07",
)  # fmt: skip
_PLACES = (
    "{}",
    "# {}",
    "- {}",
    "1. {}\n2. {}",
    "**{}**",
    "*{}*",
    "[{}](https://example.org/)",
    "- a\n  - {}",
)
HOSTILE = [
    *(around.format(address) for around, address in product(_AROUND, _ADDRESSES)),
    *(place.replace("{}", markup) for place, markup in product(_PLACES, _MARKUP)),
]

_WORDS = (
    "Kolleg*innen", "Freund*innen", "13. März 2027", "2023 - 2024", "+49 5221 12", "#Hashtag", "a_b_c.pdf", "**fett**", "*schräg*",
    "**", "*", "(*", "1.", "2.", "3)", "- ", "* ", "# ", "### ", "> ", "Wort", "ß", "[", "]", "[Name]", "a@example.org",
    "https://example.org/a", "https://example.org/(a)", "(", ")", ".", "`", "<b>", "&amp;", "\\", "|",
)  # fmt: skip


def written() -> st.SearchStrategy[str]:
    """Lines of words, marks and neither, in any order, without a link that has words of its own."""
    words = st.lists(st.sampled_from(_WORDS) | st.text("abc *#-1.2 ", max_size=5), max_size=6)
    line = st.builds(
        lambda blanks, begin, said: " " * blanks + begin + " ".join(said),
        st.integers(0, 7),
        st.sampled_from(["", "", "- ", "* ", "1. ", "2. ", "1) ", "# ", "## "]),
        words,
    )
    return st.lists(line, max_size=12).map("\n".join).filter(lambda text: "](" not in text)


def letters(text: str) -> str:
    """What may not be lost: letters; marks, digits before entries and blanks are looked at elsewhere."""
    return "".join(filter(str.isalpha, text))
