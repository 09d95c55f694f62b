/* SPDX-License-Identifier: AGPL-3.0-or-later
 * RFC 9162 section 2.1 over stored complete subtrees.
 *
 * Numbers: a tree of n leaves splits at k, the largest power of two below n. Every left part is
 * complete, so its root is one stored node; only the right edge is computed, from one stored node
 * per set bit of n. Proofs walk from the root down with the range [from, from + n) in hand and
 * write their nodes backwards, because the RFC counts from the leaf up. Each walk computes the root
 * of an incomplete range at most once: behind a turn to the left everything is complete. */
#include "seal/merkle.h"

static const uint8_t LEAF_PREFIX = 0x00;
static const uint8_t NODE_PREFIX = 0x01;

seal_digest seal_leaf_hash(seal_hasher *hasher, lj_slice leaf)
{
    seal_hasher_begin(hasher);
    seal_hasher_add(hasher, lj_slice_of(&LEAF_PREFIX, 1));
    seal_hasher_add(hasher, leaf);
    return seal_hasher_end(hasher);
}

seal_digest seal_node_hash(seal_hasher *hasher, const seal_digest *left, const seal_digest *right)
{
    uint8_t both[1 + 2 * SEAL_DIGEST_LEN];
    both[0] = NODE_PREFIX;
    memcpy(both + 1, left->bytes, SEAL_DIGEST_LEN);
    memcpy(both + 1 + SEAL_DIGEST_LEN, right->bytes, SEAL_DIGEST_LEN);
    return seal_hash_of(hasher, lj_slice_of(both, sizeof(both)));
}

/* A node that is missing is no ordinary "not found": somebody took it out of the log. */
static lj_code node_lookup(const seal_nodes *nodes, uint32_t level, uint64_t idx, seal_digest *out,
                           lj_err *err)
{
    lj_code code = nodes->lookup(nodes->ctx, level, idx, out, err);
    if (code == LJ_E_NOT_FOUND) {
        return lj_fail(err, LJ_E_TAMPERED, idx, "a node of the log is missing");
    }
    return code;
}

lj_code seal_merkle_append(seal_hasher *hasher, const seal_nodes *nodes, uint64_t size,
                           const seal_digest *leaf, lj_err *err)
{
    if (size >= SEAL_TREE_MAX) {
        return lj_fail(err, LJ_E_LIMIT, size, "the log is full");
    }
    seal_digest node = *leaf;
    uint64_t idx = size;
    lj_code code = nodes->put(nodes->ctx, 0, idx, &node, err);
    for (uint32_t level = 0; code == LJ_OK && (idx & 1) != 0; level++) {
        seal_digest left;
        code = node_lookup(nodes, level, idx - 1, &left, err);
        if (code == LJ_OK) {
            node = seal_node_hash(hasher, &left, &node);
            idx >>= 1;
            code = nodes->put(nodes->ctx, level + 1, idx, &node, err);
        }
    }
    return code;
}

/* Root of the leaves [from, from + count), where `from` is a multiple of a power of two that is not
 * below count: the complete subtrees of count from the smallest up. */
static lj_code range_root(seal_hasher *hasher, const seal_nodes *nodes, uint64_t from,
                          uint64_t count, seal_digest *out, lj_err *err)
{
    seal_digest root = {{0}};
    bool is_empty = true;
    uint64_t end = from + count;
    for (uint32_t level = 0; level < SEAL_LEVELS; level++) {
        if ((count >> level & 1) == 0) {
            continue;
        }
        seal_digest node;
        lj_code code = node_lookup(nodes, level, (end >> level) - 1, &node, err);
        if (code != LJ_OK) {
            return code;
        }
        root = is_empty ? node : seal_node_hash(hasher, &node, &root);
        is_empty = false;
        end -= (uint64_t)1 << level;
    }
    *out = root;
    return LJ_OK;
}

lj_code seal_merkle_root(seal_hasher *hasher, const seal_nodes *nodes, uint64_t size,
                         seal_digest *out, lj_err *err)
{
    if (size > SEAL_TREE_MAX) {
        return lj_fail(err, LJ_E_INVALID, size, "no log is that large");
    }
    if (size == 0) {
        *out = seal_hash_of(hasher, (lj_slice){NULL, 0});
        return LJ_OK;
    }
    return range_root(hasher, nodes, 0, size, out, err);
}

/* The largest power of two below n; n above 1. */
static uint64_t split_of(uint64_t n)
{
    uint64_t k = 1;
    while (k << 1 < n) {
        k <<= 1;
    }
    return k;
}

/* The walk comes from the root; the RFC's order begins at the leaf. */
static void proof_turn(seal_proof *proof)
{
    for (uint32_t i = 0; i < proof->count / 2; i++) {
        seal_digest held = proof->nodes[i];
        proof->nodes[i] = proof->nodes[proof->count - 1 - i];
        proof->nodes[proof->count - 1 - i] = held;
    }
}

static lj_code proof_add(seal_proof *proof, seal_hasher *hasher, const seal_nodes *nodes,
                         uint64_t from, uint64_t count, lj_err *err)
{
    LJ_ASSERT(proof->count < SEAL_PROOF_MAX);
    return range_root(hasher, nodes, from, count, &proof->nodes[proof->count++], err);
}

lj_code seal_merkle_inclusion(seal_hasher *hasher, const seal_nodes *nodes, uint64_t seq,
                              uint64_t size, seal_proof *out, lj_err *err)
{
    if (seq >= size || size > SEAL_TREE_MAX) {
        return lj_fail(err, LJ_E_INVALID, seq, "the entry is not in a log of this size");
    }
    seal_proof proof = {.count = 0};
    uint64_t from = 0;
    lj_code code = LJ_OK;
    for (uint64_t count = size; code == LJ_OK && count > 1;) {
        uint64_t split = split_of(count);
        if (seq - from < split) {
            code = proof_add(&proof, hasher, nodes, from + split, count - split, err);
            count = split;
        } else {
            code = proof_add(&proof, hasher, nodes, from, split, err);
            from += split;
            count -= split;
        }
    }
    if (code == LJ_OK) {
        proof_turn(&proof);
        *out = proof;
    }
    return code;
}

lj_code seal_merkle_consistency(seal_hasher *hasher, const seal_nodes *nodes, uint64_t from,
                                uint64_t to, seal_proof *out, lj_err *err)
{
    if (from == 0 || from > to || to > SEAL_TREE_MAX) {
        return lj_fail(err, LJ_E_INVALID, from, "no such pair of sizes");
    }
    seal_proof proof = {.count = 0};
    uint64_t base = 0;
    uint64_t old = from;  /* leaves of the old tree in the range at hand */
    bool is_known = true; /* the old root of this range is the one the verifier has */
    uint64_t count = to;
    lj_code code = LJ_OK;
    while (code == LJ_OK && old != count) {
        uint64_t split = split_of(count);
        if (old <= split) {
            code = proof_add(&proof, hasher, nodes, base + split, count - split, err);
            count = split;
        } else {
            code = proof_add(&proof, hasher, nodes, base, split, err);
            base += split;
            old -= split;
            count -= split;
            is_known = false;
        }
    }
    if (code == LJ_OK && !is_known) {
        code = proof_add(&proof, hasher, nodes, base, count, err);
    }
    if (code == LJ_OK) {
        proof_turn(&proof);
        *out = proof;
    }
    return code;
}

/* RFC 9162 2.1.3.2: fn is the leaf, sn the last leaf of the tree, both shifted up level by level.
 */
bool seal_merkle_includes(seal_hasher *hasher, const seal_digest *leaf, uint64_t seq, uint64_t size,
                          const seal_proof *proof, const seal_digest *root)
{
    if (seq >= size || proof->count > SEAL_PROOF_MAX) {
        return false;
    }
    uint64_t fn = seq;
    uint64_t sn = size - 1;
    seal_digest r = *leaf;
    for (uint32_t i = 0; i < proof->count; i++) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) != 0 || fn == sn) {
            r = seal_node_hash(hasher, &proof->nodes[i], &r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = seal_node_hash(hasher, &r, &proof->nodes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && seal_digest_is(&r, root);
}

/* RFC 9162 2.1.4.2 */
bool seal_merkle_extends(seal_hasher *hasher, const seal_head *from, const seal_head *to,
                         const seal_proof *proof)
{
    if (from->size == 0 || from->size > to->size || proof->count > SEAL_PROOF_MAX) {
        return false;
    }
    if (from->size == to->size) {
        return proof->count == 0 && seal_digest_is(&from->root, &to->root);
    }
    bool is_whole = (from->size & (from->size - 1)) == 0; /* the old root is the first node */
    uint32_t at = 0;
    if (!is_whole && proof->count == 0) {
        return false;
    }
    seal_digest fr = is_whole ? from->root : proof->nodes[at++];
    seal_digest sr = fr;
    uint64_t fn = from->size - 1;
    uint64_t sn = to->size - 1;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    for (; at < proof->count; at++) {
        const seal_digest *c = &proof->nodes[at];
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) != 0 || fn == sn) {
            fr = seal_node_hash(hasher, c, &fr);
            sr = seal_node_hash(hasher, c, &sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = seal_node_hash(hasher, &sr, c);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && seal_digest_is(&fr, &from->root) && seal_digest_is(&sr, &to->root);
}

void seal_edge_add(seal_edge *edge, seal_hasher *hasher, const seal_digest *leaf)
{
    LJ_ASSERT(edge->size < SEAL_TREE_MAX);
    seal_digest node = *leaf;
    uint32_t level = 0;
    for (uint64_t bits = edge->size; (bits & 1) != 0; bits >>= 1) {
        node = seal_node_hash(hasher, &edge->nodes[level++], &node);
    }
    edge->nodes[level] = node;
    edge->size++;
}

seal_digest seal_edge_root(const seal_edge *edge, seal_hasher *hasher)
{
    if (edge->size == 0) {
        return seal_hash_of(hasher, (lj_slice){NULL, 0});
    }
    seal_digest root = {{0}};
    bool is_empty = true;
    for (uint32_t level = 0; level < SEAL_LEVELS; level++) {
        if ((edge->size >> level & 1) != 0) {
            root =
                is_empty ? edge->nodes[level] : seal_node_hash(hasher, &edge->nodes[level], &root);
            is_empty = false;
        }
    }
    return root;
}
