"""Foreign files (md, txt, html, csv) into documents with front matter, and a report of what was dropped or guessed.

Exports `Draft`, `Attached`, `Note`, `NoteKind`, `Refusal`, `UnreadableError`, `Importer`, `IMPORTERS`, `ImportReport`,
`read_drafts`, `write_drafts`, `dump_front_matter`.
"""

from sitegen.importers.draft import Attached, Draft, Importer, Note, NoteKind, Refusal, UnreadableError
from sitegen.importers.read import IMPORTERS, read_drafts
from sitegen.importers.write import ImportReport, dump_front_matter, write_drafts

__all__ = [
    "IMPORTERS",
    "Attached",
    "Draft",
    "ImportReport",
    "Importer",
    "Note",
    "NoteKind",
    "Refusal",
    "UnreadableError",
    "dump_front_matter",
    "read_drafts",
    "write_drafts",
]
