#include "CSQLite.h"
#include <sqlite3.h>

void fz_sqlite_keep_wal(sqlite3 *database) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
