/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The tree against the vectors of certificate transparency (RFC 6962, the eight leaves of its
 * reference code) and against the definitions of RFC 9162 2.1 written down recursively here. */
#include "seal/merkle.h"

#include "../check.h"

#include "base/hash.h"
#include "base/num.h"
#include "log_build.h"

enum { NAIVE_MAX = 1100, LEVEL_ROWS = 12 };

/* Nodes in memory; `lookups` counts. */
typedef struct shelf {
    seal_digest node[LEVEL_ROWS][NAIVE_MAX];
    bool has[LEVEL_ROWS][NAIVE_MAX];
    uint32_t lookups;
    lj_code fault; /* given back by lookup when not LJ_OK */
} shelf;

static lj_code shelf_put(void *ctx, uint32_t level, uint64_t idx, const seal_digest *node,
                         lj_err *err)
{
    shelf *s = ctx;
    (void)err;
    assert_true(level < LEVEL_ROWS && idx < NAIVE_MAX && !s->has[level][idx]);
    s->node[level][idx] = *node;
    s->has[level][idx] = true;
    return LJ_OK;
}

static lj_code shelf_lookup(void *ctx, uint32_t level, uint64_t idx, seal_digest *out, lj_err *err)
{
    shelf *s = ctx;
    s->lookups++;
    if (s->fault != LJ_OK || level >= LEVEL_ROWS || idx >= NAIVE_MAX || !s->has[level][idx]) {
        lj_code code = s->fault != LJ_OK ? s->fault : LJ_E_NOT_FOUND;
        return lj_fail(err, code, UINT64_MAX, "not on the shelf");
    }
    *out = s->node[level][idx];
    return LJ_OK;
}

static shelf the_shelf;
static const seal_nodes nodes = {&the_shelf, shelf_put, shelf_lookup};
static seal_digest leaves[NAIVE_MAX];
static seal_hasher hasher;

static void shelf_clear(void)
{
    memset(&the_shelf, 0, sizeof(the_shelf));
}

/* ---- RFC 9162 2.1 word by word ---- */

static uint64_t naive_split(uint64_t n)
{
    uint64_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    return k;
}

static seal_digest naive_root(const seal_digest *d, uint64_t n)
{
    if (n == 1) {
        return d[0];
    }
    uint64_t k = naive_split(n);
    seal_digest left = naive_root(d, k);
    seal_digest right = naive_root(d + k, n - k);
    return seal_node_hash(&hasher, &left, &right);
}

static void naive_path(uint64_t m, const seal_digest *d, uint64_t n, seal_proof *out)
{
    if (n == 1) {
        return;
    }
    uint64_t k = naive_split(n);
    if (m < k) {
        naive_path(m, d, k, out);
        out->nodes[out->count++] = naive_root(d + k, n - k);
    } else {
        naive_path(m - k, d + k, n - k, out);
        out->nodes[out->count++] = naive_root(d, k);
    }
}

static void naive_subproof(uint64_t m, const seal_digest *d, uint64_t n, bool b, seal_proof *out)
{
    if (m == n) {
        if (!b) {
            out->nodes[out->count++] = naive_root(d, n);
        }
        return;
    }
    uint64_t k = naive_split(n);
    if (m <= k) {
        naive_subproof(m, d, k, b, out);
        out->nodes[out->count++] = naive_root(d + k, n - k);
    } else {
        naive_subproof(m - k, d + k, n - k, false, out);
        out->nodes[out->count++] = naive_root(d, k);
    }
}

static bool proof_is(const seal_proof *a, const seal_proof *b)
{
    return a->count == b->count && memcmp(a->nodes, b->nodes, a->count * sizeof(a->nodes[0])) == 0;
}

/* ---- published vectors ---- */

static const char *const ct_leaves[] = {"",
                                        "00",
                                        "10",
                                        "2021",
                                        "3031",
                                        "40414243",
                                        "5051525354555657",
                                        "606162636465666768696a6b6c6d6e6f"};
static const char *const ct_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static size_t unhex(const char *text, uint8_t *dst)
{
    static const char digits[] = "0123456789abcdef";
    size_t len = strlen(text) / 2;
    for (size_t i = 0; i < len; i++) {
        dst[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) << 4 |
                           (strchr(digits, text[2 * i + 1]) - digits));
    }
    return len;
}

static void fill_ct(void)
{
    shelf_clear();
    assert_int_equal(seal_hasher_init(&hasher, SEAL_SHA256, NULL), LJ_OK);
    for (uint64_t i = 0; i < 8; i++) {
        uint8_t bytes[64];
        leaves[i] = seal_leaf_hash(&hasher, lj_slice_of(bytes, unhex(ct_leaves[i], bytes)));
        assert_int_equal(seal_merkle_append(&hasher, &nodes, i, &leaves[i], NULL), LJ_OK);
    }
}

static void check_hex(const char *row, const seal_digest *found, const char *wanted)
{
    char hex[2 * SEAL_DIGEST_LEN + 1];
    lj_hex(seal_digest_bytes(found), hex);
    CHECK_ROW_TEXT(row, hex, strlen(hex), wanted);
}

static void test_merkle__roots_of_certificate_transparency(void **state)
{
    (void)state;
    fill_ct();
    for (uint64_t size = 0; size <= 8; size++) {
        seal_digest root;
        assert_int_equal(seal_merkle_root(&hasher, &nodes, size, &root, NULL), LJ_OK);
        check_hex(ct_roots[size], &root, ct_roots[size]);
    }
    seal_hasher_done(&hasher);
}

#define CT_A "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define CT_B "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define CT_C "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define CT_D "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define CT_E "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define CT_F "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

static void test_merkle__proofs_of_certificate_transparency(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_path;
        uint64_t a, b;
        const char *nodes[3];
    } rows[] = {
        {"path of 0 in 8", true,  0, 8, {CT_A, CT_B, CT_C}},
        {"path of 5 in 8", true,  5, 8, {CT_D, CT_E, NULL}},
        {"path of 2 in 3", true,  2, 3, {NULL, NULL, NULL}},
        {"path of 1 in 5", true,  1, 5, {NULL, CT_B, CT_D}},
        {"from 1 to 8",    false, 1, 8, {CT_A, CT_B, CT_C}},
        {"from 6 to 8",    false, 6, 8, {CT_F, CT_E, NULL}},
        {"from 2 to 5",    false, 2, 5, {CT_B, CT_D, NULL}},
    };
    static const uint32_t counts[] = {3, 3, 1, 3, 3, 3, 2};
    fill_ct();
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seal_proof proof;
        lj_code code =
            rows[i].is_path
                ? seal_merkle_inclusion(&hasher, &nodes, rows[i].a, rows[i].b, &proof, NULL)
                : seal_merkle_consistency(&hasher, &nodes, rows[i].a, rows[i].b, &proof, NULL);
        CHECK_ROW(rows[i].name, code, LJ_OK);
        CHECK_ROW(rows[i].name, proof.count, counts[i]);
        for (uint32_t k = 0; k < proof.count; k++) {
            if (rows[i].nodes[k] != NULL) {
                check_hex(rows[i].name, &proof.nodes[k], rows[i].nodes[k]);
            }
        }
    }
    seal_proof last;
    assert_int_equal(seal_merkle_inclusion(&hasher, &nodes, 5, 8, &last, NULL), LJ_OK);
    check_hex("path of 5 in 8, top", &last.nodes[2], ct_roots[4]);
    seal_hasher_done(&hasher);
}

/* ---- against the definitions ---- */

static void fill_random(seal_hash kind, uint64_t count)
{
    log_dice dice = {count};
    shelf_clear();
    assert_int_equal(seal_hasher_init(&hasher, kind, NULL), LJ_OK);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t bytes[16];
        dice_fill(&dice, bytes, sizeof(bytes));
        leaves[i] = seal_leaf_hash(&hasher, lj_slice_of(bytes, sizeof(bytes)));
        assert_int_equal(seal_merkle_append(&hasher, &nodes, i, &leaves[i], NULL), LJ_OK);
    }
}

static uint32_t log2_up(uint64_t n)
{
    uint32_t bits = 0;
    while ((uint64_t)1 << bits < n) {
        bits++;
    }
    return bits;
}

/* One pair of sizes or one entry in one size, all three ways; costs are bounded too. */
static void check_pair(uint64_t a, uint64_t size)
{
    seal_head to = {size, naive_root(leaves, size)};
    seal_proof proof;
    seal_proof wanted = {.count = 0};
    the_shelf.lookups = 0;
    assert_int_equal(seal_merkle_inclusion(&hasher, &nodes, a, size, &proof, NULL), LJ_OK);
    assert_in_range(the_shelf.lookups, 0, 2 * log2_up(size) + 1);
    naive_path(a, leaves, size, &wanted);
    assert_true(proof_is(&proof, &wanted));
    assert_true(seal_merkle_includes(&hasher, &leaves[a], a, size, &proof, &to.root));
    seal_head from = {a + 1, naive_root(leaves, a + 1)};
    wanted.count = 0;
    the_shelf.lookups = 0;
    assert_int_equal(seal_merkle_consistency(&hasher, &nodes, a + 1, size, &proof, NULL), LJ_OK);
    assert_in_range(the_shelf.lookups, 0, 3 * log2_up(size) + 1);
    naive_subproof(a + 1, leaves, size, true, &wanted);
    assert_true(proof_is(&proof, &wanted));
    assert_true(seal_merkle_extends(&hasher, &from, &to, &proof));
}

static void test_merkle__all_sizes_to_130_follow_the_definitions(void **state)
{
    (void)state;
    for (int kind = SEAL_SM3; kind <= SEAL_SHA256; kind++) {
        seal_edge edge = {.size = 0};
        fill_random((seal_hash)kind, 130);
        for (uint64_t size = 1; size <= 130; size++) {
            seal_digest root;
            seal_digest wanted = naive_root(leaves, size);
            seal_edge_add(&edge, &hasher, &leaves[size - 1]);
            assert_int_equal(seal_merkle_root(&hasher, &nodes, size, &root, NULL), LJ_OK);
            assert_true(seal_digest_is(&root, &wanted));
            root = seal_edge_root(&edge, &hasher);
            assert_true(seal_digest_is(&root, &wanted));
            for (uint64_t a = 0; kind == SEAL_SHA256 && a < size; a++) {
                check_pair(a, size);
            }
        }
        seal_hasher_done(&hasher);
    }
}

static void test_merkle__random_sizes_follow_the_definitions(void **state)
{
    (void)state;
    log_dice dice = {7};
    fill_random(SEAL_SHA256, NAIVE_MAX);
    for (int i = 0; i < 150; i++) {
        uint64_t size = 1 + dice_below(&dice, NAIVE_MAX);
        check_pair(dice_below(&dice, size), size);
    }
    seal_hasher_done(&hasher);
}

static void test_merkle__changed_proofs_prove_nothing(void **state)
{
    (void)state;
    log_dice dice = {11};
    fill_random(SEAL_SHA256, 300);
    for (int i = 0; i < 400; i++) {
        uint64_t size = 2 + dice_below(&dice, 299);
        uint64_t a = dice_below(&dice, size - 1);
        seal_head from = {a + 1, naive_root(leaves, a + 1)};
        seal_head to = {size, naive_root(leaves, size)};
        seal_proof path;
        seal_proof proof;
        assert_int_equal(seal_merkle_inclusion(&hasher, &nodes, a, size, &path, NULL), LJ_OK);
        assert_int_equal(seal_merkle_consistency(&hasher, &nodes, a + 1, size, &proof, NULL),
                         LJ_OK);
        assert_false(seal_merkle_includes(&hasher, &leaves[a], a + 1, size, &path, &to.root));
        assert_false(seal_merkle_includes(&hasher, &leaves[a + 1], a, size, &path, &to.root));
        assert_false(seal_merkle_includes(&hasher, &leaves[a], a, size, &path, &from.root));
        path.nodes[dice_below(&dice, path.count)].bytes[dice_below(&dice, 32)] ^= 4;
        assert_false(seal_merkle_includes(&hasher, &leaves[a], a, size, &path, &to.root));
        path.count--;
        assert_false(seal_merkle_includes(&hasher, &leaves[a], a, size, &path, &to.root));
        proof.nodes[dice_below(&dice, proof.count)].bytes[dice_below(&dice, 32)] ^= 1;
        assert_false(seal_merkle_extends(&hasher, &from, &to, &proof));
        proof.count--;
        assert_false(seal_merkle_extends(&hasher, &from, &to, &proof));
        assert_false(seal_merkle_extends(&hasher, &to, &from, &proof));
    }
    seal_hasher_done(&hasher);
}

static void test_merkle__a_missing_node_is_tampering_and_other_faults_pass(void **state)
{
    (void)state;
    seal_digest root;
    seal_proof proof;
    fill_random(SEAL_SHA256, 21);
    the_shelf.has[4][0] = false;
    assert_int_equal(seal_merkle_root(&hasher, &nodes, 21, &root, NULL), LJ_E_TAMPERED);
    assert_int_equal(seal_merkle_inclusion(&hasher, &nodes, 20, 21, &proof, NULL), LJ_E_TAMPERED);
    the_shelf.fault = LJ_E_BUSY;
    assert_int_equal(seal_merkle_root(&hasher, &nodes, 21, &root, NULL), LJ_E_BUSY);
    assert_int_equal(seal_merkle_append(&hasher, &nodes, 21, &leaves[0], NULL), LJ_E_BUSY);
    seal_hasher_done(&hasher);
}

static void test_merkle__refuses_sizes_that_cannot_be(void **state)
{
    (void)state;
    seal_digest root;
    seal_proof proof;
    fill_random(SEAL_SHA256, 3);
    assert_int_equal(seal_merkle_inclusion(&hasher, &nodes, 3, 3, &proof, NULL), LJ_E_INVALID);
    assert_int_equal(seal_merkle_consistency(&hasher, &nodes, 0, 3, &proof, NULL), LJ_E_INVALID);
    assert_int_equal(seal_merkle_consistency(&hasher, &nodes, 3, 2, &proof, NULL), LJ_E_INVALID);
    assert_int_equal(seal_merkle_root(&hasher, &nodes, SEAL_TREE_MAX + 1, &root, NULL),
                     LJ_E_INVALID);
    assert_int_equal(seal_merkle_append(&hasher, &nodes, SEAL_TREE_MAX, &leaves[0], NULL),
                     LJ_E_LIMIT);
    assert_int_equal(seal_merkle_consistency(&hasher, &nodes, 3, 3, &proof, NULL), LJ_OK);
    assert_int_equal(proof.count, 0);
    seal_hasher_done(&hasher);
}

static void test_hash__published_message_of_both_suites(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *wanted;
    } rows[] = {
        {"sm3",    "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
        {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seal_hash kind;
        assert_true(seal_hash_lookup(lj_cstr_bytes(rows[i].name), &kind));
        assert_int_equal(seal_hasher_init(&hasher, kind, NULL), LJ_OK);
        seal_digest digest = seal_hash_of(&hasher, LJ_BYTES("abc"));
        check_hex(rows[i].name, &digest, rows[i].wanted);
        seal_hasher_done(&hasher);
    }
    assert_int_equal(seal_hasher_init(&hasher, (seal_hash)3, NULL), LJ_E_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__published_message_of_both_suites),
        cmocka_unit_test(test_merkle__roots_of_certificate_transparency),
        cmocka_unit_test(test_merkle__proofs_of_certificate_transparency),
        cmocka_unit_test(test_merkle__all_sizes_to_130_follow_the_definitions),
        cmocka_unit_test(test_merkle__random_sizes_follow_the_definitions),
        cmocka_unit_test(test_merkle__changed_proofs_prove_nothing),
        cmocka_unit_test(test_merkle__a_missing_node_is_tampering_and_other_faults_pass),
        cmocka_unit_test(test_merkle__refuses_sizes_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
