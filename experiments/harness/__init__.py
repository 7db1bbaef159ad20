"""What every paper script shares: data, engine, records, claims, statistics, reports."""
