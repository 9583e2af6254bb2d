"""The kinds of tables that are understood, by name. A new one is one line here, and its page in docs/tables.md."""

from typing import Final

from services.tables.columns import TableFormat
from services.tables.forms.activities import ACTIVITIES
from services.tables.forms.agreements import AGREEMENTS
from services.tables.forms.plans import PLANS
from services.tables.forms.seats import SEATS
from services.tables.forms.values import VALUES

FORMATS: Final[dict[str, TableFormat]] = {
    form.name: form for form in (AGREEMENTS, PLANS, ACTIVITIES, SEATS, VALUES)
}
