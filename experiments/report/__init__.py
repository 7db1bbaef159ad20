"""Reports: everything a reader sees, built from records alone. This package never trains."""
