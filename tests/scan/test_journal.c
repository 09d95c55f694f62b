/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The journal: what a kill, a power cut or another configuration leaves of it. */
#include <stdlib.h>

#include "scan/journal.h"
#include "support.h"

static const uint8_t config[LJ_SHA256_LEN] = {1, 2, 3};
static const uint8_t other_config[LJ_SHA256_LEN] = {3, 2, 1};

typedef struct folder {
    char *path;
    int fd;
} folder;

static folder folder_begin(void)
{
    folder made = {folder_make(), -1};
    lj_err err;
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, made.path, true, &made.fd, &err), LJ_OK);
    return made;
}

static void folder_end(folder *made)
{
    lj_os_close(made->fd);
    folder_remove(made->path);
    free(made->path);
}

typedef struct seen {
    uint32_t count, bytes;
    uint64_t offs[64];
} seen;

static lj_code on_record(void *ctx, journal_type type, uint64_t off, lj_slice payload, lj_err *err)
{
    seen *all = ctx;
    (void)err;
    assert_int_equal(type, all->count % 2 == 0 ? JOURNAL_FILE : JOURNAL_HIT);
    for (size_t i = 0; i < payload.len; i++) {
        assert_int_equal(payload.ptr[i], (uint8_t)(all->count + i));
    }
    all->offs[all->count] = off;
    all->count++;
    all->bytes += (uint32_t)payload.len;
    return LJ_OK;
}

static const size_t lens[] = {0, 1, 13, 100, 5, 0, 1000, 7};
enum { RECORDS = sizeof(lens) / sizeof(lens[0]) };

static void fill(journal *log)
{
    uint8_t payload[1000];
    lj_err err;
    for (uint32_t i = 0; i < RECORDS; i++) {
        for (size_t k = 0; k < lens[i]; k++) {
            payload[k] = (uint8_t)(i + k);
        }
        assert_int_equal(journal_add(log, i % 2 == 0 ? JOURNAL_FILE : JOURNAL_HIT,
                                     lj_slice_of(payload, lens[i]), NULL, &err),
                         LJ_OK);
    }
}

static void test_journal__gives_back_what_was_added(void **state)
{
    (void)state;
    folder at = folder_begin();
    lj_err err;
    journal *log = NULL;
    assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
    fill(log);
    assert_int_equal(journal_sync(log, &err), LJ_OK);
    uint8_t id[LJ_SIP_LEN];
    memcpy(id, journal_id(log), sizeof(id));
    journal_close(log);

    assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
    assert_memory_equal(id, journal_id(log), sizeof(id));
    seen all = {0};
    assert_int_equal(journal_replay(log, JOURNAL_HEAD_LEN, on_record, &all, &err), LJ_OK);
    assert_int_equal(all.count, RECORDS);
    lj_buf room;
    lj_buf_init(&room, NULL, 100000);
    assert_int_equal(journal_read(log, all.offs[6], JOURNAL_FILE, &room, &err), LJ_OK);
    assert_int_equal(room.len, 1000);
    assert_int_equal(journal_read(log, all.offs[6], JOURNAL_HIT, &room, &err), LJ_E_FORMAT);
    assert_int_equal(journal_read(log, all.offs[6] + 1, JOURNAL_FILE, &room, &err), LJ_E_FORMAT);
    lj_buf_done(&room);
    journal_close(log);
    folder_end(&at);
}

static void test_journal__a_torn_tail_is_cut_at_every_byte(void **state)
{
    (void)state;
    folder at = folder_begin();
    lj_err err;
    journal *log = NULL;
    assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
    fill(log);
    assert_int_equal(journal_flush(log, &err), LJ_OK);
    seen whole = {0};
    assert_int_equal(journal_replay(log, JOURNAL_HEAD_LEN, on_record, &whole, &err), LJ_OK);
    journal_close(log);
    size_t size = 0;
    char *bytes = file_read_all(at.path, "journal", &size);
    for (size_t cut = JOURNAL_HEAD_LEN; cut < size; cut++) {
        file_write_bytes(at.path, "journal", bytes, cut);
        assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
        seen all = {0};
        assert_int_equal(journal_replay(log, JOURNAL_HEAD_LEN, on_record, &all, &err), LJ_OK);
        uint32_t wanted = 0;
        while (wanted + 1 < RECORDS && whole.offs[wanted + 1] <= cut) {
            wanted++;
        }
        CHECK_ROW("whole records before the cut", all.count, wanted);
        CHECK_ROW("what is left ends with the last of them", journal_len(log), whole.offs[wanted]);
        /* and it goes on from there */
        static const uint8_t more[] = {0};
        uint64_t off = 0;
        assert_int_equal(journal_add(log, JOURNAL_PART, lj_slice_of(more, 1), &off, &err), LJ_OK);
        assert_int_equal(off, whole.offs[wanted]);
        assert_int_equal(journal_flush(log, &err), LJ_OK);
        journal_close(log);
    }
    free(bytes);
    folder_end(&at);
}

static void test_journal__a_flipped_bit_ends_the_replay_there(void **state)
{
    (void)state;
    folder at = folder_begin();
    lj_err err;
    journal *log = NULL;
    assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
    fill(log);
    assert_int_equal(journal_flush(log, &err), LJ_OK);
    seen whole = {0};
    assert_int_equal(journal_replay(log, JOURNAL_HEAD_LEN, on_record, &whole, &err), LJ_OK);
    journal_close(log);
    size_t size = 0;
    char *bytes = file_read_all(at.path, "journal", &size);
    for (size_t flip = JOURNAL_HEAD_LEN; flip < size; flip += 3) {
        bytes[flip] ^= 0x10;
        file_write_bytes(at.path, "journal", bytes, size);
        bytes[flip] ^= 0x10;
        assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
        seen all = {0};
        assert_int_equal(journal_replay(log, JOURNAL_HEAD_LEN, on_record, &all, &err), LJ_OK);
        uint32_t wanted = 0;
        while (wanted + 1 < RECORDS && whole.offs[wanted + 1] <= flip) {
            wanted++;
        }
        CHECK_ROW("records before the damage", all.count, wanted);
        journal_close(log);
    }
    free(bytes);
    folder_end(&at);
}

static void test_journal__another_configuration_or_a_damaged_head_begins_anew(void **state)
{
    (void)state;
    folder at = folder_begin();
    lj_err err;
    journal *log = NULL;
    assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
    fill(log);
    assert_int_equal(journal_flush(log, &err), LJ_OK);
    uint8_t id[LJ_SIP_LEN];
    memcpy(id, journal_id(log), sizeof(id));
    journal_close(log);
    assert_int_equal(journal_open(at.fd, "journal", other_config, &log, &err), LJ_OK);
    assert_int_equal(journal_len(log), JOURNAL_HEAD_LEN);
    assert_memory_not_equal(id, journal_id(log), sizeof(id));
    journal_close(log);
    size_t size = 0;
    char *bytes = file_read_all(at.path, "journal", &size);
    for (size_t flip = 0; flip < JOURNAL_HEAD_LEN; flip++) {
        bytes[flip] ^= 1;
        file_write_bytes(at.path, "journal", bytes, size);
        bytes[flip] ^= 1;
        assert_int_equal(journal_open(at.fd, "journal", other_config, &log, &err), LJ_OK);
        CHECK_ROW("a damaged head", memcmp(bytes + 8, journal_id(log), LJ_SIP_LEN) == 0, 0);
        journal_close(log);
    }
    free(bytes);
    folder_end(&at);
}

static void test_journal__is_renewed_under_the_same_key(void **state)
{
    (void)state;
    folder at = folder_begin();
    lj_err err;
    journal *log = NULL;
    journal *next = NULL;
    assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
    fill(log);
    assert_int_equal(journal_renew(log, &next, &err), LJ_OK);
    assert_memory_equal(journal_key(log), journal_key(next), LJ_SIP_LEN);
    assert_int_equal(journal_add(next, JOURNAL_FILE, (lj_slice){NULL, 0}, NULL, &err), LJ_OK);
    assert_int_equal(journal_replace(log, next, &err), LJ_OK);
    journal_close(log);
    journal_close(next);
    assert_int_equal(journal_open(at.fd, "journal", config, &log, &err), LJ_OK);
    seen all = {0};
    assert_int_equal(journal_replay(log, JOURNAL_HEAD_LEN, on_record, &all, &err), LJ_OK);
    assert_int_equal(all.count, 1);
    journal_close(log);
    folder_end(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal__gives_back_what_was_added),
        cmocka_unit_test(test_journal__a_torn_tail_is_cut_at_every_byte),
        cmocka_unit_test(test_journal__a_flipped_bit_ends_the_replay_there),
        cmocka_unit_test(test_journal__another_configuration_or_a_damaged_head_begins_anew),
        cmocka_unit_test(test_journal__is_renewed_under_the_same_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
