"""The schema: its root fields, and the checks it passes before it serves."""

from typing import Annotated, Any, Final
from uuid import UUID

import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from domain.ids import COMMONS
from readapi import columns, organisation, registry
from readapi.arguments import AsOfArgument, Kinds, LeastStage, Partnerships, Provinces
from readapi.asof import AsOfInput, clock
from readapi.changes import Subscription
from readapi.codes import PartnershipOrder, SubmissionStage, TerritoryScheme
from readapi.comparison import INDICATOR_COMPARISON
from readapi.comparison_parts import IndicatorComparison, IndicatorInput, PeriodInput
from readapi.compiler import check
from readapi.fields import sized
from readapi.indicator import INDICATORS, Indicator
from readapi.national import AGREEMENT_MATRIX, AgreementMatrix
from readapi.national_views import NationalViews
from readapi.organisation import Organisation
from readapi.paging import FIRST, LIST_MAX, After, First, Page, page
from readapi.prepared import Prepared
from readapi.reading import Info
from readapi.registry import Partnership, PartnershipPage
from readapi.scalars import SCALARS
from readapi.series import INDICATOR_SERIES
from readapi.series_codes import SeriesGrouping
from readapi.series_parts import IndicatorSeries, Periods, PopulationInput
from readapi.shapes import OfBody
from readapi.theme_list import THEME_LISTS, ThemeList
from readapi.view import answered

MATRIX: Final = 500
"""Counted for a matrix, which reads many rows to give few."""


@strawberry.type(
    description=(
        "Everything that can be read. GraphQL only reads; orders go to `/api/v1`. Readers see what is public; "
        "members of a body also see what is theirs."
    )
)
class Query(NationalViews):
    @sized("first", "The register as of a date.", registry.partnerships_shape)
    async def partnerships(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        as_of: AsOfArgument = None,
        provinces: Provinces = None,
        kinds: Kinds = None,
        with_succeeded: Annotated[
            bool, strawberry.argument(description="Also bodies in whose place others stand.")
        ] = False,
        order_by: Annotated[
            PartnershipOrder, strawberry.argument(description="Whose names decide the order.")
        ] = PartnershipOrder.NAME_EN,
    ) -> PartnershipPage:
        return await registry.partnerships(
            info.context,
            as_of=as_of,
            provinces=provinces,
            kinds=kinds,
            with_succeeded=with_succeeded,
            first=first,
            after=after,
            order_by=order_by,
        )

    @sized(
        1,
        "The body that a slug leads to, old slugs too; null where there is none.",
        OfBody("slug", registry.partnership_shape),
    )
    async def partnership(
        self,
        info: Info,
        slug: Annotated[str, strawberry.argument(description="Any slug the body has or had.")],
        as_of: Annotated[
            AsOfInput | None,
            strawberry.argument(description="The clocks of the body and what is below it; absent: now."),
        ] = None,
    ) -> Partnership | None:
        return await registry.partnership(info.context, slug, as_of)

    @sized(1, "An organisation of the commons by its id; null where none is listed.")
    async def organisation(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="Its id.")],  # noqa: A002 - the API's word
        as_of: AsOfArgument = None,
    ) -> Organisation | None:
        return await organisation.organisation(info.context, id, as_of)

    @sized("first", "The indicators of the commons, which every body may report of or align its own with.")
    async def catalogue(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Indicator]:
        reading = info.context
        place = reading.place(COMMONS, clock(as_of, reading.now))
        return await page(reading, INDICATORS, place, first=first, after=after, arguments=None)

    @sized(
        MATRIX,
        "One indicator across bodies for one period, with its total or why there is none; null where there is no "
        "such indicator that the reader may see.",
        INDICATOR_COMPARISON.shape,
    )
    async def indicator_comparison(
        self,
        info: Info,
        *,
        indicator: Annotated[IndicatorInput, strawberry.argument(description="The indicator to compare.")],
        period: Annotated[PeriodInput, strawberry.argument(description="The period of the figures, exactly.")],
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
        stage: LeastStage = SubmissionStage.PUBLISHED,
    ) -> IndicatorComparison | None:
        return await answered(
            info.context,
            INDICATOR_COMPARISON,
            indicator=indicator,
            period=period,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            partnerships=partnerships,
            stage=stage,
        )

    @sized(
        MATRIX,
        "One indicator over several periods: together, or by body, province, kind, phase, lead or territory, and "
        "by the categories of a dimension; with growth, targets, and per 1,000 people. Null where there is no "
        "such indicator that the reader may see.",
        INDICATOR_SERIES.shape,
    )
    async def indicator_series(
        self,
        info: Info,
        *,
        indicator: Annotated[IndicatorInput, strawberry.argument(description="The indicator to compare.")],
        periods: Periods,
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
        stage: LeastStage = SubmissionStage.PUBLISHED,
        by: Annotated[
            SeriesGrouping, strawberry.argument(description="What figures are brought together by.")
        ] = SeriesGrouping.ALL,
        dimension: Annotated[
            str | None,
            strawberry.argument(description="A dimension of the indicator: its categories come beside the whole."),
        ] = None,
        per_thousand_of: Annotated[
            PopulationInput | None,
            strawberry.argument(description="The population that figures are told per 1,000 of."),
        ] = None,
    ) -> IndicatorSeries | None:
        return await answered(
            info.context,
            INDICATOR_SERIES,
            indicator=indicator,
            periods=periods,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            partnerships=partnerships,
            stage=stage,
            by=by,
            dimension=dimension,
            per_thousand_of=per_thousand_of,
        )

    @sized("first", "The lists of themes that all share, from the commons, by code.")
    async def theme_lists(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[ThemeList]:
        place = info.context.place(COMMONS, clock(as_of, info.context.now))
        return await page(info.context, THEME_LISTS, place, first=first, after=after)

    @sized(
        MATRIX,
        "Agreements by programme and territory, and mandated providers beside them.",
        AGREEMENT_MATRIX.shape,
    )
    async def agreement_matrix(
        self,
        info: Info,
        *,
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
        programmes: Annotated[
            list[str] | None,
            strawberry.argument(description=f"Only these programmes or services, by code; at most {LIST_MAX}."),
        ] = None,
        territory_scheme: Annotated[
            TerritoryScheme | None,
            strawberry.argument(description="Only territories of this classification become columns."),
        ] = None,
        follow_lineage: Annotated[
            bool,
            strawberry.argument(
                description="With `partnerships`: also the bodies in whose place these stand; else not."
            ),
        ] = False,
    ) -> AgreementMatrix:
        return await answered(
            info.context,
            AGREEMENT_MATRIX,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            partnerships=partnerships,
            programmes=programmes,
            territory_scheme=territory_scheme,
            follow_lineage=follow_lineage,
        )


class _Quiet(strawberry.Schema):
    """The endpoint logs and masks errors; strawberry would print them with their values."""

    def process_errors(self, *_: object, **__: object) -> None:
        return None


class UsePrepared(SchemaExtension):
    """Takes parsing and validation from the document that the endpoint prepared and keeps.

    strawberry's own `ValidationCache` never hits beside limiter factories (upstream issue 4635), and cost and
    limits need the document before execution anyway.
    """

    def on_parse(self) -> Any:
        prepared = self.execution_context.root_value
        if isinstance(prepared, Prepared):
            self.execution_context.graphql_document = prepared.document
        yield

    def on_validate(self) -> Any:
        if isinstance(self.execution_context.root_value, Prepared):
            self.execution_context.pre_execution_errors = []
        yield


def build() -> strawberry.Schema:
    """The schema, after the check of its table-backed types.

    Raises:
        SchemaMappingError: a type and its table disagree.
    """
    # sort_schema would break unions; the printed schema keeps the order of the code.
    built = _Quiet(
        query=Query,
        subscription=Subscription,
        extensions=[UsePrepared],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    columns.check()
    check.check()
    return built


schema: Final = build()
