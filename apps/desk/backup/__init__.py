"""One file that holds the whole office: the database and every file (docs/decisions/0022-backup.md).

    backup OUT.tar      manifest.json · rows/<app.model>.jsonl · files/<path below MEDIA_ROOT, or in the bucket>
    restore IN.tar      into an empty place, on SQLite or PostgreSQL, wherever it was made

The manifest names every other member with its size and SHA-256, the number of rows of each table, the migrations that
had been applied, and the head of the audit trail.
"""
