from tests.samples import sample_site

__all__ = ["sample_site"]
