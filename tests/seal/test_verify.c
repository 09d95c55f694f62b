/* SPDX-License-Identifier: AGPL-3.0-or-later
 * lijian-verify against the writers of src/seal, which share no code with it: what was written is
 * good, every kind of tampering is found. The tamper generator makes CASES cases of each kind from
 * a seed (200; 10,000 with LIJIAN_SOAK=1; fewer under sanitizers) and asks for 100 % of them. What
 * is done to the log is done well: numbers are given again, trailers fit, signatures are real. */
#include "../check.h"

#include <stdlib.h>

#include "base/num.h"
#include "log_build.h"
#include "run_verify.h"
#include "seal/base64.h"
#include "seal/proof.h"

enum { POINTS_MAX = 3 };

static lj_arena *arena;

/* Files of one case: "log", "point", "old0" ... "old2", "key". */
typedef struct files {
    lj_slice log;
    lj_slice point;
    lj_slice older[POINTS_MAX];
    uint32_t older_count;
    const seal_key *key;
} files;

static verify_result judge(const files *given)
{
    static const char *const names[POINTS_MAX] = {"old0", "old1", "old2"};
    const char *args[VERIFY_ARGS_MAX + 1] = {"log", "log.bin", "point", "--key", "key"};
    size_t count = 5;
    lj_buf pem;
    lj_buf_init(&pem, arena, SEAL_PEM_MAX);
    assert_int_equal(seal_key_export(given->key, &pem, NULL), LJ_OK);
    verify_put("key", lj_buf_slice(&pem));
    verify_put("log.bin", given->log);
    verify_put("point", given->point);
    for (uint32_t i = 0; i < given->older_count; i++) {
        verify_put(names[i], given->older[i]);
        args[count++] = "--older";
        args[count++] = names[i];
    }
    return verify_run(args);
}

static void check_status(const char *what, uint64_t no, const verify_result *result, int wanted)
{
    size_t len = strlen(result->line);
    if (result->status != wanted || len < 2 ||
        strchr(result->line, '\n') != result->line + len - 1) {
        fail_msg("%s, case %ju: status %d, wanted %d; said: %s", what, (uintmax_t)no,
                 result->status, wanted, result->line);
    }
}

static seal_scheme scheme_of(log_dice *dice)
{
    return dice_below(dice, 2) == 0 ? SEAL_SM2 : SEAL_ED25519;
}

static log_sample *sample_new(log_dice *dice, uint32_t count)
{
    log_sample *sample = lj_arena_alloc(arena, sizeof(*sample));
    assert_non_null(sample);
    log_begin(sample, arena, dice, dice_below(dice, 2) == 0 ? SEAL_SM3 : SEAL_SHA256);
    log_grow(sample, dice, count);
    sample->has_values = dice_below(dice, 2) == 0;
    return sample;
}

static log_sample *sample_copy(const log_sample *from)
{
    log_sample *copy = lj_arena_alloc(arena, sizeof(*copy));
    assert_non_null(copy);
    *copy = *from;
    return copy;
}

/* Times of checkpoints ascend with their sizes. */
static int64_t at_of(uint32_t size)
{
    return 1764000000000 + 1000 * (int64_t)size;
}

/* The honest files: the newest checkpoint over `size` entries, up to three older ones. */
static files honest(const log_sample *sample, log_dice *dice, uint32_t size)
{
    files made = {.key = log_key(scheme_of(dice), 0)};
    made.log = log_bytes(sample);
    made.point = log_point(sample, size, at_of(size), made.key);
    made.older_count = (uint32_t)dice_below(dice, POINTS_MAX + 1);
    for (uint32_t i = 0; i < made.older_count; i++) {
        uint32_t older = (uint32_t)dice_below(dice, size + 1);
        made.older[i] = log_point(sample, older, at_of(older), made.key);
    }
    return made;
}

/* ---- the kinds of tampering; each makes the files of one case ---- */

/* An entry says something else: by hand in the file, or written anew with everything fitting. */
static files tamper_edit(log_dice *dice)
{
    log_sample *sample = sample_new(dice, 1 + (uint32_t)dice_below(dice, 40));
    files made = honest(sample, dice, sample->count);
    uint32_t at = (uint32_t)dice_below(dice, sample->count);
    lj_slice leaf = sample->leaves[at];
    uint8_t *bytes = lj_arena_alloc(arena, leaf.len);
    memcpy(bytes, leaf.ptr, leaf.len);
    bytes[dice_below(dice, leaf.len)] ^= (uint8_t)(1 << dice_below(dice, 8));
    switch (dice_below(dice, 3)) {
    case 0: /* a bit of the file, the trailer stays */ {
        size_t off = lj_slice_find(made.log, leaf);
        assert_true(off < made.log.len);
        uint8_t *file = lj_arena_alloc(arena, made.log.len);
        memcpy(file, made.log.ptr, made.log.len);
        memcpy(file + off, bytes, leaf.len);
        made.log.ptr = file;
        return made;
    }
    case 1: /* a bit of the entry, the trailer fits */
        sample->leaves[at] = lj_slice_of(bytes, leaf.len);
        break;
    default:
        sample->leaves[at] = log_change(arena, leaf, dice);
        break;
    }
    made.log = log_bytes(sample);
    return made;
}

static files tamper_delete(log_dice *dice)
{
    log_sample *sample = sample_new(dice, 2 + (uint32_t)dice_below(dice, 40));
    files made = honest(sample, dice, sample->count);
    uint32_t at = (uint32_t)dice_below(dice, sample->count);
    uint32_t gone = 1 + (uint32_t)dice_below(dice, lj_min_size(3, sample->count - at));
    memmove(&sample->leaves[at], &sample->leaves[at + gone],
            (sample->count - at - gone) * sizeof(sample->leaves[0]));
    sample->count -= gone;
    if (dice_below(dice, 2) == 0) {
        log_renumber_all(sample);
    }
    if (dice_below(dice, 2) == 0) {
        log_grow(sample, dice, gone + (uint32_t)dice_below(dice, 3)); /* nothing is missing */
    }
    made.log = log_bytes(sample);
    return made;
}

static files tamper_reorder(log_dice *dice)
{
    log_sample *sample = sample_new(dice, 2 + (uint32_t)dice_below(dice, 40));
    files made = honest(sample, dice, sample->count);
    uint32_t a = (uint32_t)dice_below(dice, sample->count);
    uint32_t b = (a + 1 + (uint32_t)dice_below(dice, sample->count - 1)) % sample->count;
    lj_slice held = sample->leaves[a];
    sample->leaves[a] = sample->leaves[b];
    sample->leaves[b] = held;
    if (dice_below(dice, 2) == 0) {
        log_renumber_all(sample);
    }
    made.log = log_bytes(sample);
    return made;
}

/* Two histories with one key: a checkpoint of the other one is at hand. */
static files tamper_fork(log_dice *dice)
{
    log_sample *sample = sample_new(dice, (uint32_t)dice_below(dice, 20));
    log_sample *other = sample_copy(sample);
    uint32_t shared = sample->count;
    log_grow(sample, dice, 1 + (uint32_t)dice_below(dice, 20));
    log_grow(other, dice, 1 + (uint32_t)dice_below(dice, 20));
    uint32_t size = shared + 1 + (uint32_t)dice_below(dice, sample->count - shared);
    uint32_t other_size = shared + 1 + (uint32_t)dice_below(dice, other->count - shared);
    if (other_size > size && dice_below(dice, 2) == 0) {
        other_size = size;
        other->count = lj_min_size(size, other->count) == size ? other->count : size;
    }
    if (other_size > sample->count) {
        other_size = shared + 1;
    }
    files made = honest(sample, dice, size);
    made.older_count = (uint32_t)lj_min_size(made.older_count, POINTS_MAX - 1);
    made.older[made.older_count++] = log_point(other, other_size, at_of(other_size), made.key);
    return made;
}

static files tamper_cut(log_dice *dice)
{
    enum { HEAD_LEN = 44 };
    log_sample *sample = sample_new(dice, 1 + (uint32_t)dice_below(dice, 40));
    files made = honest(sample, dice, sample->count);
    if (dice_below(dice, 3) == 0) {
        made.log.len = HEAD_LEN + dice_below(dice, made.log.len - HEAD_LEN);
        return made;
    }
    sample->count = (uint32_t)dice_below(dice, sample->count);
    made.log = log_bytes(sample);
    return made;
}

static files tamper_tail(log_dice *dice)
{
    log_sample *sample = sample_new(dice, 1 + (uint32_t)dice_below(dice, 40));
    files made = honest(sample, dice, sample->count);
    uint32_t count = sample->count;
    sample->count = (uint32_t)dice_below(dice, count);
    log_grow(sample, dice, count - sample->count + (uint32_t)dice_below(dice, 5));
    made.log = log_bytes(sample);
    return made;
}

/* The body of one text with the signature of another. */
static lj_slice join(lj_slice body, lj_slice signature)
{
    lj_buf text;
    size_t body_len = lj_slice_find(body, LJ_BYTES("\n\n"));
    size_t from = lj_slice_find(signature, LJ_BYTES("\n\n"));
    lj_buf_init(&text, arena, SEAL_CHECKPOINT_MAX);
    lj_buf_put(&text, lj_slice_part(body, 0, body_len));
    lj_buf_put(&text, lj_slice_part(signature, from, SIZE_MAX));
    return lj_buf_slice(&text);
}

/* A log that was changed, with a checkpoint that fits it but is not signed by the owner of the key.
 */
static files tamper_signature(log_dice *dice)
{
    log_sample *sample = sample_new(dice, 2 + (uint32_t)dice_below(dice, 40));
    seal_scheme scheme = scheme_of(dice);
    files made = honest(sample, dice, sample->count);
    made.older_count = 0;
    made.key = log_key(scheme, 0);
    lj_slice signed_here = log_point(sample, sample->count, at_of(sample->count), made.key);
    lj_slice signed_before = log_point(sample, sample->count - 1, at_of(1), made.key);
    uint32_t at = (uint32_t)dice_below(dice, sample->count);
    sample->leaves[at] = log_change(arena, sample->leaves[at], dice);
    made.log = log_bytes(sample);
    lj_slice by_other = log_point(sample, sample->count, at_of(sample->count), log_key(scheme, 1));
    switch (dice_below(dice, 4)) {
    case 0:
        made.point = join(by_other, signed_here);
        break;
    case 1:
        made.point = join(by_other, signed_before);
        break;
    case 2:
        made.point = by_other;
        break;
    default: /* the other's signature under the right id */ {
        lj_buf text;
        size_t gap = lj_slice_find(by_other, LJ_BYTES("\n\nsig "));
        size_t id = gap + 6 + strlen(seal_scheme_name(scheme)) + 1;
        size_t own = lj_slice_find(signed_here, LJ_BYTES("\n\nsig ")) + id - gap;
        lj_buf_init(&text, arena, SEAL_CHECKPOINT_MAX);
        lj_buf_put(&text, lj_slice_part(by_other, 0, id));
        lj_buf_put(&text, lj_slice_part(signed_here, own, 32));
        lj_buf_put(&text, lj_slice_part(by_other, id + 32, SIZE_MAX));
        made.point = lj_buf_slice(&text);
        break;
    }
    }
    return made;
}

static uint64_t case_count(void)
{
    const char *soak = getenv("LIJIAN_SOAK");
    if (soak != NULL && strcmp(soak, "1") == 0) {
        return 10000;
    }
#ifdef LJ_ARENA_CHECKED
    return 20;
#else
    return 200;
#endif
}

static void check_kind(const char *name, files (*tamper)(log_dice *dice))
{
    uint64_t count = case_count();
    for (uint64_t no = 0; no < count; no++) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        log_dice dice = {no * 1000 + (uint64_t)name[0]};
        files made = tamper(&dice);
        verify_result result = judge(&made);
        check_status(name, no, &result, 1);
        lj_arena_rewind(arena, mark);
    }
}

static void test_verify__finds_every_edit(void **state)
{
    (void)state;
    check_kind("edit", tamper_edit);
}
static void test_verify__finds_every_deletion(void **state)
{
    (void)state;
    check_kind("delete", tamper_delete);
}
static void test_verify__finds_every_reordering(void **state)
{
    (void)state;
    check_kind("reorder", tamper_reorder);
}
static void test_verify__finds_every_fork(void **state)
{
    (void)state;
    check_kind("fork", tamper_fork);
}
static void test_verify__finds_every_cut_tail(void **state)
{
    (void)state;
    check_kind("cut tail", tamper_cut);
}
static void test_verify__finds_every_replaced_tail(void **state)
{
    (void)state;
    check_kind("tail replaced", tamper_tail);
}
static void test_verify__finds_every_swapped_signature(void **state)
{
    (void)state;
    check_kind("signature", tamper_signature);
}

/* ---- what is good is called good ---- */

static void test_verify__honest_logs_are_good(void **state)
{
    (void)state;
    uint64_t count = case_count() / 2;
    for (uint64_t no = 0; no < count; no++) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        log_dice dice = {no};
        log_sample *sample = sample_new(&dice, (uint32_t)dice_below(&dice, 60));
        uint32_t size = sample->count - (uint32_t)dice_below(&dice, sample->count / 4 + 1);
        files made = honest(sample, &dice, size);
        verify_result result = judge(&made);
        check_status("honest", no, &result, 0);
        assert_true((strstr(result.line, "later entries") != NULL) == (size < sample->count));
        assert_null(strstr(result.line, "NOT checked"));
        lj_arena_rewind(arena, mark);
    }
}

static void test_verify__says_that_no_key_was_given_and_speaks_chinese(void **state)
{
    (void)state;
    log_dice dice = {1};
    log_sample *sample = sample_new(&dice, 9);
    files made = honest(sample, &dice, 9);
    (void)judge(&made);
    verify_result result = verify_run((const char *const[]){"log", "log.bin", "point", NULL});
    check_status("no key", 0, &result, 0);
    assert_non_null(strstr(result.line, "NOT checked"));
    result = verify_run((const char *const[]){"--zh", "log", "log.bin", "point", NULL});
    assert_non_null(strstr(result.line, "完好：9 条记录"));
}

/* ---- where it is, as far as that can be said ---- */

static void test_verify__names_the_range_between_checkpoints(void **state)
{
    (void)state;
    log_dice dice = {23};
    log_sample *sample = sample_new(&dice, 40);
    files made = honest(sample, &dice, 40);
    made.older[0] = log_point(sample, 10, at_of(10), made.key);
    made.older[1] = log_point(sample, 20, at_of(20), made.key);
    made.older_count = 2;
    sample->leaves[13] = log_change(arena, sample->leaves[13], &dice);
    made.log = log_bytes(sample);
    verify_result result = judge(&made);
    check_status("range", 0, &result, 1);
    assert_non_null(strstr(result.line, "first difference lies in entries 10 to 19"));
    made.older_count = 0;
    result = judge(&made);
    assert_non_null(strstr(result.line, "cannot be told"));
}

static void test_verify__names_the_place_of_a_gap(void **state)
{
    (void)state;
    log_dice dice = {29};
    log_sample *sample = sample_new(&dice, 12);
    files made = honest(sample, &dice, 12);
    memmove(&sample->leaves[5], &sample->leaves[6], 6 * sizeof(sample->leaves[0]));
    sample->count--;
    made.log = log_bytes(sample);
    verify_result result = judge(&made);
    check_status("gap", 0, &result, 1);
    assert_non_null(strstr(result.line, "at place 5 stands the entry numbered 6"));
}

static void test_verify__a_log_that_was_cut_back_is_told_by_its_checkpoints(void **state)
{
    (void)state;
    log_dice dice = {31};
    log_sample *sample = sample_new(&dice, 30);
    files made = honest(sample, &dice, 20);
    made.older_count = 1;
    made.older[0] = log_point(sample, 30, at_of(20) - 1, made.key);
    verify_result result = judge(&made);
    check_status("cut back", 0, &result, 1);
    assert_non_null(strstr(result.line, "cut back"));
}

static void test_verify__values_must_fit_their_commitments(void **state)
{
    (void)state;
    log_dice dice = {37};
    log_sample *sample = sample_new(&dice, 20);
    sample->has_values = true;
    files made = honest(sample, &dice, 20);
    verify_result result = judge(&made);
    check_status("values", 0, &result, 0);
    assert_non_null(strstr(result.line, "values fit"));
    lj_slice value = sample->values[3].value;
    sample->values[3].value = LJ_BYTES("\x02other");
    made.log = log_bytes(sample);
    result = judge(&made);
    check_status("value", 0, &result, 1);
    assert_non_null(strstr(result.line, "is not what the entry commits to"));
    sample->values[3].value = value;
    sample->values[3].commitment.bytes[31] ^= 1;
    made.log = log_bytes(sample);
    result = judge(&made);
    check_status("stray value", 0, &result, 1);
    assert_non_null(strstr(result.line, "named by no entry"));
}

static void test_verify__erased_values_that_are_still_shown_are_counted(void **state)
{
    (void)state;
    log_dice dice = {41};
    log_sample *sample = sample_new(&dice, 20);
    seal_leaf leaf = {.commitment_count = 0};
    lj_buf buf;
    sample->has_values = true;
    for (uint32_t i = 0; leaf.commitment_count == 0; i++) {
        assert_int_equal(seal_leaf_read(sample->leaves[i], arena, &leaf, NULL), LJ_OK);
    }
    leaf.seq = sample->count;
    leaf.kind = SEAL_ERASURE;
    lj_buf_init(&buf, arena, SEAL_LEAF_MAX);
    assert_int_equal(seal_leaf_write(&leaf, &buf, NULL), LJ_OK);
    sample->leaves[sample->count++] = lj_buf_slice(&buf);
    files made = honest(sample, &dice, sample->count);
    verify_result result = judge(&made);
    check_status("erased", 0, &result, 0);
    assert_non_null(strstr(result.line, "of them shown although the log says they were erased"));
}

/* ---- damage of files ---- */

/* Every byte with one changed bit (every bit in a soak), every truncation. */
static void check_damage(const char *name, files *made, lj_slice *file)
{
    lj_slice whole = *file;
    uint8_t *bytes = lj_arena_alloc(arena, whole.len);
    size_t step = case_count() >= 10000 ? 1 : case_count() >= 200 ? 7 : 61;
    assert_non_null(bytes);
    memcpy(bytes, whole.ptr, whole.len);
    *file = lj_slice_of(bytes, whole.len);
    for (size_t bit = 0; bit < 8 * whole.len; bit += step) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        verify_result result = judge(made);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (result.status != 1 && result.status != 2) {
            fail_msg("%s, bit %zu: status %d: %s", name, bit, result.status, result.line);
        }
    }
    for (size_t len = 0; len < whole.len; len += (step + 1) / 2) {
        file->len = len;
        verify_result result = judge(made);
        if (result.status != 1 && result.status != 2) {
            fail_msg("%s, cut at %zu: status %d: %s", name, len, result.status, result.line);
        }
    }
    *file = whole;
}

static files small_case(void)
{
    log_dice dice = {43};
    log_sample *sample = sample_new(&dice, 4);
    sample->has_values = true;
    files made = honest(sample, &dice, 4);
    made.older_count = 0;
    return made;
}

static void test_verify__no_damage_of_an_export_passes(void **state)
{
    (void)state;
    files made = small_case();
    check_damage("export", &made, &made.log);
}

static void test_verify__no_damage_of_a_checkpoint_passes(void **state)
{
    (void)state;
    files made = small_case();
    check_damage("checkpoint", &made, &made.point);
}

/* ---- one entry with its proof ---- */

typedef struct shelf {
    seal_digest node[10][LOG_ENTRIES_MAX];
} shelf;

static lj_code shelf_put(void *ctx, uint32_t level, uint64_t idx, const seal_digest *node,
                         lj_err *err)
{
    (void)err;
    ((shelf *)ctx)->node[level][idx] = *node;
    return LJ_OK;
}

static lj_code shelf_lookup(void *ctx, uint32_t level, uint64_t idx, seal_digest *out, lj_err *err)
{
    (void)err;
    *out = ((shelf *)ctx)->node[level][idx];
    return LJ_OK;
}

static void put_proof(const log_sample *sample, uint64_t seq, uint32_t size)
{
    seal_hasher hasher;
    seal_proof proof;
    lj_buf text;
    shelf *s = lj_arena_alloc(arena, sizeof(*s));
    seal_nodes nodes = {s, shelf_put, shelf_lookup};
    assert_int_equal(seal_hasher_init(&hasher, sample->hash, NULL), LJ_OK);
    for (uint32_t i = 0; i < size; i++) {
        seal_digest leaf = seal_leaf_hash(&hasher, sample->leaves[i]);
        assert_int_equal(seal_merkle_append(&hasher, &nodes, i, &leaf, NULL), LJ_OK);
    }
    assert_int_equal(seal_merkle_inclusion(&hasher, &nodes, seq, size, &proof, NULL), LJ_OK);
    lj_buf_init(&text, arena, 8192);
    seal_inclusion_write(seq, size, &proof, &text);
    verify_put("proof", lj_buf_slice(&text));
    seal_hasher_done(&hasher);
}

static void test_verify__inclusion_of_an_entry(void **state)
{
    (void)state;
    static const char *const args[] = {"inclusion", "leaf", "proof", "point", "--key", "key", NULL};
    log_dice dice = {47};
    log_sample *sample = sample_new(&dice, 70);
    files made = honest(sample, &dice, 70);
    (void)judge(&made);
    for (uint32_t size = 1; size <= 70; size += 3) {
        uint64_t seq = dice_below(&dice, size);
        verify_put("point", log_point(sample, size, at_of(size), made.key));
        verify_put("leaf", sample->leaves[seq]);
        put_proof(sample, seq, size);
        verify_result result = verify_run(args);
        check_status("inclusion", size, &result, 0);
        verify_put("leaf", log_change(arena, sample->leaves[seq], &dice));
        result = verify_run(args);
        check_status("changed entry", size, &result, 1);
        verify_put("leaf", log_renumber(arena, sample->leaves[seq], seq + 1));
        result = verify_run(args);
        check_status("other number", size, &result, 1);
        if (size > 1) {
            verify_put("leaf", sample->leaves[seq]);
            put_proof(sample, (seq + 1) % size, size);
            result = verify_run(args);
            check_status("proof of another", size, &result, 1);
        }
    }
    verify_put("proof", LJ_BYTES("lijian-inclusion 1\nseq 01\nsize 70\n"));
    verify_result result = verify_run(args);
    check_status("no proof", 0, &result, 2);
}

/* ---- the command line ---- */

static void test_verify__shows_entries_and_their_values(void **state)
{
    (void)state;
    files made = small_case();
    (void)judge(&made);
    verify_result result = verify_run((const char *const[]){"show", "log.bin", NULL});
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.line, "0 2025-11-24T"));
    assert_non_null(strstr(result.line, "\n3 2025-11-24T"));
    result = verify_run((const char *const[]){"show", "log.bin", "2", NULL});
    assert_int_equal(result.status, 0);
    assert_int_equal(strncmp(result.line, "2 2025-", 7), 0);
    result = verify_run((const char *const[]){"show", "log.bin", "4", NULL});
    assert_int_equal(result.status, 2);
}

static void test_verify__wrong_use_and_other_files_are_status_2(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *args[7];
    } rows[] = {
        {"nothing",           {NULL}                                             },
        {"unknown word",      {"prove", "log.bin", "point", NULL}                },
        {"unknown option",    {"log", "log.bin", "point", "--fast", NULL}        },
        {"one file",          {"log", "log.bin", NULL}                           },
        {"key without file",  {"log", "log.bin", "point", "--key", NULL}         },
        {"no such file",      {"log", "none", "point", NULL}                     },
        {"a folder",          {"log", "/", "point", NULL}                        },
        {"checkpoint as log", {"log", "point", "point", NULL}                    },
        {"log as checkpoint", {"log", "log.bin", "log.bin", NULL}                },
        {"checkpoint as key", {"log", "log.bin", "point", "--key", "point", NULL}},
        {"word for a number", {"show", "log.bin", "two", NULL}                   },
    };
    files made = small_case();
    (void)judge(&made);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        verify_result result = verify_run(rows[i].args);
        check_status(rows[i].name, i, &result, 2);
    }
}

static void test_verify__another_log_with_the_same_key_is_told(void **state)
{
    (void)state;
    log_dice dice = {53};
    log_sample *sample = sample_new(&dice, 8);
    log_sample *other = sample_copy(sample);
    other->id.bytes[3] ^= 1;
    files made = honest(sample, &dice, 8);
    made.older_count = 0;
    made.log = log_bytes(other);
    verify_result result = judge(&made);
    check_status("other log", 0, &result, 1);
    assert_non_null(strstr(result.line, "different logs"));
    made.log = log_bytes(sample);
    made.older_count = 1;
    made.older[0] = log_point(other, 4, at_of(4), made.key);
    result = judge(&made);
    check_status("checkpoint of another log", 0, &result, 1);
    assert_non_null(strstr(result.line, "another log"));
}

static int set_up(void **state)
{
    (void)state;
    arena = lj_arena_new(256 * LJ_MIB);
    verify_open();
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    verify_close();
    lj_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__honest_logs_are_good),
        cmocka_unit_test(test_verify__says_that_no_key_was_given_and_speaks_chinese),
        cmocka_unit_test(test_verify__finds_every_edit),
        cmocka_unit_test(test_verify__finds_every_deletion),
        cmocka_unit_test(test_verify__finds_every_reordering),
        cmocka_unit_test(test_verify__finds_every_fork),
        cmocka_unit_test(test_verify__finds_every_cut_tail),
        cmocka_unit_test(test_verify__finds_every_replaced_tail),
        cmocka_unit_test(test_verify__finds_every_swapped_signature),
        cmocka_unit_test(test_verify__names_the_range_between_checkpoints),
        cmocka_unit_test(test_verify__names_the_place_of_a_gap),
        cmocka_unit_test(test_verify__a_log_that_was_cut_back_is_told_by_its_checkpoints),
        cmocka_unit_test(test_verify__values_must_fit_their_commitments),
        cmocka_unit_test(test_verify__erased_values_that_are_still_shown_are_counted),
        cmocka_unit_test(test_verify__no_damage_of_an_export_passes),
        cmocka_unit_test(test_verify__no_damage_of_a_checkpoint_passes),
        cmocka_unit_test(test_verify__inclusion_of_an_entry),
        cmocka_unit_test(test_verify__shows_entries_and_their_values),
        cmocka_unit_test(test_verify__wrong_use_and_other_files_are_status_2),
        cmocka_unit_test(test_verify__another_log_with_the_same_key_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
