/* SPDX-License-Identifier: AGPL-3.0-or-later
 * PostgreSQL behind the seam, through libpq (PostgreSQL 15 manual, chapter 34; 13 or newer).
 *
 * Values travel in binary (int8, text, bytea; results also int2, int4, bool, varchar, name), so
 * nothing is escaped and nothing is rounded. Each query is prepared once per connection under a
 * name of its own. Rows come one by one (single-row mode): memory does not grow with the answer.
 *
 * Traps
 *   COMMIT of a transaction that failed answers with success and the word ROLLBACK: the word is
 *   looked at. A connection that breaks in COMMIT leaves open whether the server did it: LJ_E_IO,
 *   never a success.
 *   A row function that has enough leaves rows on the wire; they are read and dropped, because a
 *   cancel request would break the transaction.
 *   A pooler that gives each transaction another server connection loses prepared statements: not
 *   supported. */
#include <errno.h>
#include <libpq-fe.h>

#include "base/num.h"
#include "store/store_priv.h"

enum {
    POSTGRES_OLDEST = 130000,
    OID_BOOL = 16, /* src/include/catalog/pg_type.dat */
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_VARCHAR = 1043,
    STATEMENT_NAME_LEN = 16, /* "q4294967295" */
};

/* ---- errors ---- */

/* Class and code of SQLSTATE, appendix A. The longest prefix first. */
static const struct {
    const char *state;
    lj_code code;
    int what; /* row of fail_with */
} states[] = {
    {"23505", LJ_E_CONFLICT,    0 },
    {"23503", LJ_E_CONFLICT,    1 },
    {"23502", LJ_E_INVALID,     2 },
    {"23",    LJ_E_INVALID,     3 },
    {"22",    LJ_E_INVALID,     3 },
    {"P0001", LJ_E_INVALID,     3 },
    {"40",    LJ_E_BUSY,        4 },
    {"55P03", LJ_E_BUSY,        5 },
    {"55006", LJ_E_BUSY,        5 },
    {"53100", LJ_E_IO,          6 },
    {"53200", LJ_E_NOMEM,       7 },
    {"53300", LJ_E_BUSY,        8 },
    {"53",    LJ_E_IO,          9 },
    {"54",    LJ_E_LIMIT,       10},
    {"57014", LJ_E_CANCELLED,   11},
    {"57",    LJ_E_IO,          12},
    {"58",    LJ_E_IO,          9 },
    {"08",    LJ_E_IO,          12},
    {"42501", LJ_E_FORBIDDEN,   13},
    {"XX001", LJ_E_FORMAT,      14},
    {"XX002", LJ_E_FORMAT,      14},
    {"3D",    LJ_E_NOT_FOUND,   15},
    {"0A",    LJ_E_UNSUPPORTED, 16},
    {"25006", LJ_E_INTERNAL,    17},
};

static lj_code fail_with(int what, lj_code code, lj_err *err)
{
    switch (what) {
    case 0:
        return lj_fail(err, code, UINT64_MAX, "unique: the key is there already");
    case 1:
        return lj_fail(err, code, UINT64_MAX, "foreign key: the other row is missing");
    case 2:
        return lj_fail(err, code, UINT64_MAX, "a column without a value");
    case 3:
        return lj_fail(err, code, UINT64_MAX, "a value that the column refuses");
    case 4:
        return lj_fail(err, code, UINT64_MAX, "two transactions met: run it again");
    case 5:
        return lj_fail(err, code, UINT64_MAX, "the database is locked");
    case 6:
        return lj_fail_os(err, code, ENOSPC, "the disk is full");
    case 7:
        return lj_fail(err, code, UINT64_MAX, "the database has no memory");
    case 8:
        return lj_fail(err, code, UINT64_MAX, "the database has too many connections");
    case 9:
        return lj_fail(err, code, UINT64_MAX, "the database cannot read or write");
    case 10:
        return lj_fail(err, code, UINT64_MAX, "too much for the database");
    case 11:
        return lj_fail(err, code, UINT64_MAX, "the query was cancelled");
    case 12:
        return lj_fail(err, code, UINT64_MAX, "the connection to the database broke");
    case 13:
        return lj_fail(err, code, UINT64_MAX, "the database does not permit it");
    case 14:
        return lj_fail(err, code, UINT64_MAX, "the database is damaged");
    case 15:
        return lj_fail(err, code, UINT64_MAX, "no such database");
    case 16:
        return lj_fail(err, code, UINT64_MAX, "not supported by this database");
    case 17:
        return lj_fail(err, code, UINT64_MAX, "a reader must not write");
    default:
        return lj_fail(err, code, UINT64_MAX, "a query does not work");
    }
}

/* result may be NULL: no memory, or no connection. */
static lj_code fail_postgres(store_conn *conn, const PGresult *result, lj_err *err)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result != NULL ? PQresultErrorMessage(result) : PQerrorMessage(conn->engine);
    store_message_set(conn, text);
    if (state == NULL) {
        bool is_broken = PQstatus(conn->engine) != CONNECTION_OK;
        return is_broken ? fail_with(12, LJ_E_IO, err) : fail_with(-1, LJ_E_INTERNAL, err);
    }
    for (size_t i = 0; i < LJ_COUNT_OF(states); i++) {
        if (strncmp(states[i].state, state, strlen(states[i].state)) == 0) {
            return fail_with(states[i].what, states[i].code, err);
        }
    }
    return fail_with(-1, LJ_E_INTERNAL, err);
}

/* ---- connecting ---- */

static void drop_notice(void *ctx, const PGresult *result)
{
    (void)ctx;
    (void)result; /* libraries never print */
}

static void postgres_disconnect(store_conn *conn)
{
    PQfinish(conn->engine);
    conn->engine = NULL;
}

static bool postgres_is_alive(const store_conn *conn)
{
    return conn->engine != NULL && PQstatus(conn->engine) == CONNECTION_OK;
}

static lj_code postgres_script(store_conn *conn, const char *sql, lj_err *err)
{
    PGresult *result = PQexec(conn->engine, sql);
    ExecStatusType status = PQresultStatus(result);
    lj_code code = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                       ? LJ_OK
                       : fail_postgres(conn, result, err);
    PQclear(result);
    return code;
}

/* One row of one text or NULL, for the questions of connecting. */
static lj_code ask_text(store_conn *conn, const char *sql, const char *const *args, int arg_count,
                        bool *out_there, lj_err *err)
{
    PGresult *result =
        PQexecParams(conn->engine, sql, arg_count, NULL, args, NULL, NULL, /* text: */ 0);
    lj_code code =
        PQresultStatus(result) == PGRES_TUPLES_OK ? LJ_OK : fail_postgres(conn, result, err);
    if (code == LJ_OK) {
        *out_there = PQntuples(result) == 1 && PQgetisnull(result, 0, 0) == 0;
    }
    PQclear(result);
    return code;
}

static lj_code schema_ready(store_conn *conn, lj_err *err)
{
    const char *args[] = {conn->db->schema};
    bool there = false;
    lj_code code = ask_text(conn, "SELECT to_regnamespace($1)::text", args, 1, &there, err);
    if (code != LJ_OK || there) {
        return code;
    }
    if (!conn->db->create) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "no such schema in the database");
    }
    lj_buf sql; /* the name is a plain word: store_open saw to it */
    lj_buf_init(&sql, NULL, 128);
    lj_buf_put_cstr(&sql, "CREATE SCHEMA IF NOT EXISTS ");
    lj_buf_put_cstr(&sql, conn->db->schema);
    lj_buf_put_u8(&sql, 0);
    code = lj_buf_ok(&sql) ? postgres_script(conn, (const char *)sql.ptr, err)
                           : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a name");
    lj_buf_done(&sql);
    return code;
}

static lj_code session_setup(store_conn *conn, lj_err *err)
{
    if (PQserverVersion(conn->engine) < POSTGRES_OLDEST) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "PostgreSQL older than 13");
    }
    const char *encoding = PQparameterStatus(conn->engine, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "a database that is not UTF-8");
    }
    lj_code code = schema_ready(conn, err);
    char wait[24];
    lj_buf digits;
    lj_buf_init(&digits, NULL, sizeof(wait));
    lj_buf_put_dec(&digits, conn->db->wait_ms);
    memset(wait, 0, sizeof(wait));
    if (lj_buf_ok(&digits)) {
        memcpy(wait, digits.ptr, digits.len);
    }
    lj_buf_done(&digits);
    const char *args[] = {conn->db->schema, wait, conn->is_writer ? "off" : "on"};
    bool there = false;
    return code != LJ_OK
               ? code
               : ask_text(conn,
                          "SELECT set_config('search_path', $1 || ', pg_temp', false),"
                          " set_config('lock_timeout', $2, false),"
                          " set_config('default_transaction_read_only', $3, false),"
                          " set_config('synchronous_commit',"
                          " CASE current_setting('synchronous_commit') WHEN 'remote_apply'"
                          " THEN 'remote_apply' ELSE 'on' END, false)",
                          args, 3, &there, err);
}

static lj_code postgres_connect(store_conn *conn, lj_err *err)
{
    /* what stands before dbname, the place may say otherwise */
    const char *const names[] = {"connect_timeout", "tcp_user_timeout",          "dbname",
                                 "client_encoding", "fallback_application_name", NULL};
    const char *const values[] = {"10", "30000", conn->db->place, "UTF8", "lijian", NULL};
    PGconn *made = PQconnectdbParams(names, values, /* expand_dbname= */ 1);
    if (made == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a connection");
    }
    conn->engine = made;
    (void)PQsetNoticeReceiver(made, drop_notice, NULL);
    lj_code code = LJ_OK;
    if (PQstatus(made) != CONNECTION_OK) {
        store_message_set(conn, PQerrorMessage(made));
        code = lj_fail(err, LJ_E_IO, UINT64_MAX, "no connection to the database");
    } else {
        code = session_setup(conn, err);
    }
    if (code != LJ_OK) {
        postgres_disconnect(conn);
    }
    return code;
}

/* ---- transactions ---- */

static void postgres_rollback(store_conn *conn)
{
    if (postgres_is_alive(conn) && PQtransactionStatus(conn->engine) != PQTRANS_IDLE) {
        PQclear(PQexec(conn->engine, "ROLLBACK"));
    }
}

static lj_code postgres_begin(store_conn *conn, store_begin how, lj_err *err)
{
    const char *sql = how == STORE_BEGIN_WRITE
                          ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                          : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";
    lj_code code = postgres_script(conn, sql, err);
    if (code != LJ_OK) {
        postgres_rollback(conn);
    }
    return code;
}

static lj_code postgres_commit(store_conn *conn, lj_err *err)
{
    PGresult *result = PQexec(conn->engine, "COMMIT");
    lj_code code = LJ_OK;
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        code = fail_postgres(conn, result, err);
    } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        code = lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the transaction had failed unseen");
    }
    PQclear(result);
    if (code != LJ_OK) {
        postgres_rollback(conn);
    }
    return code;
}

static lj_code postgres_defer_links(store_conn *conn, lj_err *err)
{
    return postgres_script(conn, "SET CONSTRAINTS ALL DEFERRED", err);
}

/* ---- queries ---- */

static void statement_name(char out[STATEMENT_NAME_LEN], uint32_t no)
{
    char digits[STATEMENT_NAME_LEN];
    size_t len = 0;
    do {
        digits[len++] = (char)('0' + no % 10);
        no /= 10;
    } while (no > 0);
    out[0] = 'q';
    for (size_t i = 0; i < len; i++) {
        out[1 + i] = digits[len - 1 - i];
    }
    out[1 + len] = '\0';
}

static Oid oid_of(char letter)
{
    return letter == 'i' ? OID_INT8 : letter == 't' ? OID_TEXT : OID_BYTEA;
}

static lj_code postgres_prepare(store_conn *conn, const store_query *query, uint32_t no, void **out,
                                lj_err *err)
{
    char *name = lj_arena_alloc(conn->arena, STATEMENT_NAME_LEN);
    if (name == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many queries for a connection");
    }
    statement_name(name, no);
    Oid types[STORE_ARGS_MAX];
    for (int i = 0; i < query->in_count; i++) {
        types[i] = oid_of(query->in[i]);
    }
    PGresult *result = PQprepare(conn->engine, name, query->postgres, query->in_count, types);
    lj_code code =
        PQresultStatus(result) == PGRES_COMMAND_OK ? LJ_OK : fail_postgres(conn, result, err);
    PQclear(result);
    if (code == LJ_OK) {
        *out = name;
    }
    return code;
}

static void postgres_forget(void *statement)
{
    (void)statement; /* goes with the connection */
}

typedef struct bound_args {
    const char *values[STORE_ARGS_MAX];
    int lens[STORE_ARGS_MAX];
    int formats[STORE_ARGS_MAX];
    uint8_t ints[STORE_ARGS_MAX][8];
} bound_args;

static bool args_bind(bound_args *bound, const store_value *args, int count)
{
    for (int i = 0; i < count; i++) {
        const store_value *arg = &args[i];
        bound->formats[i] = 1;
        bound->values[i] = NULL;
        bound->lens[i] = 0;
        if (arg->kind == STORE_INT) {
            for (int k = 0; k < 8; k++) {
                bound->ints[i][k] = (uint8_t)((uint64_t)arg->num >> (56 - 8 * k));
            }
            bound->values[i] = (const char *)bound->ints[i];
            bound->lens[i] = 8;
        } else if (arg->kind != STORE_NULL) {
            if (arg->bytes.len > INT32_MAX) {
                return false;
            }
            bound->values[i] = arg->bytes.len > 0 ? (const char *)arg->bytes.ptr : "";
            bound->lens[i] = (int)arg->bytes.len;
        }
    }
    return true;
}

/* Two's complement, high byte first, of 1, 2, 4 or 8 bytes. */
static int64_t int_of(const uint8_t *bytes, int len)
{
    uint64_t num = (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (int i = 0; i < len; i++) {
        num = num << 8 | bytes[i];
    }
    return (int64_t)num;
}

/* False for a type that the store does not know: sum() of bigint, say, which wants a cast. */
static bool column_read(const PGresult *result, int row, int column, store_value *out)
{
    if (PQgetisnull(result, row, column) != 0) {
        *out = store_null();
        return true;
    }
    const char *value = PQgetvalue(result, row, column);
    int len = PQgetlength(result, row, column);
    switch (PQftype(result, column)) {
    case OID_BOOL:
        *out = store_int(value[0] != 0);
        return true;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        *out = store_int(int_of((const uint8_t *)value, len));
        return true;
    case OID_TEXT:
    case OID_VARCHAR:
    case OID_NAME:
        *out = store_text(lj_slice_of(value, (size_t)len));
        return true;
    case OID_BYTEA:
        *out = store_bytes(lj_slice_of(value, (size_t)len));
        return true;
    default:
        return false;
    }
}

static lj_code postgres_rows(const PGresult *result, const store_query *query, store_sink *sink,
                             lj_err *err)
{
    if (PQnfields(result) != query->out_count) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "another count of columns than promised");
    }
    store_value columns[STORE_COLUMNS_MAX];
    for (int row = 0; row < PQntuples(result); row++) {
        for (int i = 0; i < query->out_count; i++) {
            if (!column_read(result, row, i, &columns[i])) {
                return lj_fail(err, LJ_E_INTERNAL, (uint64_t)i, "a column of a kind not used here");
            }
        }
        store_sink_row(sink, columns, query->out_count, err);
    }
    return LJ_OK;
}

static int64_t changed_of(PGresult *result)
{
    /* "INSERT 0 3": for SELECT it is the count of rows, which changed nothing */
    if (strncmp(PQcmdStatus(result), "SELECT", 6) == 0) {
        return 0;
    }
    int64_t count = 0;
    for (const char *at = PQcmdTuples(result); *at >= '0' && *at <= '9'; at++) {
        count = count * 10 + (*at - '0');
    }
    return count;
}

/* Reads the answer to its end, whatever happens on the way: only then the connection is free. */
static lj_code answer_read(store_conn *conn, const store_query *query, store_sink *sink,
                           lj_err *err)
{
    lj_code code = LJ_OK;
    for (PGresult *result = PQgetResult(conn->engine); result != NULL;
         result = PQgetResult(conn->engine)) {
        ExecStatusType status = PQresultStatus(result);
        if (code != LJ_OK) {
            /* already failed: only read on */
        } else if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
            code = sink->row != NULL ? postgres_rows(result, query, sink, err) : LJ_OK;
        } else if (status != PGRES_COMMAND_OK) {
            code = fail_postgres(conn, result, err);
        }
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            conn->changed = changed_of(result);
        }
        PQclear(result);
        if (PQstatus(conn->engine) != CONNECTION_OK) {
            break;
        }
    }
    if (code == LJ_OK && PQstatus(conn->engine) != CONNECTION_OK) {
        code = fail_postgres(conn, NULL, err);
    }
    return code;
}

static lj_code postgres_run(store_conn *conn, void *statement, const store_query *query,
                            const store_value *args, store_sink *sink, lj_err *err)
{
    bound_args bound;
    if (!args_bind(&bound, args, query->in_count)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "a value too long for the database");
    }
    if (PQsendQueryPrepared(conn->engine, statement, query->in_count, bound.values, bound.lens,
                            bound.formats, /* binary: */ 1) != 1) {
        return fail_postgres(conn, NULL, err);
    }
    if (query->out_count > 0) {
        (void)PQsetSingleRowMode(conn->engine);
    }
    return answer_read(conn, query, sink, err);
}

const store_driver store_driver_postgres = {
    .engine = STORE_POSTGRES,
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .is_alive = postgres_is_alive,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .script = postgres_script,
    .prepare = postgres_prepare,
    .forget = postgres_forget,
    .run = postgres_run,
    .defer_links = postgres_defer_links,
};
