"""sitegen: a folder of Markdown into a 政府信息公开专栏 as static pages."""

__version__ = "0.1.0"
