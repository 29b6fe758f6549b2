"""Import of a folder of files (CSV, Parquet, XLSX) as the source "import"."""
