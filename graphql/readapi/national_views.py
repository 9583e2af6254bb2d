"""Root fields of the national views of money, support, themes and seats."""

from typing import Annotated, Final
from uuid import UUID

import strawberry

from readapi import frozen_comparison
from readapi.arguments import AsOfArgument, Kinds, Partnerships, Provinces
from readapi.comparison_parts import IndicatorInput
from readapi.fields import sized
from readapi.frozen_comparison import FrozenComparison
from readapi.national_endorsements import NATIONAL_ENDORSEMENTS, NationalEndorsements
from readapi.national_funding import NATIONAL_FUNDING, NationalFunding
from readapi.national_portraits import NATIONAL_PORTRAITS, PortraitComparison
from readapi.national_sectors import SECTOR_COVERAGE, SectorCoverage
from readapi.national_themes import THEME_FREQUENCY, ThemeFrequencies, ThemeListInput
from readapi.portrait import PortraitFilterInput
from readapi.published import PUBLISHED_SERIES, PublishedGrouping, PublishedSeries
from readapi.reading import Info
from readapi.series_parts import Periods, PopulationInput
from readapi.view import answered

VIEW: Final = 500
"""Counted for a view, which reads many rows to give few."""


@strawberry.type(description="Views of the whole country.")
class NationalViews:
    @sized(
        VIEW,
        "Money of agreements in force: by programme, by source in cash and in kind, and per dollar.",
        NATIONAL_FUNDING.shape,
    )
    async def national_funding(
        self,
        info: Info,
        *,
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
    ) -> NationalFunding:
        return await answered(
            info.context,
            NATIONAL_FUNDING,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            partnerships=partnerships,
        )

    @sized(
        VIEW,
        "What is published of one indicator over periods, summed up, the same for every reader; null where the "
        "public may not see the indicator.",
        PUBLISHED_SERIES.shape,
    )
    async def published_series(
        self,
        info: Info,
        *,
        indicator: Annotated[IndicatorInput, strawberry.argument(description="The indicator.")],
        periods: Periods,
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        by: Annotated[
            PublishedGrouping, strawberry.argument(description="What figures are brought together by.")
        ] = PublishedGrouping.ALL,
    ) -> PublishedSeries | None:
        return await answered(
            info.context,
            PUBLISHED_SERIES,
            indicator=indicator,
            periods=periods,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            by=by,
            partnerships=None,
            dimension=None,
            per_thousand_of=None,
        )

    @sized(
        VIEW,
        "A comparison that a body froze to be cited; null where the reader may see no such one.",
        frozen_comparison.frozen_comparison_shape,
    )
    async def frozen_comparison(
        self,
        info: Info,
        owner: Annotated[str, strawberry.argument(description="The slug of the body that froze it.")],
        id: Annotated[UUID, strawberry.argument(description="Its id.")],  # noqa: A002 - the API's word
    ) -> FrozenComparison | None:
        return await frozen_comparison.frozen_comparison(info.context, owner, id)

    @sized(VIEW, "Endorsements that stand, by kind and by kind of endorser.", NATIONAL_ENDORSEMENTS.shape)
    async def national_endorsements(
        self,
        info: Info,
        *,
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
    ) -> NationalEndorsements:
        return await answered(
            info.context,
            NATIONAL_ENDORSEMENTS,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            partnerships=partnerships,
        )

    @sized(
        VIEW,
        "How often the themes of a list are met; null where the reader may see no such list.",
        THEME_FREQUENCY.shape,
    )
    async def theme_frequency(
        self,
        info: Info,
        *,
        theme_list: Annotated[ThemeListInput, strawberry.argument(description="The list of themes.")],
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
    ) -> ThemeFrequencies | None:
        return await answered(
            info.context,
            THEME_FREQUENCY,
            theme_list=theme_list,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            partnerships=partnerships,
        )

    @sized(VIEW, "Seats by sector, and how many of them are held.", SECTOR_COVERAGE.shape)
    async def sector_coverage(
        self,
        info: Info,
        *,
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
    ) -> SectorCoverage:
        return await answered(
            info.context, SECTOR_COVERAGE, as_of=as_of, kinds=kinds, provinces=provinces, partnerships=partnerships
        )

    @sized(
        VIEW,
        "Portraits of places side by side: one dimension of datasets whose keys name places, and its checks.",
        NATIONAL_PORTRAITS.shape,
    )
    async def portraits(
        self,
        info: Info,
        *,
        measure: Annotated[
            str | None,
            strawberry.argument(description="Figures of this category of `measure`; absent: those without one."),
        ] = None,
        by: Annotated[
            str | None,
            strawberry.argument(
                description="The dimension of the figures, such as `mrc`, `year` or `sex`; absent: totals alone."
            ),
        ] = None,
        where: Annotated[
            list[PortraitFilterInput] | None,
            strawberry.argument(description="The categories of other dimensions that the figures are under."),
        ] = None,
        vintage: Annotated[
            str | None, strawberry.argument(description="Only this vintage; absent: the latest of each dataset.")
        ] = None,
        per_thousand_of: Annotated[
            PopulationInput | None,
            strawberry.argument(description="Tell figures also per 1,000 people of this population."),
        ] = None,
        as_of: AsOfArgument = None,
        kinds: Kinds = None,
        provinces: Provinces = None,
        partnerships: Partnerships = None,
    ) -> PortraitComparison:
        return await answered(
            info.context,
            NATIONAL_PORTRAITS,
            measure=measure,
            by=by,
            where=where,
            vintage=vintage,
            per_thousand_of=per_thousand_of,
            as_of=as_of,
            kinds=kinds,
            provinces=provinces,
            partnerships=partnerships,
        )
