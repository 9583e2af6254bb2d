"""Names in the directory that the processes of a test run share; apart, as a unit run needs nothing more."""

RUN_LOCK = "run.lock"
KEEPER_LOCK = "keeper.lock"
