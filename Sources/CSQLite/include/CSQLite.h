// C shim for SQLite: calls with a variable number of arguments, which Swift does not have.
#pragma once

// Closing the connection (an sqlite3 *) neither checkpoints nor deletes the WAL, even where it is the last one.
void fz_sqlite_keep_wal(void *database);
