"""Import of a folder of files (CSV, Parquet, XLSX) as the source "import"."""

from csmdesk.jobs.importing.job import ImportSummary, import_folder

__all__ = ["ImportSummary", "import_folder"]
