# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Kinds of agency, and when two spellings mean the same organisation."""

import unicodedata
from enum import Enum

from app.refusal import N_


class AgencyKind(Enum):
    KI = "ki"
    IMMIGRATION_OFFICE = "immigration_office"
    MUNICIPALITY = "municipality"
    STATE = "state"
    EMPLOYMENT = "employment"
    WELFARE = "welfare"
    MIGRANT_ORG = "migrant_org"
    EDUCATION = "education"
    OTHER = "other"


KIND_LABELS = {
    AgencyKind.KI: N_("Municipal integration centre"),
    AgencyKind.IMMIGRATION_OFFICE: N_("Immigration or naturalisation office"),
    AgencyKind.MUNICIPALITY: N_("Town or municipality"),
    AgencyKind.STATE: N_("State"),
    AgencyKind.EMPLOYMENT: N_("Employment services"),
    AgencyKind.WELFARE: N_("Welfare association"),
    AgencyKind.MIGRANT_ORG: N_("Migrants' organisation"),
    AgencyKind.EDUCATION: N_("Education and research"),
    AgencyKind.OTHER: N_("Other"),
}


LONGEST_KEY = 250  # of the column; one typed letter may become many ("\ufdfa" becomes eighteen)


def name_key(name: str) -> str:
    """The form under which spellings meet: case, width, accents composed alike, single spaces. Idempotent."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", name).casefold()).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())[:LONGEST_KEY].rstrip()
