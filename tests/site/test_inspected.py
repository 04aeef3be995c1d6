"""The finished sample, as `check` inspects it: nothing is found, and a fault put into it is."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path

import pytest

from sitegen.diagnostics import Diagnostic, render_text
from sitegen.engine import read_manifest
from sitegen.inspection import SiteFacts, inspect_output, pages_of_documents, site_facts
from sitegen.site import Options, check_site
from sitegen.workers import Workers
from tests.samples import ROOT, TODAY


@pytest.fixture(scope="module")
def known(sample_site: Path) -> tuple[Mapping[str, str], SiteFacts]:
    """The documents of the sample by their pages, and what the site says of itself."""
    moment = datetime.combine(TODAY, time(23, 59))
    options = Options(ROOT / "content", sample_site, ROOT / "themes", as_of=moment, cache=None, search=False)
    checked = check_site(options)
    facts = site_facts(checked.tree.config, checked.tree.checking)
    return pages_of_documents(checked.catalog, "content"), facts


def inspect(out: Path, known: tuple[Mapping[str, str], SiteFacts]) -> tuple[Diagnostic, ...]:
    manifest = read_manifest(out)
    assert manifest is not None
    with Workers(1) as workers:
        return inspect_output(out, manifest, *known, {}, workers.run)


def test_nothing_is_found_in_the_sample(sample_site: Path, known: tuple[Mapping[str, str], SiteFacts]) -> None:
    assert render_text(inspect(sample_site, known)) == ""


def test_every_document_and_single_page_is_known_with_its_source(
    known: tuple[Mapping[str, str], SiteFacts],
) -> None:
    names, _ = known
    assert names["doc/kjgf-2024-03/index.html"].startswith("content/fd-01-gfx/")
    assert names["zn/index.html"].startswith("content/zn/")
    assert all((ROOT / source).is_file() for source in names.values())


def test_missing_page_and_faded_colour_are_found(
    sample_site: Path, known: tuple[Mapping[str, str], SiteFacts], tmp_path: Path
) -> None:
    out = shutil.copytree(sample_site, tmp_path / "public")
    (out / "fd-01-jd/index.html").unlink()
    style = out / "assets/style.css"
    style.write_text(style.read_text(encoding="utf-8").replace("--grey:#555b63", "--grey:#999"), encoding="utf-8")
    codes = {diagnostic.code for diagnostic in inspect(out, known)}
    assert codes == {"L300", "A213"}
