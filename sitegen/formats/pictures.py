"""Give the formats that hold pictures the bytes of these. Exports `read_picture`."""

from __future__ import annotations

from pathlib import Path

from sitegen.diagnostics import SitegenError
from sitegen.model import Kit


def read_picture(kit: Kit, digest: str) -> bytes:
    """The bytes of the picture of this digest; raises `SitegenError` where its file has gone."""
    path = kit.sources[digest]
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SitegenError(f"读不到图片 {path}：{error.strerror}。请检查后重新构建。") from error
