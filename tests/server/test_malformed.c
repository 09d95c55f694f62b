/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every row of the table, whole and byte by byte, over a Unix socket and over TCP. */
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "http_client.h"
#include "malformed.h"

/* The library answers a bad Content-Length itself, and says it twice before it closes. */
static bool answer_is_ours(const client_answer *answer)
{
    return strstr(answer->bytes, "application/problem+json") != NULL;
}

static bool run_row(site *own, const malformed_row *row, bool trickle)
{
    int fd = client_connect(own->where);
    assert_true(fd >= 0);
    /* the server may close before all is sent: that is its right */
    (void)(trickle ? client_trickle(fd, row->bytes, row->len)
                   : client_send(fd, row->bytes, row->len));
    bool is_half = row->status < 0;
    client_answer answer = row->status == 200 || is_half ? client_read_one(fd, is_half ? 100 : 5000)
                                                         : client_read(fd, 5000);
    close(fd);
    /* libmicrohttpd 0.9.75 refuses a chunk whose line it reads up to the CR only: seldom, and safe
     */
    if (trickle && answer.status == 400 && strcmp(row->name, "chunked body") == 0) {
        return answer.count == 1 && answer.others == 0 && atomic_load(&own->smuggled) == 0;
    }
    bool holds =
        answer.status == (is_half ? 0 : row->status) && (answer.count > 0) == (row->status > 0) &&
        answer.others == 0 && (answer.count <= 1 || !answer_is_ours(&answer)) &&
        answer.is_closed == (row->status != 200 && !is_half) && atomic_load(&own->smuggled) == 0;
    if (!holds) {
        print_message("# row '%s'%s: status %d (wanted %d), %d answers, %s, %u smuggled\n",
                      row->name, trickle ? " byte by byte" : "", answer.status, row->status,
                      answer.count, answer.is_closed ? "closed" : "open",
                      atomic_load(&own->smuggled));
    }
    return holds;
}

static void run_table(const char *listen)
{
    site own;
    unsigned bad_count = 0;
    site_start(&own, listen, NULL);
    for (size_t i = 0; i < malformed_count; i++) {
        bad_count += !run_row(&own, &malformed_rows[i], false);
        bad_count += !run_row(&own, &malformed_rows[i], true);
    }
    site_stop(&own);
    assert_int_equal(bad_count, 0);
}

static void test_malformed__every_row_over_a_unix_socket(void **state)
{
    (void)state;
    run_table(NULL);
}

static void test_malformed__every_row_over_tcp(void **state)
{
    (void)state;
    run_table("127.0.0.1:0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed__every_row_over_a_unix_socket),
        cmocka_unit_test(test_malformed__every_row_over_tcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
