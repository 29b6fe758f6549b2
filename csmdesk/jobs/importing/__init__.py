"""Import of a folder of files (CSV, Parquet, XLSX) as the source "import"."""

from csmdesk.jobs.importing.job import import_folder
from csmdesk.jobs.importing.report import ImportSummary

__all__ = ["ImportSummary", "import_folder"]
