"""What is wrong with a committee's terms of reference, said in both languages."""

from typing import Final

from services.worded import form

WHATS: Final = {
    "the parts of a share": "les parts d’une fraction",
    "the numerator of a share": "le numérateur d’une fraction",
    "the members at a second meeting": "les membres à une seconde séance",
    "the days before a second meeting": "les jours avant une seconde séance",
    "the count of a quorum": "le nombre d’un quorum",
    "the meetings of a year": "les réunions d’une année",
    "the months of a term of office": "les mois d’un mandat",
    "the renewals of a term of office": "les renouvellements d’un mandat",
    "the seats of a sector": "les sièges d’un secteur",
    "the voting seats": "les sièges avec droit de vote",
    "kind of motion": "type de proposition",
    "sector": "secteur",
}

TERMS: Final = (
    form("terms", r"(.+): expected (\d+) to (\d+), got (-?\d+)", "{0}: {1} to {2}.", "{0} : de {1} à {2}."),
    form(
        "terms",
        r"more than all of them cannot be asked for",
        "More than all of them cannot be asked for.",
        "On ne peut exiger plus que la totalité.",
    ),
    form(
        "terms",
        r"a quorum is a share of the voting seats, a count, or both; got neither",
        "A quorum is a share of the voting seats, a count, or both.",
        "Un quorum est une part des sièges avec droit de vote, un nombre, ou les deux.",
    ),
    form(
        "terms",
        r"a casting vote breaks the tie of a simple majority; this one is '(\w+)'",
        "A casting vote breaks the tie of a simple majority; this one is {0}.",
        "La voix prépondérante départage une majorité simple; celle-ci est « {0} ».",
    ),
    form(
        "terms",
        r"a cadence says how many meetings there are, or that there is a yearly forum",
        "A cadence says how many meetings there are, or that there is a yearly forum.",
        "Une cadence indique un nombre de réunions, ou un forum annuel.",
    ),
    form(
        "terms",
        r"a quota says how many seats at least, or at most",
        "A quota says how many seats at least, or at most.",
        "Un quota indique un nombre minimal ou maximal de sièges.",
    ),
    form(
        "terms",
        r"majorities are given, and none for ordinary motions",
        "Majorities are given, and none for ordinary motions.",
        "Des majorités sont données, mais aucune pour les propositions ordinaires.",
    ),
    form(
        "terms",
        r"a committee that only deliberates has no majorities and no votes between meetings",
        "A committee that only deliberates has no majorities and no votes between meetings.",
        "Un comité qui ne fait que délibérer n’a ni majorités ni votes entre les réunions.",
    ),
    form(
        "terms",
        r"the (.+) '(\w+)' is named twice",
        "The {0} {1} is named twice.",
        "Le {0} « {1} » est nommé deux fois.",
    ),
)
