/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The Merkle tree of RFC 9162 section 2.1 over leaves of any bytes. Nodes live wherever the caller
 * keeps them: node (level, idx) is the root of the complete subtree over the leaves
 * [idx << level, (idx + 1) << level); level 0 are the leaf hashes. An append writes 2 nodes on
 * average and they never change, so a table (level, idx, hash) that only grows holds the tree, and
 * the tree of every earlier size is still in it. */
#ifndef LJ_SEAL_MERKLE_H
#define LJ_SEAL_MERKLE_H

#include "seal/hash.h"

enum {
    SEAL_LEVELS = 48,            /* levels a tree may have */
    SEAL_PROOF_MAX = SEAL_LEVELS /* nodes of the longest proof */
};
#define SEAL_TREE_MAX ((uint64_t)1 << (SEAL_LEVELS - 1)) /* leaves */

/* Where the nodes are. put is called once per node, in the transaction that writes the entry;
 * lookup must see what put wrote before. lookup says LJ_E_NOT_FOUND for a node that should be there
 * and is not: the caller of seal sees that as LJ_E_TAMPERED. Other codes pass through. */
typedef struct seal_nodes {
    void *ctx;
    lj_code (*put)(void *ctx, uint32_t level, uint64_t idx, const seal_digest *node, lj_err *err);
    lj_code (*lookup)(void *ctx, uint32_t level, uint64_t idx, seal_digest *out, lj_err *err);
} seal_nodes;

/* Audit path or consistency proof, in the order of the RFC. */
typedef struct seal_proof {
    seal_digest nodes[SEAL_PROOF_MAX];
    uint32_t count;
} seal_proof;

/* H(0x00 || leaf), H(0x01 || left || right). */
seal_digest seal_leaf_hash(seal_hasher *hasher, lj_slice leaf);
seal_digest seal_node_hash(seal_hasher *hasher, const seal_digest *left, const seal_digest *right);

/* Makes `leaf` the entry with number `size` (so many there are before) and puts every subtree that
 * becomes complete. At most log2(size) lookups. LJ_E_LIMIT at SEAL_TREE_MAX. */
LJ_MUST_USE lj_code seal_merkle_append(seal_hasher *hasher, const seal_nodes *nodes, uint64_t size,
                                       const seal_digest *leaf, lj_err *err);
/* Root of the first `size` entries; of none: H(""). O(log size) lookups, as all below. */
LJ_MUST_USE lj_code seal_merkle_root(seal_hasher *hasher, const seal_nodes *nodes, uint64_t size,
                                     seal_digest *out, lj_err *err);
/* That entry seq is in the tree of `size` entries (RFC 9162 2.1.3.1). LJ_E_INVALID unless seq <
 * size. */
LJ_MUST_USE lj_code seal_merkle_inclusion(seal_hasher *hasher, const seal_nodes *nodes,
                                          uint64_t seq, uint64_t size, seal_proof *out,
                                          lj_err *err);
/* That the tree of `to` entries begins with that of `from` (2.1.4.1). LJ_E_INVALID unless
 * 0 < from <= to; empty for from == to. */
LJ_MUST_USE lj_code seal_merkle_consistency(seal_hasher *hasher, const seal_nodes *nodes,
                                            uint64_t from, uint64_t to, seal_proof *out,
                                            lj_err *err);

/* 2.1.3.2 */
bool seal_merkle_includes(seal_hasher *hasher, const seal_digest *leaf, uint64_t seq, uint64_t size,
                          const seal_proof *proof, const seal_digest *root);

typedef struct seal_head {
    uint64_t size;
    seal_digest root;
} seal_head;
/* 2.1.4.2 */
bool seal_merkle_extends(seal_hasher *hasher, const seal_head *from, const seal_head *to,
                         const seal_proof *proof);

/* The tree without a place for its nodes: leaves go in, the root comes out. For checking a whole
 * log (restore drill, export) in constant memory. Zeroed = empty. */
typedef struct seal_edge {
    uint64_t size;
    seal_digest nodes[SEAL_LEVELS]; /* complete subtrees of the right edge, by level */
} seal_edge;
void seal_edge_add(seal_edge *edge, seal_hasher *hasher, const seal_digest *leaf);
seal_digest seal_edge_root(const seal_edge *edge, seal_hasher *hasher);

#endif
