"""Turn a task into bytes: every kind of output file, by name.

Exports `FORMATS`, `AssetFile`, `asset_tasks`, `compile_templates`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sitegen.formats.bundle import ZIP
from sitegen.formats.copyfile import ASSET, COPY, TEXT, AssetFile, asset_tasks
from sitegen.formats.docxfile import DOCX
from sitegen.formats.html import HTML, compile_templates
from sitegen.formats.pdf import PDF
from sitegen.model import Format

__all__ = ["FORMATS", "AssetFile", "asset_tasks", "compile_templates"]

FORMATS: Mapping[str, Format] = {format.name: format for format in (HTML, COPY, TEXT, ASSET, ZIP, DOCX, PDF)}
