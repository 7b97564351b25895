// C shim for SQLite: calls with a variable number of arguments, which Swift does not have.
#pragma once

typedef struct sqlite3 sqlite3;

// Closing the connection neither checkpoints nor deletes the WAL, even where it is the last one.
void fz_sqlite_keep_wal(sqlite3 *database);
