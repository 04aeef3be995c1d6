"""What a build is asked, what it answers, and what is remembered of it.

Exports `Options`, `Extensions`, `BuildResult`, `Inputs`, `Last`, `named`, `Progress`, `silent`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sitegen.diagnostics import Diagnostic
from sitegen.engine import PublishReport
from sitegen.listing import Listing
from sitegen.model import DocId, Format, History, digest
from sitegen.store import Store

if TYPE_CHECKING:
    from sitegen.checks import RuleInfo
    from sitegen.importers import Importer
    from sitegen.views import View

Progress = Callable[[str, int, int], None]  # the step, how much is done, of how much


def silent(step: str, done: int, of: int) -> None:
    """Nobody is watching."""
    del step, done, of


@dataclass(frozen=True, slots=True)
class Options:
    """What to build, from where, to where, for when."""

    content: Path
    output: Path
    themes: Path
    as_of: datetime
    label: str = "content"  # how the content folder is called in messages
    theme: str = ""
    cache: Path | None = None
    preview: bool = False
    search: bool = True
    strict: bool = False
    keep_going: bool = False
    jobs: int | None = 1  # processes; None for as many as pay off
    is_ours: bool = False  # nobody else writes into the output folder, as in the preview: it is not looked at again
    release: bool = False  # write a new tree beside and switch, so that the whole site changes in one step


@dataclass(frozen=True, slots=True)
class Extensions:
    """The rules, pages, formats and importers in use; those of the product are `BUILTIN`."""

    rules: tuple[RuleInfo, ...] = ()
    views: tuple[View, ...] = ()
    formats: Mapping[str, Format] = field(default_factory=dict)
    importers: Mapping[str, Importer] = field(default_factory=dict)

    def plus(
        self,
        rules: Sequence[RuleInfo] = (),
        views: Sequence[View] = (),
        formats: Sequence[Format] = (),
        importers: Sequence[tuple[str, Importer]] = (),
    ) -> Extensions:
        """These and a site's own."""
        return Extensions(
            (*self.rules, *rules),
            (*self.views, *views),
            {**self.formats, **{entry.name: entry for entry in formats}},
            {**self.importers, **dict(importers)},
        )


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What is wrong; and what was published, unless nothing was."""

    diagnostics: tuple[Diagnostic, ...]
    report: PublishReport | None = None
    documents: int = 0
    withheld: int = 0
    pages: int = 0
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Inputs(NamedTuple):
    """Everything a build depends on, as far as it is known before documents are read."""

    now: int  # by the clock of the file system
    listing: Listing
    history: History
    notes: tuple[str, ...]
    digest: bytes  # of all of it, and of the options and the day; not of the time of day


class Last(NamedTuple):
    """What is remembered of the last build into an output folder."""

    inputs: bytes
    moment: datetime | None  # for which alone it holds; None for all of its day
    meta: bytes  # digest of everything but the bodies
    bodies: Mapping[DocId, str]  # digests
    files: int  # in the output
    result: BuildResult

    @staticmethod
    def of(store: Store, output: Path) -> Last | None:
        """What is remembered of the last build into this output."""
        blob = store.get(named("last", output))
        found: Last | None = pickle.loads(blob) if blob else None
        return found

    def holds(self, inputs: Inputs, options: Options) -> bool:
        """Whether a build now would say and make the same, if the output is as it was left."""
        if self.result.report is None or self.result.report.unknown:
            return False  # to be looked for again
        return bool(inputs.digest) and self.inputs == inputs.digest and self.moment in (None, options.as_of)


def named(what: str, output: Path) -> str:
    """The name under which something about this output folder is kept."""
    return f"{what}/{digest(str(output.absolute())).hex()}"
