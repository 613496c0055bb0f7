// libpq, and what Swift cannot see of it.
#ifndef SWITCHBOARD_CPOSTGRES_H
#define SWITCHBOARD_CPOSTGRES_H

#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

/// What a server tells besides its answers is of no use here; libpq would print it.
static inline void cpostgres_ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

static inline void cpostgres_ignore_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, cpostgres_ignore_notice, 0);
}

// A macro in C.
static const int cpostgres_diag_sqlstate = PG_DIAG_SQLSTATE;

#endif
