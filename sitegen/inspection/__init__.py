"""Inspect the finished output as a visitor, a crawler and an inspector find it: page by page, then across pages.

`page` reads one page, `styles` one style sheet, `whole` looks across all of them; `output` brings what lies in the
output folder, and remembers it. Nothing here knows how the pages were made: the theme may be anybody's.

Exports `CODES`, `PageFacts`, `SiteFacts`, `StyleFacts`, `inspect_output`, `inspect_page`, `inspect_site`,
`inspect_style`, `pages_of_documents`, `site_facts`, `told_of`.
"""

from sitegen.inspection.codes import CODES
from sitegen.inspection.facts import PageFacts, SiteFacts, StyleFacts, pages_of_documents, site_facts
from sitegen.inspection.output import inspect_output, told_of
from sitegen.inspection.page import inspect_page
from sitegen.inspection.styles import inspect_style
from sitegen.inspection.whole import inspect_site

__all__ = [
    "CODES",
    "PageFacts",
    "SiteFacts",
    "StyleFacts",
    "inspect_output",
    "inspect_page",
    "inspect_site",
    "inspect_style",
    "pages_of_documents",
    "site_facts",
    "told_of",
]
